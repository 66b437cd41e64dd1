package dev.matview.core.internal.view;

import dev.matview.core.spi.Row;
import java.util.Arrays;

/**
 * A row and its key in an order that is not the feed's own. Orders by the key, and of equal keys as the rows do. Immutable,
 * as long as nobody writes to the key, which several may share.
 */
public record KeyedRow(byte[] key, Row row) implements Comparable<KeyedRow> {

    @Override
    public int compareTo(KeyedRow other) {
        int order = key == other.key ? 0 : Arrays.compareUnsigned(key, other.key);
        return order != 0 ? order : row.compareTo(other.row);
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
