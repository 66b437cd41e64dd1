package dev.matview.core.internal.view;

import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows in a feed's order, read a page at a time. A place among them is the row before it, as in a bookmark, and never needs
 * to be a number: an array, a tree and a store with an index all find a row quickly, and not all of them the n-th.
 * Immutable and thread-safe.
 */
public interface OrderedRows extends Iterable<Row> {

    /** How many rows there are. */
    int size();

    /**
     * The rows that follow a row. Costs the page, and finding where it begins.
     *
     * @param after need not be one of these; null begins with the first
     * @param skip how many to pass over first
     * @return fewer than {@code limit} only where there are no more. Not to be changed
     */
    List<Row> page(@Nullable Row after, int skip, int limit);

    /** The same, paying for what it costs beside the rows of the page. */
    default List<Row> page(@Nullable Row after, int skip, int limit, Budget budget) {
        return page(after, skip, limit);
    }

    /** The place of a row: how many rows are before it. It need not be one of these. */
    int place(Row row);

    /** Whether the row, as the generation has it, is one of these. */
    default boolean contains(Row row) {
        List<Row> there = page(null, place(row), 1);
        return !there.isEmpty() && there.get(0).compareTo(row) == 0;
    }

    /** The last row; null when there is none. */
    default @Nullable Row last() {
        return size() == 0 ? null : page(null, size() - 1, 1).get(0);
    }

    /** The rows up to that number. */
    default OrderedRows first(int most) {
        return most >= size() ? this : new FirstOfRows(this, most);
    }

    /** From the first to the last, in pages. */
    @Override
    default Iterator<Row> iterator() {
        return new RowIterator(this);
    }
}
