package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dotted path into a document, split once. The rules are those of {@code mango_util:parse_field} and
 * {@code mango_doc:get_field}:
 *
 * <ul>
 *   <li>a dot separates names; a dot right after a backslash does not, and every backslash is then dropped;
 *   <li>an empty name is an error (one that only a backslash stood in is not);
 *   <li>in an array, a name that reads as a decimal integer, sign and leading zeros allowed, is a 0-based index.
 * </ul>
 */
final class FieldPath {
    private static final int NO_INDEX = -1;

    private final String source;
    private final String[] names;
    private final int[] indexes;

    private FieldPath(String source, List<String> names) {
        this.source = source;
        this.names = names.toArray(String[]::new);
        this.indexes = names.stream().mapToInt(FieldPath::arrayIndex).toArray();
    }

    /**
     * Splits a field name.
     *
     * @throws MangoException {@code field_path_too_long} when it exceeds the limits, {@code invalid_field_name} when one
     *     of its names is empty
     */
    static FieldPath parse(String field, MangoLimits limits) {
        requireLength(field.length(), limits);
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '.' && (i == 0 || field.charAt(i - 1) != '\\')) {
                parts.add(field.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(field.substring(start));
        if (parts.size() > limits.maxPathNames()) {
            throw new MangoException(
                    "field_path_too_long", "A field path has more than " + limits.maxPathNames() + " names.");
        }
        if (parts.contains("")) {
            throw new MangoException(
                    "invalid_field_name",
                    "Invalid field name: \"" + Excerpt.of(field)
                            + "\". Names between dots must not be empty; write a dot that"
                            + " belongs to a name as \\.");
        }
        parts.replaceAll(part -> part.replace("\\", ""));
        return new FieldPath(field, parts);
    }

    /** @throws MangoException {@code field_path_too_long} */
    static void requireLength(int length, MangoLimits limits) {
        if (length > limits.maxPathLength()) {
            throw new MangoException(
                    "field_path_too_long",
                    "A field path is longer than " + limits.maxPathLength() + " characters, dots included.");
        }
    }

    /**
     * Looks the path up.
     *
     * @return the value; a {@link MissingNode} when an object on the way lacks the name, which {@code $exists: false}
     *     accepts; {@code null} when the path cannot lead anywhere (into a scalar, past the end of an array), which
     *     nothing accepts
     */
    @Nullable
    JsonNode get(JsonNode document) {
        JsonNode value = document;
        for (int i = 0; i < names.length; i++) {
            if (value.isObject()) {
                value = value.get(names[i]);
                if (value == null) {
                    return MissingNode.getInstance();
                }
            } else {
                // JsonNode.get answers null for an index outside of an array, and for anything in a scalar.
                value = value.isArray() ? value.get(indexes[i]) : null;
                if (value == null) {
                    return null;
                }
            }
        }
        return value;
    }

    /** Returns the path as it was written. */
    String source() {
        return source;
    }

    /** Returns how many names the path has: at least one. */
    int length() {
        return names.length;
    }

    String name(int i) {
        return names[i];
    }

    List<String> names() {
        return List.of(names);
    }

    /** Returns the array index that a name reads as, or a negative number. */
    int index(int i) {
        return indexes[i];
    }

    /** As Erlang's {@code list_to_integer}: an optional sign, then ASCII digits, as many as one likes. */
    private static int arrayIndex(String name) {
        int start = !name.isEmpty() && (name.charAt(0) == '+' || name.charAt(0) == '-') ? 1 : 0;
        if (start == name.length()) {
            return NO_INDEX;
        }
        long index = 0;
        for (int i = start; i < name.length(); i++) {
            char digit = name.charAt(i);
            if (digit < '0' || digit > '9') {
                return NO_INDEX;
            }
            index = Math.min(index * 10 + (digit - '0'), Integer.MAX_VALUE);
        }
        boolean negative = name.charAt(0) == '-' && index != 0;
        return negative ? NO_INDEX : (int) index;
    }
}
