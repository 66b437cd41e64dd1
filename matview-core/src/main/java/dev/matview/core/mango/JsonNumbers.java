package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Numbers as Erlang compares them: an integer of any size and a double are compared by their exact values. A decimal
 * node counts as the double that CouchDB would have read.
 */
final class JsonNumbers {
    /** Every integer up to this one is a double, so comparing as doubles is exact. */
    private static final long EXACT_IN_DOUBLE = 1L << 53;

    private JsonNumbers() {}

    static int compare(JsonNode a, JsonNode b) {
        boolean aIsInteger = a.isIntegralNumber();
        boolean bIsInteger = b.isIntegralNumber();
        if (aIsInteger && bIsInteger) {
            return a.canConvertToLong() && b.canConvertToLong()
                    ? Long.compare(a.longValue(), b.longValue())
                    : a.bigIntegerValue().compareTo(b.bigIntegerValue());
        }
        if (aIsInteger) {
            return compareMixed(a, b.doubleValue());
        }
        if (bIsInteger) {
            return -compareMixed(b, a.doubleValue());
        }
        return compareDoubles(a.doubleValue(), b.doubleValue());
    }

    /** Unlike {@link Double#compare}, has the two zeros equal. */
    private static int compareDoubles(double a, double b) {
        return a == b ? 0 : Double.compare(a, b);
    }

    private static int compareMixed(JsonNode integer, double other) {
        if (integer.canConvertToLong()) {
            long value = integer.longValue();
            if (-EXACT_IN_DOUBLE <= value && value <= EXACT_IN_DOUBLE) {
                return compareDoubles(value, other);
            }
        }
        if (Double.isNaN(other) || Double.isInfinite(other)) {
            return Double.compare(0.0, other);
        }
        BigInteger value = integer.bigIntegerValue();
        return new BigDecimal(value).compareTo(new BigDecimal(other));
    }
}
