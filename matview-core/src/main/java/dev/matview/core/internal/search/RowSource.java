package dev.matview.core.internal.search;

import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives rows one after the other, among them all of a query's answer, in its order. For one thread. */
interface RowSource {

    /** So many of the rows that follow, or fewer; none only where there are no more. */
    List<Row> next(int most, Budget budget);

    /** Rows in their own order, after one of them. */
    static RowSource of(OrderedRows rows, @Nullable Row after) {
        return new RowSource() {
            private @Nullable Row last = after;

            @Override
            public List<Row> next(int most, Budget budget) {
                List<Row> next = rows.page(last, 0, most, budget);
                last = next.isEmpty() ? last : next.get(next.size() - 1);
                return next;
            }
        };
    }
}
