package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import com.ibm.icu.text.RawCollationKey;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes JSON values as bytes whose unsigned order is the order of {@link Collation}.
 *
 * <p>Each value is a tag byte, its {@linkplain Collation#rank rank}, followed by a self-delimiting body, so that values
 * can be written one after another and a value can be inverted to sort descending:
 *
 * <ul>
 *   <li>a string is its ICU sort key, which holds no zero byte and ends in one;
 *   <li>an array is its elements and a zero; an object its members, each one {@code 1}, name, value, and a zero;
 *   <li>a number is its sign, its binary exponent, and the bits of its mantissa, in groups of seven followed by a bit
 *       that says whether more follow. Equal numbers, whatever their type, give equal bytes.
 * </ul>
 */
final class CollationKeyWriter {
    private static final int END = 0;
    private static final int MEMBER = 1;

    /** How many characters cost a step: an ICU sort key of one takes a while. */
    private static final int KEYED = 8;

    /** How many bits of a number do. */
    private static final int BITS = 32;

    private static final int NEGATIVE = 1;
    private static final int ZERO = 2;
    private static final int POSITIVE = 3;
    private static final int NOT_A_NUMBER = 4;

    private final Budget budget;
    private byte[] bytes = new byte[64];
    private int size;
    private final RawCollationKey stringKey = new RawCollationKey();

    /** @param budget pays for what is written */
    CollationKeyWriter(Budget budget) {
        this.budget = budget;
    }

    /** Writes a value. */
    void value(JsonNode value) {
        budget.spend(1);
        int rank = Collation.rank(value);
        put(rank);
        switch (rank) {
            case Collation.NUMBER -> number(value);
            case Collation.STRING -> string(value.asText());
            case Collation.ARRAY -> {
                for (JsonNode element : value) {
                    value(element);
                }
                put(END);
            }
            case Collation.OBJECT -> {
                for (Map.Entry<String, JsonNode> member : value.properties()) {
                    put(MEMBER);
                    string(member.getKey());
                    value(member.getValue());
                }
                put(END);
            }
            default -> {
                // The tag says it all.
            }
        }
    }

    /** Writes what every array begins with, and nothing else does. */
    void array() {
        put(Collation.ARRAY);
    }

    /**
     * Writes a string that sorts by its UTF-8 bytes. Every byte is raised by one, which no byte of UTF-8 is too great
     * for, to make room for the end mark.
     */
    void raw(byte[] utf8) {
        budget.spend(utf8.length / Budget.TEXT);
        for (byte b : utf8) {
            put(b + 1);
        }
        put(END);
    }

    /** Turns what was written since {@code start} around, so that it sorts descending. */
    void invertFrom(int start) {
        for (int i = start; i < size; i++) {
            bytes[i] = (byte) ~bytes[i];
        }
    }

    int size() {
        return size;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    private void string(String value) {
        budget.spend(value.length() / KEYED);
        Collation.collator().getRawCollationKey(value, stringKey);
        put(stringKey.bytes, stringKey.size);
    }

    private void number(JsonNode value) {
        if (value.isIntegralNumber()) {
            integer(value.bigIntegerValue(), 0);
            return;
        }
        double number = value.doubleValue();
        if (Double.isNaN(number)) {
            put(NOT_A_NUMBER);
        } else if (Double.isInfinite(number)) {
            infinity(number > 0);
        } else {
            int exponent = Math.max(Math.getExponent(number), Double.MIN_EXPONENT) - 52;
            integer(BigInteger.valueOf((long) Math.scalb(number, -exponent)), exponent);
        }
    }

    /** Writes {@code value * 2^exponent}. */
    private void integer(BigInteger value, int exponent) {
        if (value.signum() == 0) {
            put(ZERO);
            return;
        }
        BigInteger magnitude = value.abs();
        budget.spend(magnitude.bitLength() / BITS);
        int start = size;
        put(POSITIVE);
        int lowest = magnitude.getLowestSetBit();
        int highest = magnitude.bitLength() - 1;
        // The sign bit is flipped so that the bytes of a negative exponent sort first.
        int biased = (highest + exponent) ^ Integer.MIN_VALUE;
        put(biased >>> 24);
        put(biased >>> 16);
        put(biased >>> 8);
        put(biased);
        // The highest bit is always set and need not be written.
        int bit = highest - 1;
        boolean more;
        do {
            int group = 0;
            for (int i = 0; i < 7; i++, bit--) {
                group = group << 1 | (bit >= 0 && magnitude.testBit(bit) ? 1 : 0);
            }
            more = bit >= lowest;
            put(group << 1 | (more ? 1 : 0));
        } while (more);
        if (value.signum() < 0) {
            invertFrom(start);
            bytes[start] = NEGATIVE;
        }
    }

    /** No finite number has such an exponent. */
    private void infinity(boolean positive) {
        put(positive ? POSITIVE : NEGATIVE);
        int filler = positive ? 0xFF : 0;
        for (int i = 0; i < 4; i++) {
            put(filler);
        }
        put(positive ? 0 : 0xFF);
    }

    private void put(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, size * 2);
        }
        bytes[size++] = (byte) value;
    }

    private void put(byte[] source, int length) {
        if (size + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + length));
        }
        System.arraycopy(source, 0, bytes, size, length);
        size += length;
    }
}
