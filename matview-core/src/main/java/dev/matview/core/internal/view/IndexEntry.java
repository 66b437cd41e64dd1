package dev.matview.core.internal.view;

import dev.matview.core.spi.Row;
import java.util.Arrays;

/**
 * A row and its key in an index: the values of all fields but the last, which many rows may have and share, and the last; of a
 * single field, all is in the first part. Orders by the key, and of equal keys as the rows do. Immutable, as long as nobody
 * writes to its arrays.
 */
public record IndexEntry(byte[] head, byte[] tail, Row row) implements Comparable<IndexEntry> {

    /** Compares the keys alone. A head is never the beginning of another one. */
    public int compareKeys(IndexEntry other) {
        int order = compare(head, other.head);
        return order != 0 ? order : compare(tail, other.tail);
    }

    private static int compare(byte[] one, byte[] other) {
        return one == other ? 0 : Arrays.compareUnsigned(one, other);
    }

    @Override
    public int compareTo(IndexEntry other) {
        int order = compareKeys(other);
        return order != 0 ? order : row.compareTo(other.row);
    }

    /** Another row with this key. */
    public IndexEntry of(Row other) {
        return new IndexEntry(head, tail, other);
    }

    /** A record's own would compare arrays by identity: whoever wants to know whether two are alike compares them. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return row.hashCode();
    }
}
