package dev.matview.core.internal.search;

import dev.matview.core.Query;
import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.keep.StoredGeneration;
import dev.matview.core.internal.keep.StoredIndex;
import dev.matview.core.internal.plan.Plan;
import dev.matview.core.internal.plan.Planner;
import dev.matview.core.internal.plan.Suggestion;
import dev.matview.core.internal.plan.Trace;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Row;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a query sees of a generation that a store serves. Nothing of what is found is kept: what would take more than
 * bounded work for a page is refused, and the index is named that would help. So there is a page
 *
 * <ol>
 *   <li>in the feed's order, of rows that are tested one after the other, as far as the budget goes;
 *   <li>in the order of an index that the feed lists, in the same way;
 *   <li>in any order where an index leaves few enough rows to put them into it.
 * </ol>
 *
 * For one thread.
 */
final class StoredRows {

    /** How many rows of an answer a query may pass over. */
    private static final int MOST_SKIPPED = 10_000;

    private final StoredGeneration generation;
    private final FeedDefinition feed;
    private final Query query;
    private final OrderedRows source;
    private final long mostBytes;
    private final boolean isOfFeed;
    private final Optional<Plan<StoredIndex>> plan;

    /**
     * @param source the rows that the caller may read
     * @param mostBytes how much memory rows may take that are put into an order
     */
    StoredRows(
            StoredGeneration generation, Served read, Query query, OrderedRows source, long mostBytes, Budget budget) {
        this.generation = generation;
        this.feed = read.feed();
        this.query = query;
        this.source = source;
        this.mostBytes = mostBytes;
        this.isOfFeed = isOfFeed(query.sort(), feed);
        this.plan = isPlain() ? Optional.empty() : plan(budget);
        if (query.skip() > MOST_SKIPPED) {
            throw refusal("skip may be " + MOST_SKIPPED + " at most here; go on with the bookmark");
        }
        if (plan.isEmpty() && !isOfFeed) {
            throw refusal("no index has the rows in this order");
        }
    }

    /** Whether the query sees all that its caller may read, in the feed's order. */
    private boolean isPlain() {
        return query.selector().isAll() && isOfFeed;
    }

    private Optional<Plan<StoredIndex>> plan(Budget budget) {
        // In the feed's order no sort is to be planned for.
        Query planned = isOfFeed ? query.toBuilder().sort(SortOrder.none()).build() : query;
        return Planner.planInStore(
                planned,
                StoredIndex.all(generation, feed),
                feed,
                generation.size(),
                isOfFeed,
                StoredIndex.MOST_COUNTED,
                budget);
    }

    /** Whether a sort asks for the order that the feed has: of rows that show all that it goes by. */
    private static boolean isOfFeed(SortOrder sort, FeedDefinition feed) {
        return sort.isNone()
                || sort.columns().equals(feed.sort().columns())
                        && FeedDefinition.notShown(feed.sort(), feed.fields()).isEmpty();
    }

    /** Why there is no answer, and what would help. */
    MangoException refusal(String why) {
        String help = Suggestion.of(query, feed, plan.orElse(null))
                .map(index -> " List the index " + index + " in the feed's indexes.")
                .orElse(" Ask for less, or register a feed in this order.");
        return new MangoException("no_usable_index", "The view is kept in a store, and " + why + "." + help);
    }

    /** The rows. */
    RowList list(Trace trace) {
        trace.helpful(() -> Suggestion.of(query, feed, plan.orElse(null)));
        plan.ifPresent(trace::indexed);
        if (isPlain()) {
            return (after, skip, budget) -> new PlainRun(source, after, skip);
        }
        if (plan.isPresent() && !plan.get().isOrdered()) {
            Gathered gathered = new Gathered(plan.get(), query, isOfFeed, shown(), mostBytes, this);
            return gathered.list(trace);
        }
        boolean isTested = plan.map(Plan::isTested).orElse(!query.selector().isAll());
        if (plan.isEmpty()) {
            trace.searched();
        }
        return (after, skip, budget) -> new StoredRun(
                this, rows(after, budget), isTested ? query.selector() : null, shown(), after, skip, trace);
    }

    private RowSource rows(@Nullable Row after, Budget budget) {
        return plan.isPresent() ? new StoredWalk(plan.get(), after, budget) : RowSource.of(source, after);
    }

    /** Whether a row that an index has is shown to the caller; null where all are that come. */
    private @Nullable Predicate<Row> shown() {
        if (plan.isEmpty()) {
            return null;
        }
        if (feed.access() == Access.ACL) {
            return source::contains;
        }
        Row last = source.size() == generation.size() ? null : source.last();
        return last == null ? null : row -> row.compareTo(last) <= 0;
    }
}
