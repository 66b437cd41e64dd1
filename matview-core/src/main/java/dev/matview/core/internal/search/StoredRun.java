package dev.matview.core.internal.search;

import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.plan.Trace;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.BudgetSpentException.Reason;
import dev.matview.core.mango.Selector;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Looks at rows that a store serves, one after the other, until a page is full. For one thread. */
final class StoredRun implements RowList.Run {

    /** How many rows are taken together at first; more where few of them are wanted. */
    private static final int CHUNK = 128;

    private static final int MOST_TOGETHER = 1_000;

    private final StoredRows of;
    private final RowSource source;
    private final @Nullable Selector tested;
    private final @Nullable Predicate<Row> shown;
    private final Trace trace;

    private List<Row> ahead = List.of();
    private int next;
    private int together = CHUNK;
    private boolean ended;

    private @Nullable Row last;
    /** How many rows of the answer are still to be passed over. */
    private int skip;

    /**
     * @param tested null where all rows match
     * @param shown whether a row is shown; null where all are
     * @param after the row that the source begins after
     */
    StoredRun(
            StoredRows of,
            RowSource source,
            @Nullable Selector tested,
            @Nullable Predicate<Row> shown,
            @Nullable Row after,
            int skip,
            Trace trace) {
        this.of = of;
        this.source = source;
        this.tested = tested;
        this.shown = shown;
        this.last = after;
        this.skip = skip;
        this.trace = trace;
    }

    @Override
    public List<Row> next(int limit, Budget budget) {
        List<Row> found = new ArrayList<>();
        try {
            take(found, limit, budget);
        } catch (BudgetSpentException e) {
            if (budget.mayWait() && (e.reason() == Reason.STEPS || e.reason() == Reason.TIME)) {
                throw of.refusal("the query's budget ended before its page was full");
            }
            throw e;
        }
        return found;
    }

    private void take(List<Row> found, int limit, Budget budget) {
        while (found.size() < limit || skip > 0) {
            if (next == ahead.size() && !isMoreThere(budget)) {
                return;
            }
            Row row = ahead.get(next);
            budget.spend(1);
            boolean isShown = shown == null || shown.test(row);
            boolean matches =
                    isShown && (tested == null || tested.matches(Json.parseObject(row.document(), budget), budget));
            trace.looked(1, isShown && tested != null ? 1 : 0);
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
    }

    private boolean isMoreThere(Budget budget) {
        if (!ended) {
            ahead = source.next(together, budget);
            next = 0;
            together = Math.min(MOST_TOGETHER, 2 * together);
            ended = ahead.isEmpty();
        }
        return !ended;
    }

    @Override
    public @Nullable Row passed(Budget budget) {
        if (skip > 0) {
            next(0, budget);
        }
        return last;
    }
}
