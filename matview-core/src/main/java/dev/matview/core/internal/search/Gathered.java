package dev.matview.core.internal.search;

import dev.matview.core.Query;
import dev.matview.core.internal.keep.StoredIndex;
import dev.matview.core.internal.plan.Plan;
import dev.matview.core.internal.plan.Trace;
import dev.matview.core.internal.view.KeyedRow;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.BudgetSpentException.Reason;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The few rows that an index leaves, tested and put into the answer's order for one page. For one thread. */
final class Gathered {

    private static final int TOGETHER = 1_000;

    private static final byte[] NO_KEY = {};

    private final Plan<StoredIndex> plan;
    private final Query query;
    private final SortOrder sort;
    private final @Nullable Predicate<Row> shown;
    private final long mostBytes;
    private final StoredRows of;

    /**
     * @param isOfFeed whether the answer is in the feed's order
     * @param shown whether a row is shown; null where all are
     * @param mostBytes how much memory those may take that match
     */
    Gathered(
            Plan<StoredIndex> plan,
            Query query,
            boolean isOfFeed,
            @Nullable Predicate<Row> shown,
            long mostBytes,
            StoredRows of) {
        this.plan = plan;
        this.query = query;
        this.sort = isOfFeed ? SortOrder.none() : query.sort();
        this.shown = shown;
        this.mostBytes = mostBytes;
        this.of = of;
    }

    RowList list(Trace trace) {
        return (after, skip, budget) -> {
            try {
                List<KeyedRow> found = gathered(trace, budget);
                return new Run(found, after, after == null ? 0 : follower(found, new ParsedRow(after), budget), skip);
            } catch (BudgetSpentException e) {
                if (budget.mayWait() && (e.reason() == Reason.STEPS || e.reason() == Reason.TIME)) {
                    throw of.refusal("the query's budget ended before its rows were in their order");
                }
                throw e;
            }
        };
    }

    private List<KeyedRow> gathered(Trace trace, Budget budget) {
        List<KeyedRow> found = new ArrayList<>();
        RowSource rows = new StoredWalk(plan, null, budget);
        long bytes = 0;
        for (List<Row> next = rows.next(TOGETHER, budget); !next.isEmpty(); next = rows.next(TOGETHER, budget)) {
            for (Row row : next) {
                budget.spend(1);
                boolean isShown = shown == null || shown.test(row);
                trace.looked(1, isShown && plan.isTested() ? 1 : 0);
                ParsedRow parsed = new ParsedRow(row);
                if (isShown && (!plan.isTested() || query.selector().matches(parsed.document(budget), budget))) {
                    KeyedRow keyed = keyed(parsed, budget);
                    bytes += keyed == null ? 0 : row.bytes();
                    if (keyed != null) {
                        found.add(keyed);
                    }
                }
                if (bytes > mostBytes) {
                    throw of.refusal("the rows to be put into an order take too much memory");
                }
            }
        }
        budget.spend((long) found.size() * (Integer.SIZE - Integer.numberOfLeadingZeros(found.size())) / Long.BYTES);
        Collections.sort(found);
        return found;
    }

    private @Nullable KeyedRow keyed(ParsedRow row, Budget budget) {
        if (sort.isNone()) {
            return new KeyedRow(NO_KEY, row.row());
        }
        byte[] key = sort.key(row.document(budget), budget);
        return key == null ? null : new KeyedRow(key, row.row());
    }

    private int follower(List<KeyedRow> found, ParsedRow after, Budget budget) {
        KeyedRow keyed = keyed(after, budget);
        if (keyed == null) {
            return 0;
        }
        int place = Collections.binarySearch(found, keyed);
        return place < 0 ? -place - 1 : place + 1;
    }

    /** Goes through them by their numbers. */
    private static final class Run implements RowList.Run {

        private final List<KeyedRow> found;
        private final @Nullable Row after;
        private final int first;
        private int next;

        Run(List<KeyedRow> found, @Nullable Row after, int first, int skip) {
            this.found = found;
            this.after = after;
            this.first = first;
            this.next = Math.min(found.size(), first + skip);
        }

        @Override
        public List<Row> next(int limit, Budget budget) {
            int end = (int) Math.min(found.size(), (long) next + limit);
            List<Row> rows =
                    found.subList(next, end).stream().map(KeyedRow::row).toList();
            next = end;
            return rows;
        }

        @Override
        public @Nullable Row passed(Budget budget) {
            return next == first ? after : found.get(next - 1).row();
        }
    }
}
