package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.ibm.icu.text.Collator;
import com.ibm.icu.text.RuleBasedCollator;
import com.ibm.icu.util.ULocale;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;

/**
 * CouchDB's order of JSON values, the one that views are sorted by: null, false, true, numbers, strings, arrays,
 * objects.
 *
 * <ul>
 *   <li>Numbers compare by their exact value, whatever their size: {@code 1} equals {@code 1.0}, and
 *       {@code 9007199254740993} is greater than {@code 9007199254740992.0}.
 *   <li>Strings compare by ICU's root collation, so {@code "a" < "A" < "b"}. Different strings can be equal in it:
 *       control characters do not count.
 *   <li>Arrays compare element by element, then the shorter comes first.
 *   <li>Objects compare member by member in the order in which the members stand, name before value; then the one
 *       with fewer members comes first.
 * </ul>
 *
 * <p>The rule comes from CouchDB's {@code couch_ejson_compare}. One thing differs: for values that nest more than ten
 * deep CouchDB falls back to another routine, which rounds integers to doubles; here the order is exact at any depth.
 *
 * <p>A {@code null} reference is not a value and is refused with {@link NullPointerException}; Jackson's missing node
 * counts as JSON null. Immutable and thread-safe.
 */
public final class Collation implements Comparator<JsonNode>, Order {
    /** The ranks of the kinds of value. They are also the tag bytes of {@link CollationKeyWriter}: never 0. */
    static final int NULL = 1;

    static final int FALSE = 2;
    static final int TRUE = 3;
    static final int NUMBER = 4;
    static final int STRING = 5;
    static final int ARRAY = 6;
    static final int OBJECT = 7;

    /** How many characters cost a step: to collate one takes a while. */
    static final int COLLATED = 16;

    private static final Collation COUCHDB = new Collation();

    /** A collator has scratch space, so each thread needs its own; the tables behind are shared. */
    private static final ThreadLocal<RuleBasedCollator> ROOT_COLLATOR =
            ThreadLocal.withInitial(() -> (RuleBasedCollator) Collator.getInstance(ULocale.ROOT));

    private Collation() {}

    /** Returns the collation of CouchDB 3.5. */
    public static Collation couchdb() {
        return COUCHDB;
    }

    /** Compares two values, without counting; see the class comment. */
    @Override
    public int compare(JsonNode a, JsonNode b) {
        return compare(a, b, Budget.unlimited());
    }

    /** The same, paid for: a step for each pair of values within the two, and for the text that is compared. */
    @Override
    public int compare(JsonNode a, JsonNode b, Budget budget) {
        int rank = rank(a);
        int difference = rank - rank(b);
        if (difference != 0) {
            return difference;
        }
        return switch (rank) {
            case NUMBER -> JsonNumbers.compare(a, b);
            case STRING -> compareStrings(a.asText(), b.asText(), budget);
            case ARRAY -> compareArrays(a, b, budget);
            case OBJECT -> compareObjects(a, b, budget);
            default -> 0;
        };
    }

    static int rank(JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL, MISSING -> NULL;
            case BOOLEAN -> value.booleanValue() ? TRUE : FALSE;
            case NUMBER -> NUMBER;
            case STRING, BINARY, POJO -> STRING;
            case ARRAY -> ARRAY;
            case OBJECT -> OBJECT;
        };
    }

    /** Returns this thread's collator, for work that must agree with {@link #compare}. */
    static RuleBasedCollator collator() {
        return ROOT_COLLATOR.get();
    }

    private static int compareStrings(String a, String b, Budget budget) {
        budget.spend(Math.min(a.length(), b.length()) / COLLATED);
        // Most comparisons are for equality, and of equal strings; the collator need not look at those.
        return a.equals(b) ? 0 : collator().compare(a, b);
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
        return Integer.compare(a.size(), b.size());
    }

    private int compareObjects(JsonNode a, JsonNode b, Budget budget) {
        Iterator<Map.Entry<String, JsonNode>> left = a.properties().iterator();
        Iterator<Map.Entry<String, JsonNode>> right = b.properties().iterator();
        while (left.hasNext() && right.hasNext()) {
            budget.spend(1);
            Map.Entry<String, JsonNode> x = left.next();
            Map.Entry<String, JsonNode> y = right.next();
            int result = compareStrings(x.getKey(), y.getKey(), budget);
            if (result == 0) {
                result = compare(x.getValue(), y.getValue(), budget);
            }
            if (result != 0) {
                return result;
            }
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }
}
