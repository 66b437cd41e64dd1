package dev.matview.core.internal.search;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.view.KeyedRow;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a query sees rows, and what is kept of a row to hold it there: the row alone, where that is the order of
 * the feed, else the row with its key. Immutable.
 */
sealed interface RowOrder<E extends Comparable<? super E>> {

    /** Rows as the feed has them. */
    RowOrder<Row> OF_FEED = new OfFeed();

    /** Rows as a sort of the query asks; equal ones as the feed has them. */
    static RowOrder<KeyedRow> by(SortOrder sort) {
        return new BySort(sort);
    }

    /** What is kept of the row; null when it has no place in this order. */
    @Nullable
    E entry(ParsedRow row, Budget budget);

    Row row(E entry);

    /** How much memory the entry takes beside its row and the reference to itself. */
    long bytes(E entry);

    /** What every comparison of the entry may look at, beside itself. */
    int keyLength(E entry);

    E[] array(List<E> entries);

    /** The feed's order. */
    record OfFeed() implements RowOrder<Row> {

        private static final Row[] NONE = {};

        @Override
        public Row entry(ParsedRow row, Budget budget) {
            return row.row();
        }

        @Override
        public Row row(Row entry) {
            return entry;
        }

        @Override
        public long bytes(Row entry) {
            return 0;
        }

        @Override
        public int keyLength(Row entry) {
            return 0;
        }

        @Override
        public Row[] array(List<Row> entries) {
            return entries.toArray(NONE);
        }
    }

    /** A sort's order. */
    record BySort(SortOrder sort) implements RowOrder<KeyedRow> {

        /** The object, and that of its key. */
        private static final int OVERHEAD = 24 + 20;

        private static final KeyedRow[] NONE = {};

        @Override
        public @Nullable KeyedRow entry(ParsedRow row, Budget budget) {
            ObjectNode document = row.document(budget);
            byte[] key = sort.key(document, budget);
            return key == null ? null : new KeyedRow(key, row.row());
        }

        @Override
        public Row row(KeyedRow entry) {
            return entry.row();
        }

        @Override
        public long bytes(KeyedRow entry) {
            return OVERHEAD + (long) entry.key().length;
        }

        @Override
        public int keyLength(KeyedRow entry) {
            return entry.key().length;
        }

        @Override
        public KeyedRow[] array(List<KeyedRow> entries) {
            return entries.toArray(NONE);
        }
    }
}
