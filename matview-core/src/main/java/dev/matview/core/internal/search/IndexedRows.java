package dev.matview.core.internal.search;

import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.plan.OrderedWalk;
import dev.matview.core.internal.plan.Plan;
import dev.matview.core.internal.plan.Planner;
import dev.matview.core.internal.plan.Trace;
import dev.matview.core.internal.view.Index;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.Selector;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a query's answer, straight from an index that has them in their order. Nothing of it is kept. Where rows have to
 * be tested and so few of them match that many would be looked at, whatever keeps what it finds goes on instead. Thread-safe.
 */
final class IndexedRows implements RowList {

    private static final int CHUNK = 128;

    private final OrderedWalk walk;
    private final @Nullable Selector tested;
    private final @Nullable Predicate<Row> shown;
    private final Trace trace;
    private final Supplier<RowList> instead;

    /**
     * @param plan one that is {@linkplain Plan#isOrdered ordered}
     * @param shown whether a row may be read, and is not beyond the feed's limit; null where all are
     * @param trace takes down what it takes
     * @param instead the same rows, found in another way
     */
    IndexedRows(
            Plan<Index> plan,
            Selector selector,
            @Nullable Predicate<Row> shown,
            Trace trace,
            Supplier<RowList> instead) {
        this.walk = new OrderedWalk(plan);
        this.tested = plan.isTested() ? selector : null;
        this.shown = shown;
        this.trace = trace;
        this.instead = instead;
    }

    @Override
    public Run after(@Nullable Row after, int skip, Budget budget) {
        int first = after == null ? 0 : walk.follower(after, budget);
        if (first < 0) {
            // It is no row of the answer; whoever looks at all rows knows its place.
            return instead.get().after(after, skip, budget);
        }
        return tested == null && shown == null
                ? new NumberedRun(after, first, skip)
                : new TestedRun(after, first, skip);
    }

    /** Goes through rows of which none is passed over. */
    private final class NumberedRun implements Run {

        private final @Nullable Row after;
        private final int first;
        private int next;

        NumberedRun(@Nullable Row after, int first, int skip) {
            this.after = after;
            this.first = first;
            this.next = (int) Math.min(walk.size(), (long) first + skip);
        }

        @Override
        public List<Row> next(int limit, Budget budget) {
            List<Row> rows = walk.rows(next, limit);
            budget.spend(rows.size());
            trace.looked(rows.size(), 0);
            next += rows.size();
            return rows;
        }

        @Override
        public @Nullable Row passed(Budget budget) {
            return next == first ? after : walk.rows(next - 1, 1).get(0);
        }
    }

    /** Looks at rows one after the other. */
    private final class TestedRun implements Run {

        private @Nullable Row last;
        private int next;
        /** How many rows are still to be passed over. */
        private int skip;

        private int looked;
        private @Nullable Run other;

        TestedRun(@Nullable Row after, int first, int skip) {
            this.last = after;
            this.next = first;
            this.skip = skip;
        }

        @Override
        public List<Row> next(int limit, Budget budget) {
            List<Row> found = new ArrayList<>();
            take(found, limit, budget);
            return found;
        }

        private void take(List<Row> found, int limit, Budget budget) {
            while (other == null && (found.size() < limit || skip > 0)) {
                List<Row> chunk = walk.rows(next, CHUNK);
                if (chunk.isEmpty()) {
                    return;
                }
                for (Row row : chunk) {
                    if (found.size() == limit && skip == 0) {
                        return;
                    }
                    look(row, found, budget);
                }
                if (looked > Planner.MOST_LOOKED_AT) {
                    other = instead.get().after(last, skip, budget);
                }
            }
            if (other != null && (found.size() < limit || skip > 0)) {
                found.addAll(other.next(limit - found.size(), budget));
            }
        }

        private void look(Row row, List<Row> found, Budget budget) {
            budget.spend(1);
            boolean isShown = shown == null || shown.test(row);
            boolean matches =
                    isShown && (tested == null || tested.matches(Json.parseObject(row.document(), budget), budget));
            trace.looked(1, isShown && tested != null ? 1 : 0);
            looked++;
            next++;
            if (matches) {
                last = row;
                if (skip > 0) {
                    skip--;
                } else {
                    found.add(row);
                }
            }
        }

        @Override
        public @Nullable Row passed(Budget budget) {
            if (other == null && skip > 0) {
                take(new ArrayList<>(), 0, budget);
            }
            return other == null ? last : other.passed(budget);
        }
    }
}
