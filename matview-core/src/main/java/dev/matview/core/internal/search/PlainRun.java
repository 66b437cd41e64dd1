package dev.matview.core.internal.search;

import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Goes through rows that a store serves in their order; whatever it passes over, it passes over there. For one thread. */
final class PlainRun implements RowList.Run {

    private static final int CHUNK = 1_000;

    private final OrderedRows rows;
    private @Nullable Row last;
    /** How many rows after the last are still to be passed over. */
    private int skip;

    PlainRun(OrderedRows rows, @Nullable Row after, int skip) {
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

    /** Where there are fewer rows than are passed over, the last of all. */
    @Override
    public @Nullable Row passed(Budget budget) {
        while (skip > 0) {
            int most = Math.min(skip, CHUNK);
            List<Row> skipped = rows.page(last, 0, most, budget);
            last = skipped.isEmpty() ? last : skipped.get(skipped.size() - 1);
            skip = skipped.size() < most ? 0 : skip - most;
        }
        return last;
    }
}
