package dev.matview.core.internal.plan;

import dev.matview.core.internal.view.Index;
import dev.matview.core.internal.view.IndexEntry;
import dev.matview.core.internal.view.KeyRange;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a plan in the feed's order, for whoever tests and orders them: a few, put together when they are first asked
 * for. For one thread.
 */
public final class Candidates implements OrderedRows {

    /** How many rows are put into the feed's order for a step. */
    private static final int GATHERED = 4;

    private static final Row[] NONE = {};

    private final Plan<Index> plan;
    private final Predicate<Row> isShown;
    private final Budget budget;
    private Row @Nullable [] rows;

    /**
     * @param isShown whether a row may be read, and is not beyond the feed's limit
     * @param budget pays for putting them together
     */
    public Candidates(Plan<Index> plan, Predicate<Row> isShown, Budget budget) {
        this.plan = plan;
        this.isShown = isShown;
        this.budget = budget;
    }

    private Row[] rows() {
        Row[] known = rows;
        if (known == null) {
            known = gathered();
            rows = known;
        }
        return known;
    }

    private Row[] gathered() {
        budget.spend(plan.rows() / GATHERED);
        List<Row> all = new ArrayList<>();
        for (KeyRange range : plan.ranges()) {
            int begin = plan.index().before(range.from());
            int end = Math.max(begin, plan.index().before(range.to()));
            for (IndexEntry keyed : plan.index().inFeedOrder().list(begin, end)) {
                if (isShown.test(keyed.row())) {
                    all.add(keyed.row());
                }
            }
        }
        Row[] sorted = all.toArray(NONE);
        Arrays.sort(sorted);
        return sorted;
    }

    @Override
    public int size() {
        return rows().length;
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        Row[] all = rows();
        int follower = after == null ? 0 : place(after);
        if (after != null && follower < all.length && all[follower].compareTo(after) == 0) {
            follower++;
        }
        int begin = (int) Math.min(all.length, (long) follower + skip);
        int end = (int) Math.min(all.length, (long) begin + limit);
        return List.of(Arrays.copyOfRange(all, begin, end));
    }

    @Override
    public int place(Row row) {
        int found = Arrays.binarySearch(rows(), row);
        return found < 0 ? -found - 1 : found;
    }
}
