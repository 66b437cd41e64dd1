package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;

/**
 * Erlang's own order of terms, which CouchDB uses in two places: conditions on {@code _id} compare by it
 * ({@code mango_json:cmp_raw}), and {@code $all} looks for elements that are equal by it.
 *
 * <p>Seen as Erlang terms, JSON sorts as number, then the atoms {@code false}, {@code null}, {@code true}, then object
 * (a tuple), array (a list), string (a binary, compared by its UTF-8 bytes).
 */
final class TermOrder implements Order {
    static final TermOrder INSTANCE = new TermOrder();

    private TermOrder() {}

    @Override
    public int compare(JsonNode a, JsonNode b, Budget budget) {
        int rank = rank(a);
        int difference = rank - rank(b);
        if (difference != 0) {
            return difference;
        }
        return switch (Collation.rank(a)) {
            case Collation.NUMBER -> JsonNumbers.compare(a, b);
            case Collation.STRING -> compareUtf8(a.asText(), b.asText(), budget);
            case Collation.ARRAY -> compareArrays(a, b, budget);
            case Collation.OBJECT -> compareObjects(a, b, budget);
            default -> 0;
        };
    }

    /**
     * Tells whether two values are the same term ({@code =:=}): unlike in {@link #compare}, the integer 1 is not the
     * float 1.0.
     */
    static boolean identical(JsonNode a, JsonNode b, Budget budget) {
        budget.spend(1);
        if (rank(a) != rank(b)) {
            return false;
        }
        return switch (Collation.rank(a)) {
            case Collation.NUMBER -> a.isIntegralNumber() == b.isIntegralNumber() && JsonNumbers.compare(a, b) == 0;
            case Collation.STRING -> identicalStrings(a.asText(), b.asText(), budget);
            case Collation.ARRAY -> identicalArrays(a, b, budget);
            case Collation.OBJECT -> identicalObjects(a, b, budget);
            default -> true;
        };
    }

    private static int compareUtf8(String a, String b, Budget budget) {
        budget.spend(Math.min(a.length(), b.length()) / Budget.TEXT);
        return compareUtf8(a, b);
    }

    /** Compares strings as their UTF-8 bytes compare, which is by code point and not by UTF-16 unit. */
    static int compareUtf8(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean xIsSurrogate = Character.isSurrogate(x);
                return xIsSurrogate == Character.isSurrogate(y) ? x - y : xIsSurrogate ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }

    private static int rank(JsonNode value) {
        return switch (Collation.rank(value)) {
            case Collation.NUMBER -> 0;
            case Collation.FALSE -> 1;
            case Collation.NULL -> 2;
            case Collation.TRUE -> 3;
            case Collation.OBJECT -> 4;
            case Collation.ARRAY -> 5;
            default -> 6;
        };
    }

    private int compareArrays(JsonNode a, JsonNode b, Budget budget) {
        int common = Math.min(a.size(), b.size());
        for (int i = 0; i < common; i++) {
            budget.spend(1);
            int result = compare(a.get(i), b.get(i), budget);
            if (result != 0) {
                return result;
            }
        }
        return a.size() - b.size();
    }

    private int compareObjects(JsonNode a, JsonNode b, Budget budget) {
        Iterator<Map.Entry<String, JsonNode>> left = a.properties().iterator();
        Iterator<Map.Entry<String, JsonNode>> right = b.properties().iterator();
        while (left.hasNext() && right.hasNext()) {
            budget.spend(1);
            Map.Entry<String, JsonNode> x = left.next();
            Map.Entry<String, JsonNode> y = right.next();
            int result = compareUtf8(x.getKey(), y.getKey(), budget);
            if (result == 0) {
                result = compare(x.getValue(), y.getValue(), budget);
            }
            if (result != 0) {
                return result;
            }
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }

    private static boolean identicalStrings(String a, String b, Budget budget) {
        // Strings of different lengths are not even looked into.
        budget.spend(a.length() == b.length() ? a.length() / Budget.TEXT : 0);
        return a.equals(b);
    }

    private static boolean identicalArrays(JsonNode a, JsonNode b, Budget budget) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!identical(a.get(i), b.get(i), budget)) {
                return false;
            }
        }
        return true;
    }

    private static boolean identicalObjects(JsonNode a, JsonNode b, Budget budget) {
        if (a.size() != b.size()) {
            return false;
        }
        Iterator<Map.Entry<String, JsonNode>> others = b.properties().iterator();
        for (Map.Entry<String, JsonNode> member : a.properties()) {
            Map.Entry<String, JsonNode> other = others.next();
            if (!identicalStrings(member.getKey(), other.getKey(), budget)
                    || !identical(member.getValue(), other.getValue(), budget)) {
                return false;
            }
        }
        return true;
    }
}
