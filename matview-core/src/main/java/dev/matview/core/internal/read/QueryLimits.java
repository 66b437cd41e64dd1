package dev.matview.core.internal.read;

import dev.matview.core.ColdQueryException;
import dev.matview.core.InvalidQueryException;
import dev.matview.core.Query;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.QueryTimeoutException;
import dev.matview.core.Settings;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.BudgetSpentException.Reason;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.MangoLimits;
import dev.matview.core.mango.Selector;
import java.util.function.Supplier;

/** Holds queries to what they may ask for, and to what answering them may cost. */
public final class QueryLimits {

    private QueryLimits() {}

    /** How many documents a page has at most. */
    public static int limit(Settings settings, Query query) {
        return Math.min(query.limit().orElse(settings.pageSize()), settings.maxPageSize());
    }

    /**
     * The query, once it is known to be within the limits, whoever compiled its parts.
     *
     * @throws InvalidQueryException when it is not
     */
    public static Query within(MangoLimits limits, Query query) {
        Selector selector;
        try {
            query.fields().within(limits);
            query.sort().within(limits);
            selector = query.selector().within(limits);
        } catch (MangoException e) {
            throw new InvalidQueryException(e);
        }
        if (selector == query.selector()) {
            return query;
        }
        Query.Builder held = Query.builder()
                .selector(selector)
                .fields(query.fields())
                .sort(query.sort())
                .skip(query.skip())
                .bookmark(query.bookmark())
                .caller(query.caller())
                .expand(query.expand())
                .maxAge(query.maxAge());
        query.limit().ifPresent(held::limit);
        return held.build();
    }

    /**
     * What the work gives.
     *
     * @throws QueryTimeoutException when the budget does not suffice for it
     * @throws QueryStoppedException when nobody wants it any more
     * @throws InvalidQueryException when a regular expression costs too much
     */
    public static <T> T within(Budget budget, Supplier<T> work) {
        try {
            budget.begin();
            return work.get();
        } catch (BudgetSpentException e) {
            throw unanswered(budget, e);
        } catch (MangoException e) {
            throw new InvalidQueryException(e);
        } finally {
            budget.end();
        }
    }

    /** The same for work that may be interrupted: then nobody waits for it any more, and the thread stays interrupted. */
    public static <T> T withinWait(Budget budget, Budget.Wait<T> work) {
        return within(budget, () -> {
            try {
                return work.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new QueryStoppedException();
            }
        });
    }

    private static RuntimeException unanswered(Budget budget, BudgetSpentException spent) {
        if (spent.reason() == Reason.STOPPED) {
            return new QueryStoppedException();
        }
        return budget.mayWait() ? new QueryTimeoutException() : new ColdQueryException();
    }
}
