package dev.matview.core.internal.search;

import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows that a query sees of one generation, in its order; found as far as they are asked for. */
public interface RowList {

    /**
     * Begins to go through them.
     *
     * @param after a row of the generation, which need not be one of these; null begins with the first
     * @param skip how many to pass over first
     */
    Run after(@Nullable Row after, int skip, Budget budget);

    /** Goes through rows. For one thread. */
    interface Run {

        /** The next rows; fewer than that only where there are no more. */
        List<Row> next(int limit, Budget budget);

        /** The last row that was given or skipped; the one that was begun after while there is none; null for the start. */
        @Nullable
        Row passed(Budget budget);
    }

    /** All of them, which are ordered as rows are. */
    static RowList of(OrderedRows rows) {
        return (after, skip, budget) -> new OrderedRun(rows, after, skip);
    }

    /** Goes on from the last row each time. */
    final class OrderedRun implements Run {

        private final OrderedRows rows;
        private @Nullable Row last;
        /** How many rows after the last are still to be passed over. */
        private int skip;

        private OrderedRun(OrderedRows rows, @Nullable Row after, int skip) {
            this.rows = rows;
            this.last = after;
            this.skip = skip;
        }

        @Override
        public List<Row> next(int limit, Budget budget) {
            List<Row> page = rows.page(last, skip, limit, budget);
            if (!page.isEmpty()) {
                last = page.get(page.size() - 1);
                skip = 0;
            }
            return page;
        }

        @Override
        public @Nullable Row passed(Budget budget) {
            if (skip > 0) {
                List<Row> skipped = rows.page(last, skip - 1, 1, budget);
                last = skipped.isEmpty() ? rows.last() : skipped.get(0);
                skip = 0;
            }
            return last;
        }
    }
}
