package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.mango.Comparisons.Compare;
import dev.matview.core.mango.Comparisons.Exists;
import dev.matview.core.mango.Comparisons.In;
import dev.matview.core.mango.Comparisons.Mod;
import dev.matview.core.mango.Comparisons.Relation;
import dev.matview.core.mango.Comparisons.Type;
import dev.matview.core.mango.Condition.And;
import dev.matview.core.mango.Condition.Field;
import dev.matview.core.mango.Condition.Not;
import dev.matview.core.mango.Condition.Or;
import dev.matview.core.mango.Condition.Unevaluable;
import dev.matview.core.mango.Containers.All;
import dev.matview.core.mango.Containers.AllMatch;
import dev.matview.core.mango.Containers.ElemMatch;
import dev.matview.core.mango.Containers.KeyMapMatch;
import dev.matview.core.mango.Containers.Size;
import dev.matview.core.mango.Strings.BeginsWith;
import dev.matview.core.mango.Strings.Matches;
import dev.matview.core.mango.regex.Regex;
import dev.matview.core.mango.regex.RegexException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns selector JSON into {@link Condition}s, doing what CouchDB's {@code mango_selector:normalize} does before it
 * evaluates, because CouchDB's answers follow from the normal form:
 *
 * <ol>
 *   <li>a bare value means {@code $eq}, several members mean {@code $and};
 *   <li>field names above an operator are joined with dots into one path, which is only then split;
 *   <li>{@code $not} and {@code $nor} move down to the operators and turn them around. Inside of the element operators
 *       they do not move: a {@code $not} there is also true of a missing field, and a {@code $nor} is never true.
 * </ol>
 */
final class SelectorCompiler {
    private static final Condition NEVER = new Not(new And(List.of()));

    /** CouchDB finds an empty name in a path only after it has checked every operator. */
    private @Nullable MangoException firstPathError;

    private boolean hasRegex;

    private final MangoLimits limits;

    /** Many conditions on one path share it. */
    private final Map<String, FieldPath> paths = new HashMap<>();

    private SelectorCompiler(MangoLimits limits) {
        this.limits = limits;
    }

    /**
     * Compiles a selector that is known to be an object, not empty, and within its limits.
     *
     * @throws MangoException with CouchDB's error
     */
    static Compiled compile(JsonNode selector, MangoLimits limits) {
        SelectorCompiler compiler = new SelectorCompiler(limits);
        Condition condition = compiler.condition(selector, Scope.ROOT);
        if (compiler.firstPathError != null) {
            throw compiler.firstPathError;
        }
        return new Compiled(asFound(condition), compiler.hasRegex);
    }

    /**
     * A compiled selector.
     *
     * @param hasRegex whether evaluating it needs a grant of steps for its regular expressions
     */
    record Compiled(Condition condition, boolean hasRegex) {}

    /** Adds what {@code _find} does before it evaluates the first document. */
    private static Condition asFound(Condition condition) {
        IdRange scanned = IdRange.of(condition);
        if (scanned == null || isEmptyList(condition)) {
            return NEVER;
        }
        return scanned.isUnbounded() ? condition : new And(List.of(scanned, condition));
    }

    /**
     * CouchDB does not even run a query that comes down to {@code $and} or {@code $or} of nothing, although each of
     * them is true within a larger selector ({@code mango_cursor:maybe_noop_range}).
     */
    private static boolean isEmptyList(Condition root) {
        return root instanceof And and && and.conditions().isEmpty()
                || root instanceof Or or && or.conditions().isEmpty();
    }

    /**
     * Where in the selector a condition stands.
     *
     * @param path the field names above, joined; empty when there is none
     * @param order what the conditions below compare by
     * @param negated whether an odd number of negations moves down to here
     * @param atRoot whether only negations stand above
     * @param inElement whether an element operator stands above
     */
    private record Scope(String path, Order order, boolean negated, boolean atRoot, boolean inElement) {
        static final Scope ROOT = new Scope("", Collation.couchdb(), false, true, false);

        Scope field(String name) {
            return new Scope(path.isEmpty() ? name : path + "." + name, order, negated, atRoot, inElement);
        }

        Scope negate() {
            return new Scope(path, order, !negated, atRoot, inElement);
        }

        Scope member() {
            return new Scope(path, order, negated, false, inElement);
        }

        Scope element() {
            return new Scope("", orderHere(), false, false, true);
        }

        Order orderHere() {
            return path.equals(IdRange.FIELD) ? TermOrder.INSTANCE : order;
        }
    }

    private Condition condition(JsonNode json, Scope scope) {
        if (!json.isObject() || json.isEmpty()) {
            return onField(new Compare(Relation.EQ, json, scope.orderHere()), scope);
        }
        if (json.size() > 1) {
            List<Condition> all = new ArrayList<>();
            for (Map.Entry<String, JsonNode> member : json.properties()) {
                all.add(member(member.getKey(), member.getValue(), scope.member()));
            }
            return scope.negated ? new Or(all) : new And(all);
        }
        Map.Entry<String, JsonNode> only = json.properties().iterator().next();
        return member(only.getKey(), only.getValue(), scope);
    }

    private Condition member(String name, JsonNode argument, Scope scope) {
        if (!name.startsWith("$")) {
            // Before the names are joined: what is above many would be copied for each of them.
            FieldPath.requireLength(scope.path.length() + name.length(), limits);
            return condition(argument, scope.field(name));
        }
        return switch (name) {
            case "$and" -> scope.negated ? new Or(all(name, argument, scope)) : new And(all(name, argument, scope));
            case "$or" -> scope.negated ? new And(all(name, argument, scope)) : new Or(all(name, argument, scope));
            case "$nor" -> nor(argument, scope);
            case "$not" -> not(argument, scope);
            default -> onField(operator(name, argument, scope), scope);
        };
    }

    private List<Condition> all(String operator, JsonNode arguments, Scope scope) {
        require(arguments.isArray(), operator, arguments, "an array of selectors");
        List<Condition> all = new ArrayList<>();
        for (JsonNode argument : arguments) {
            all.add(condition(argument, scope.member()));
        }
        return all;
    }

    private Condition nor(JsonNode arguments, Scope scope) {
        if (scope.inElement) {
            all("$nor", arguments, scope);
            return new Unevaluable();
        }
        List<Condition> negated = all("$nor", arguments, scope.negate());
        return scope.negated ? new Or(negated) : new And(negated);
    }

    private Condition not(JsonNode argument, Scope scope) {
        require(argument.isObject(), "$not", argument, "a selector");
        return scope.inElement ? new Not(condition(argument, scope)) : condition(argument, scope.negate());
    }

    /** Puts an operator on the field of its scope. */
    private Condition onField(Condition operator, Scope scope) {
        Condition condition = scope.negated ? operator.negated() : operator;
        if (scope.path.isEmpty()) {
            if (scope.atRoot) {
                throw new MangoException("invalid_selector", "One or more conditions is missing a field name.");
            }
            // Below $and and the like CouchDB lets it pass, and looks at the whole document.
            return condition;
        }
        try {
            return new Field(paths.computeIfAbsent(scope.path, path -> FieldPath.parse(path, limits)), condition);
        } catch (MangoException e) {
            if (!e.error().equals("invalid_field_name")) {
                throw e;
            }
            if (!scope.inElement && firstPathError == null) {
                firstPathError = e;
            }
            return new Unevaluable();
        }
    }

    private Condition operator(String name, JsonNode argument, Scope scope) {
        return switch (name) {
            case "$lt" -> new Compare(Relation.LT, argument, scope.orderHere());
            case "$lte" -> new Compare(Relation.LTE, argument, scope.orderHere());
            case "$eq" -> new Compare(Relation.EQ, argument, scope.orderHere());
            case "$ne" -> new Compare(Relation.NE, argument, scope.orderHere());
            case "$gte" -> new Compare(Relation.GTE, argument, scope.orderHere());
            case "$gt" -> new Compare(Relation.GT, argument, scope.orderHere());
            case "$in" -> in(name, argument, scope);
            case "$nin" -> in(name, argument, scope).negated();
            case "$all" -> {
                require(argument.isArray(), name, argument, "an array");
                List<JsonNode> values = new ArrayList<>();
                argument.forEach(values::add);
                yield new All(List.copyOf(values));
            }
            case "$elemMatch" -> new ElemMatch(element(name, argument, scope));
            case "$allMatch" -> new AllMatch(element(name, argument, scope));
            case "$keyMapMatch" -> new KeyMapMatch(element(name, argument, scope));
            default -> scalarOperator(name, argument, scope);
        };
    }

    private Condition scalarOperator(String name, JsonNode argument, Scope scope) {
        return switch (name) {
            case "$exists" -> {
                require(argument.isBoolean(), name, argument, "true or false");
                yield new Exists(argument.booleanValue());
            }
            case "$type" -> {
                require(argument.isTextual(), name, argument, "the name of a type");
                yield new Type(argument.textValue());
            }
            case "$size" -> {
                boolean isSize = argument.isIntegralNumber()
                        && argument.bigIntegerValue().signum() >= 0;
                require(isSize, name, argument, "an integer, zero or more");
                // No array is as long as the number that a greater one is cut to.
                yield new Size(argument.canConvertToLong() ? argument.longValue() : Long.MAX_VALUE);
            }
            case "$mod" -> mod(argument, scope);
            case "$regex" -> {
                requireString(argument, name);
                hasRegex = true;
                yield new Matches(regex(argument.textValue()));
            }
            case "$beginsWith" -> {
                requireString(argument, name);
                yield new BeginsWith(argument.textValue());
            }
            default -> throw unknown(name, argument);
        };
    }

    private static In in(String name, JsonNode argument, Scope scope) {
        require(argument.isArray(), name, argument, "an array");
        return new In(argument, scope.orderHere());
    }

    private Condition element(String name, JsonNode argument, Scope scope) {
        require(argument.isObject(), name, argument, "a selector");
        return condition(argument, scope.element());
    }

    private static Regex regex(String pattern) {
        try {
            return Regex.compile(pattern);
        } catch (RegexException e) {
            throw new MangoException(e.error(), e.reason());
        }
    }

    /** A divisor of zero fails in CouchDB (500) when it meets an integer; in an element operator that reads as false. */
    private static Condition mod(JsonNode argument, Scope scope) {
        boolean isPair = argument.isArray()
                && argument.size() == 2
                && argument.get(0).isIntegralNumber()
                && argument.get(1).isIntegralNumber();
        require(isPair, "$mod", argument, "[divisor, remainder], both integers");
        Mod mod = new Mod(argument.get(0).bigIntegerValue(), argument.get(1).bigIntegerValue());
        require(mod.divisor().signum() != 0 || scope.inElement, "$mod", argument, "a divisor other than zero");
        return mod;
    }

    /** CouchDB calls these operators unknown, rather than their argument bad, when the argument is no string. */
    private static void requireString(JsonNode argument, String name) {
        if (!argument.isTextual()) {
            throw new MangoException("invalid_operator", "Invalid operator: " + name + " (it takes a string)");
        }
    }

    private static void require(boolean fine, String operator, JsonNode argument, String expected) {
        if (!fine) {
            throw new MangoException(
                    "bad_arg",
                    "Bad argument for operator " + operator + ": " + Excerpt.of(argument) + " is not " + expected);
        }
    }

    private static MangoException unknown(String name, JsonNode argument) {
        return switch (name) {
            case "$where", "$geoWithin", "$geoIntersects", "$near", "$nearSphere" ->
                new MangoException("not_supported", "Unsupported operator: " + name);
            case "$text" ->
                argument.isValueNode() && !argument.isNull()
                        ? new MangoException("not_supported", "Unsupported operator: $text needs a text index")
                        : new MangoException("bad_arg", "Bad argument for operator $text: " + Excerpt.of(argument));
            case "$default" -> new MangoException("bad_field", "Invalid field normalization on selector: $default");
            default -> new MangoException("invalid_operator", "Invalid operator: " + Excerpt.of(name));
        };
    }
}
