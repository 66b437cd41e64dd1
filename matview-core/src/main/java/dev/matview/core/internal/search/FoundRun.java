package dev.matview.core.internal.search;

import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Goes through what a selection finds, by its number. For one thread. */
final class FoundRun implements RowList.Run {

    private final Selection<?> selection;
    private final OrderedRows source;
    private final @Nullable Row after;
    private final int first;
    private int next;

    /**
     * @param source the rows that are searched
     * @param after the row that it begins after; null for the start
     * @param skip how many to pass over first
     * @param follower the number of the first row after that one
     */
    FoundRun(Selection<?> selection, OrderedRows source, @Nullable Row after, int skip, int follower) {
        this.selection = selection;
        this.source = source;
        this.after = after;
        this.first = follower;
        this.next = (int) Math.min(Integer.MAX_VALUE, (long) follower + skip);
    }

    @Override
    public List<Row> next(int limit, Budget budget) {
        List<Row> rows = selection.found(source, next, limit, budget);
        next += rows.size();
        return rows;
    }

    @Override
    public @Nullable Row passed(Budget budget) {
        return next == first ? after : selection.before(next, budget);
    }
}
