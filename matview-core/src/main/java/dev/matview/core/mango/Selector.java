package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.mango.Condition.And;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A Mango selector, compiled once and evaluated on many documents.
 *
 * <p>The meaning is that of CouchDB 3.5's {@code mango_selector}, without an index: what {@code _find} answers from a
 * full scan. Design documents and deletions are no concern of it. Some answers that surprise:
 *
 * <ul>
 *   <li>A condition on a missing field is false, also when it is negated: {@code {"a": {"$ne": 1}}} does not match
 *       {@code {}}. Only {@code {"$exists": false}} does.
 *   <li>{@code $and}, {@code $or} and {@code $nor} of nothing match, {@code $in} and {@code $all} of nothing do not.
 *   <li>Values compare by {@link Collation}, but {@code _id} by its bytes.
 * </ul>
 *
 * <p>What CouchDB answers with a 500, or only once a document happens to get that far, is refused here at once:
 * {@code $mod} by zero, an empty name in a field path. {@code $text} is not supported. Regular expressions are those of
 * CouchDB; the description of this package tells what differs.
 *
 * <p>Immutable and thread-safe.
 */
public final class Selector {
    private static final Selector ALL =
            new Selector(new And(List.of()), false, JsonNodeFactory.instance.objectNode(), MangoLimits.defaults());

    private final Condition condition;
    private final boolean hasRegex;
    private final JsonNode json;
    private final MangoLimits limits;

    private Selector(Condition condition, boolean hasRegex, JsonNode json, MangoLimits limits) {
        this.condition = condition;
        this.hasRegex = hasRegex;
        this.json = json;
        this.limits = limits;
    }

    /** Returns the selector that every document matches, as {@code {}} does. */
    public static Selector all() {
        return ALL;
    }

    /** Compiles a selector within the {@linkplain MangoLimits#defaults() default limits}. */
    public static Selector compile(JsonNode json) {
        return compile(json, MangoLimits.defaults());
    }

    /** Returns whether this is {@link #all()}, as every compiled {@code {}} is. */
    public boolean isAll() {
        return this == ALL;
    }

    /**
     * Compiles a selector. The JSON is copied: later changes to it have no effect.
     *
     * @throws MangoException with CouchDB's name for the error ({@code invalid_selector_json}, {@code invalid_selector},
     *     {@code invalid_operator}, {@code invalid_field_name}, {@code bad_arg}, {@code not_supported},
     *     {@code bad_field}), or {@code selector_too_large} or {@code field_path_too_long} when the selector exceeds the
     *     limits, or {@code unsupported_regex} for a regular expression that CouchDB would accept and matview does not
     */
    public static Selector compile(JsonNode json, MangoLimits limits) {
        if (!json.isObject()) {
            throw new MangoException(
                    "invalid_selector_json", "Selector must be a JSON object, not: " + Excerpt.of(json));
        }
        checkSize(json, limits);
        if (json.isEmpty()) {
            return ALL;
        }
        JsonNode copy = json.deepCopy();
        SelectorCompiler.Compiled compiled = SelectorCompiler.compile(copy, limits);
        return new Selector(compiled.condition(), compiled.hasRegex(), copy, limits);
    }

    /**
     * Tells whether a document matches. The document is not changed, and must not be by others meanwhile.
     *
     * @throws MangoException {@code regex_too_expensive} when the regular expressions exceed their budget on it
     */
    public boolean matches(JsonNode document) {
        return matches(document, Budget.unlimited());
    }

    /**
     * The same, paid for: a step for each condition looked at, name of a path, element and comparison, and for the text
     * that is compared.
     *
     * @throws BudgetSpentException when the budget does not suffice
     * @throws MangoException {@code regex_too_expensive} when the regular expressions exceed what they have for a document
     */
    public boolean matches(JsonNode document, Budget budget) {
        if (hasRegex) {
            budget.grantRegex(limits.regexSteps());
        }
        return condition.test(document, budget);
    }

    /**
     * Returns this selector, once it is known to be within other limits than those it was compiled in; where they grant
     * regular expressions less, one that does.
     *
     * @throws MangoException when it exceeds them
     */
    public Selector within(MangoLimits limits) {
        return limits.cover(this.limits) ? this : compile(json, limits);
    }

    /** Returns the selector that matches what both match. Its regular expressions share the smaller budget. */
    public Selector and(Selector other) {
        if (this == ALL) {
            return other;
        }
        if (other == ALL) {
            return this;
        }
        ObjectNode both = JsonNodeFactory.instance.objectNode();
        both.putArray("$and").add(json).add(other.json);
        MangoLimits smaller = limits.regexSteps() <= other.limits.regexSteps() ? limits : other.limits;
        return new Selector(new And(List.of(condition, other.condition)), hasRegex || other.hasRegex, both, smaller);
    }

    /** Returns what every document fulfils that matches, as far as an index can make use of it. */
    public Requirements requirements() {
        return Requirements.of(condition);
    }

    /** Returns the selector as it was given, as a copy of its own. */
    public JsonNode json() {
        return json.deepCopy();
    }

    /** Returns the selector's JSON. */
    @Override
    public String toString() {
        return json.toString();
    }

    /** Measures without recursion, as the selector may nest deeper than the stack allows. */
    private static void checkSize(JsonNode json, MangoLimits limits) {
        Deque<JsonNode> level = new ArrayDeque<>(List.of(json));
        int conditions = 0;
        for (int depth = 1; !level.isEmpty(); depth++) {
            if (depth > limits.maxDepth()) {
                throw tooLarge("nests deeper than " + limits.maxDepth());
            }
            Deque<JsonNode> next = new ArrayDeque<>();
            for (JsonNode container : level) {
                conditions += container.size();
                if (conditions > limits.maxConditions()) {
                    throw tooLarge("has more than " + limits.maxConditions() + " conditions and listed values");
                }
                for (JsonNode child : container) {
                    if (child.isContainerNode()) {
                        next.add(child);
                    }
                }
            }
            level = next;
        }
    }

    private static MangoException tooLarge(String what) {
        return new MangoException("selector_too_large", "The selector " + what + ".");
    }
}
