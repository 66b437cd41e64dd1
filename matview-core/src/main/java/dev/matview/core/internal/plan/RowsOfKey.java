package dev.matview.core.internal.plan;

import dev.matview.core.internal.view.Index;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The rows of a plan that have one key, which an index has in the feed's order: taken from there page by page. Thread-safe. */
public final class RowsOfKey implements OrderedRows {

    private final OrderedWalk walk;
    private final Predicate<Row> isShown;

    /**
     * @param plan one in the feed's order
     * @param isShown whether a row may be read, and is not beyond the feed's limit
     */
    public RowsOfKey(Plan<Index> plan, Predicate<Row> isShown) {
        this.walk = new OrderedWalk(plan);
        this.isShown = isShown;
    }

    /** How many there are, with those that are not shown. */
    @Override
    public int size() {
        return walk.size();
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        return page(after, skip, limit, Budget.unlimited());
    }

    /** Pays for each row that is looked at, whether or not it is shown. */
    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit, Budget budget) {
        int next = after == null ? 0 : walk.follower(after, Budget.unlimited());
        int skipped = 0;
        List<Row> page = new ArrayList<>();
        while (page.size() < limit && next < walk.size()) {
            for (Row row : walk.rows(next, limit)) {
                next++;
                budget.spend(1);
                if (isShown.test(row) && skipped++ >= skip && page.size() < limit) {
                    page.add(row);
                }
            }
        }
        return page;
    }

    @Override
    public int place(Row row) {
        int follower = walk.follower(row, Budget.unlimited());
        boolean isThere = follower > 0 && walk.rows(follower - 1, 1).get(0).compareTo(row) == 0;
        return isThere ? follower - 1 : follower;
    }
}
