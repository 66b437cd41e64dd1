package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code fields} keeps of a document, as CouchDB 3.5's {@code mango_fields} has it.
 *
 * <p>Each path that leads to a value is set in a new object, in the order of the list, and a path becomes nested objects
 * again: of {@code {"a": [{"b": 1}]}}, {@code "a.0.b"} keeps {@code {"a": {"0": {"b": 1}}}}. Paths that lead nowhere
 * leave no trace.
 *
 * <p>A quirk that is kept: when a list was itself projected and then an element of it, as in {@code ["a", "a.2"]}, the
 * element is written one place too low. CouchDB fails at {@code ["a", "a.0"]}; here element 0 stays as it is.
 *
 * <p>Immutable and thread-safe.
 */
public final class Projection {
    private static final Projection ALL =
            new Projection(JsonNodeFactory.instance.arrayNode(), List.of(), MangoLimits.defaults());

    private final JsonNode json;
    private final List<FieldPath> paths;
    private final MangoLimits limits;

    private Projection(JsonNode json, List<FieldPath> paths, MangoLimits limits) {
        this.json = json;
        this.paths = paths;
        this.limits = limits;
    }

    /** Returns the projection that keeps documents whole. */
    public static Projection all() {
        return ALL;
    }

    /** Compiles a list of fields within the {@linkplain MangoLimits#defaults() default limits}. */
    public static Projection compile(JsonNode fields) {
        return compile(fields, MangoLimits.defaults());
    }

    /**
     * Compiles a list of fields. An empty list and Jackson's missing node keep everything.
     *
     * @throws MangoException {@code invalid_fields} when it is no array (JSON null is none), {@code invalid_field} when an element is no
     *     string, {@code invalid_field_name} when a name in a path is empty; {@code too_many_fields} and
     *     {@code field_path_too_long} when it exceeds the limits
     */
    public static Projection compile(JsonNode fields, MangoLimits limits) {
        if (fields.isMissingNode() || fields.isArray() && fields.isEmpty()) {
            return ALL;
        }
        if (!fields.isArray()) {
            throw new MangoException(
                    "invalid_fields", "Fields must be an array of strings, not: " + Excerpt.of(fields));
        }
        if (fields.size() > limits.maxFields()) {
            throw new MangoException("too_many_fields", "fields may list up to " + limits.maxFields() + " paths.");
        }
        for (JsonNode field : fields) {
            if (!field.isTextual()) {
                throw new MangoException("invalid_field", "Invalid JSON for field spec: " + Excerpt.of(field));
            }
        }
        List<FieldPath> paths = new ArrayList<>();
        for (JsonNode field : fields) {
            paths.add(FieldPath.parse(field.textValue(), limits));
        }
        return new Projection(fields.deepCopy(), List.copyOf(paths), limits);
    }

    /**
     * Returns this projection, once it is known to be within other limits than those it was compiled in.
     *
     * @throws MangoException when it exceeds them
     */
    public Projection within(MangoLimits limits) {
        return limits.cover(this.limits) ? this : compile(json, limits);
    }

    /** Tells whether documents are kept whole. */
    public boolean isAll() {
        return paths.isEmpty();
    }

    /**
     * Tells whether all that a document has at a path is kept: what a path that is listed leads to is kept whole.
     *
     * @param path the names that lead there, as {@link SortOrder.Column#path} has them
     */
    public boolean keeps(List<String> path) {
        return isAll()
                || paths.stream()
                        .map(FieldPath::names)
                        .anyMatch(kept -> kept.size() <= path.size() && kept.equals(path.subList(0, kept.size())));
    }

    /**
     * Returns what is kept of a document: the document itself when {@link #isAll()}, else a new object, which shares
     * the kept values with the document. The document is not changed.
     */
    public ObjectNode apply(ObjectNode document) {
        return apply(document, Budget.unlimited());
    }

    /**
     * The same, paid for: a step for each name of a path, and for each member of an object, or element of an array, that
     * is copied because a path leads into it.
     *
     * @throws BudgetSpentException when the budget does not suffice
     */
    public ObjectNode apply(ObjectNode document, Budget budget) {
        if (isAll()) {
            return document;
        }
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        Kept writer = new Kept(budget);
        for (FieldPath path : paths) {
            budget.spend(path.length());
            JsonNode value = path.get(document);
            if (value != null && !value.isMissingNode()) {
                kept.set(path.name(0), writer.with(kept.get(path.name(0)), path, 1, value, true));
            }
        }
        return kept;
    }

    /** Returns the list as it was given, as a copy of its own; an empty list for all fields. */
    public JsonNode json() {
        return json.deepCopy();
    }

    /** Returns the list's JSON. */
    @Override
    public String toString() {
        return json.toString();
    }

    /**
     * Sets values in what is kept of one document. What comes from the document is copied before it is changed, and each
     * container once: however many paths lead into it, the cost is that of its size and theirs.
     */
    private static final class Kept {
        private final Budget budget;
        /** The containers made here. Nothing else may be changed. */
        private @Nullable Set<JsonNode> made;

        Kept(Budget budget) {
            this.budget = budget;
        }

        /**
         * Returns the target with the value set at the rest of the path.
         *
         * @param alone whether the target, where it was made here, stands in one place only
         */
        JsonNode with(@Nullable JsonNode target, FieldPath path, int step, JsonNode value, boolean alone) {
            if (step == path.length()) {
                return value;
            }
            String name = path.name(step);
            if (target == null) {
                ObjectNode object = made(JsonNodeFactory.instance.objectNode());
                return object.set(name, with(null, path, step + 1, value, true));
            }
            if (target.isObject()) {
                ObjectNode object = alone && isMade(target) ? (ObjectNode) target : copy((ObjectNode) target);
                return object.set(name, with(object.get(name), path, step + 1, value, alone));
            }
            int index = path.index(step);
            if (!target.isArray() || index < 1 || index >= target.size()) {
                return target;
            }
            ArrayNode array = alone && isMade(target) ? (ArrayNode) target : copy((ArrayNode) target);
            // CouchDB counts from 0 to read the element and from 1 to write it. The element read stays where it is,
            // too.
            array.set(index - 1, with(array.get(index), path, step + 1, value, false));
            return array;
        }

        private boolean isMade(JsonNode container) {
            return made != null && made.contains(container);
        }

        private <T extends JsonNode> T made(T container) {
            if (made == null) {
                made = Collections.newSetFromMap(new IdentityHashMap<>());
            }
            made.add(container);
            return container;
        }

        private ObjectNode copy(ObjectNode object) {
            budget.spend(object.size());
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            copy.setAll(object);
            return made(copy);
        }

        private ArrayNode copy(ArrayNode array) {
            budget.spend(array.size());
            return made(JsonNodeFactory.instance.arrayNode(array.size()).addAll(array));
        }
    }
}
