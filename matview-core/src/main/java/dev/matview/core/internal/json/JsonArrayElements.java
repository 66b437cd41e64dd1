package dev.matview.core.internal.json;

import java.util.Arrays;

/**
 * Where the elements of a JSON array begin and end, found without parsing them: to compare and copy documents, their bytes
 * do. For arrays that matview wrote, without white space between elements. Immutable.
 */
public final class JsonArrayElements {

    private final byte[] json;
    /** Begin and end of each in turn. */
    private final int[] bounds;

    /** @param count how many elements there are */
    public JsonArrayElements(byte[] json, int count) {
        this.json = json;
        this.bounds = new int[2 * count];
        int begin = 1;
        for (int i = 0; i < count; i++) {
            bounds[2 * i] = begin;
            bounds[2 * i + 1] = end(begin);
            begin = bounds[2 * i + 1] + 1;
        }
    }

    /** The comma or bracket that follows the element. */
    private int end(int begin) {
        int depth = 0;
        boolean quoted = false;
        for (int i = begin; i < json.length; i++) {
            switch (json[i]) {
                case '\\' -> i++;
                case '"' -> quoted = !quoted;
                case '{', '[' -> depth += quoted ? 0 : 1;
                case '}', ']' -> {
                    if (!quoted && depth-- == 0) {
                        return i;
                    }
                }
                case ',' -> {
                    if (!quoted && depth == 0) {
                        return i;
                    }
                }
                default -> {}
            }
        }
        throw new IllegalStateException("the array has no end");
    }

    public byte[] get(int number) {
        return Arrays.copyOfRange(json, bounds[2 * number], bounds[2 * number + 1]);
    }

    /** Whether an element here has the same bytes as one there. */
    public boolean isSame(int number, JsonArrayElements other, int otherNumber) {
        return Arrays.equals(
                json,
                bounds[2 * number],
                bounds[2 * number + 1],
                other.json,
                other.bounds[2 * otherNumber],
                other.bounds[2 * otherNumber + 1]);
    }
}
