package dev.matview.core.internal.view;

import java.util.Arrays;

/** The keys of an index between two bounds; none where the second is before the first. Immutable. */
public record KeyRange(Bound from, Bound to) {

    /** All keys that begin so. */
    public static KeyRange beginningWith(byte[] prefix) {
        return new KeyRange(Bound.before(prefix), Bound.after(prefix));
    }

    /**
     * A place before all keys that begin so, or after all of them; it is never equal to a key. Of two places at prefixes of
     * which none begins with the other, the order is that of the keys there.
     */
    public record Bound(byte[] prefix, boolean isAfter) implements Comparable<IndexEntry> {

        public static Bound before(byte[] prefix) {
            return new Bound(prefix, false);
        }

        public static Bound after(byte[] prefix) {
            return new Bound(prefix, true);
        }

        @Override
        public int compareTo(IndexEntry entry) {
            int inHead = Math.min(prefix.length, entry.head().length);
            int order = Arrays.compareUnsigned(prefix, 0, inHead, entry.head(), 0, inHead);
            if (order == 0 && prefix.length > inHead) {
                int inTail = Math.min(prefix.length - inHead, entry.tail().length);
                order = Arrays.compareUnsigned(prefix, inHead, inHead + inTail, entry.tail(), 0, inTail);
                if (order == 0 && prefix.length > inHead + inTail) {
                    return 1;
                }
            }
            return order != 0 ? order : isAfter ? 1 : -1;
        }

        /** Orders bounds, as far as the class comment says. */
        public int compareWith(Bound other) {
            int order = Arrays.compareUnsigned(prefix, other.prefix);
            return order != 0 ? order : Boolean.compare(isAfter, other.isAfter);
        }
    }
}
