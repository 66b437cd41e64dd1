package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
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
    private static final Projection ALL = new Projection(JsonNodeFactory.instance.arrayNode(), List.of());

    private final JsonNode json;
    private final List<FieldPath> paths;

    private Projection(JsonNode json, List<FieldPath> paths) {
        this.json = json;
        this.paths = paths;
    }

    /** Returns the projection that keeps documents whole. */
    public static Projection all() {
        return ALL;
    }

    /**
     * Compiles a list of fields. An empty list and Jackson's missing node keep everything.
     *
     * @throws MangoException {@code invalid_fields} when it is no array (JSON null is none), {@code invalid_field} when an element is no
     *     string, {@code invalid_field_name} when a name in a path is empty
     */
    public static Projection compile(JsonNode fields) {
        if (fields.isMissingNode() || fields.isArray() && fields.isEmpty()) {
            return ALL;
        }
        if (!fields.isArray()) {
            throw new MangoException(
                    "invalid_fields", "Fields must be an array of strings, not: " + Excerpt.of(fields));
        }
        for (JsonNode field : fields) {
            if (!field.isTextual()) {
                throw new MangoException("invalid_field", "Invalid JSON for field spec: " + Excerpt.of(field));
            }
        }
        List<FieldPath> paths = new ArrayList<>();
        for (JsonNode field : fields) {
            paths.add(FieldPath.parse(field.textValue()));
        }
        return new Projection(fields.deepCopy(), List.copyOf(paths));
    }

    /** Tells whether documents are kept whole. */
    public boolean isAll() {
        return paths.isEmpty();
    }

    /**
     * Returns what is kept of a document: the document itself when {@link #isAll()}, else a new object, which shares
     * the kept values with the document. The document is not changed.
     */
    public ObjectNode apply(ObjectNode document) {
        if (isAll()) {
            return document;
        }
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        for (FieldPath path : paths) {
            JsonNode value = path.get(document);
            if (value != null && !value.isMissingNode()) {
                kept.set(path.name(0), with(kept.get(path.name(0)), path, 1, value));
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

    /** Returns the target with the value set at the rest of the path, without changing the target. */
    private static JsonNode with(@Nullable JsonNode target, FieldPath path, int step, JsonNode value) {
        if (step == path.length()) {
            return value;
        }
        String name = path.name(step);
        if (target == null) {
            return JsonNodeFactory.instance.objectNode().set(name, with(null, path, step + 1, value));
        }
        if (target.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            copy.setAll((ObjectNode) target);
            return copy.set(name, with(target.get(name), path, step + 1, value));
        }
        int index = path.index(step);
        if (!target.isArray() || index < 1 || index >= target.size()) {
            return target;
        }
        ArrayNode copy = JsonNodeFactory.instance.arrayNode(target.size()).addAll((ArrayNode) target);
        // CouchDB counts from 0 to read the element and from 1 to write it.
        copy.set(index - 1, with(target.get(index), path, step + 1, value));
        return copy;
    }
}
