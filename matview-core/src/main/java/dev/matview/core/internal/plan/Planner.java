package dev.matview.core.internal.plan;

import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.plan.Plan.Order;
import dev.matview.core.internal.view.FieldIndex;
import dev.matview.core.internal.view.Index;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.Requirements;
import dev.matview.core.mango.Requirements.Kind;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.mango.SortOrder.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out how indexes can answer a query. It goes by rules and by counts that an index has at hand, and whatever it finds
 * is a matter of cost alone:
 *
 * <ol>
 *   <li>An index is of use where every row of the answer is in it: each of its fields is required by the selector, or
 *       sorted by, by the query or the feed. Equality, or a list of values, narrows it in its first fields, a range in the next one ({@link Narrowing}).
 *   <li>Rows come in the order of the answer where the fields that are left agree with those that are left of the sort, all
 *       in the same directions or all in the opposite ones. What the selector binds to one value is left out of both: it is
 *       the same in all rows. Without a sort, where all rows have one key, or keys that order them as the feed does.
 *   <li>Best is such an order without a row to be tested. Else what costs least by estimate: rows in order are looked at until
 *       the page is full, others all. Who has to put as many as a quarter of all rows into order had better search them; and
 *       who wants no other order than the feed's, and so is done when the page is full, often with far fewer.
 * </ol>
 */
public final class Planner {

    /** How many rows may be looked at for a page, one after the other, before that is given up. */
    public static final int MOST_LOOKED_AT = 10_000;

    /** To look into a row costs as much as to put so many into order. */
    private static final long LOOK = 4;

    /** A page is about as long. */
    private static final int PAGE = 100;

    private Planner() {}

    /**
     * The way to answer the query with the least work; empty where indexes are of no use.
     *
     * @param feed by which the rows are read
     * @param all how many rows the generation has
     * @param budget pays for the bytes of what is looked up
     */
    public static Optional<Plan<Index>> plan(
            Query query, List<Index> indexes, FeedDefinition feed, int all, Budget budget) {
        List<Plan<Index>> ways = ways(query, indexes, feed, budget);
        int fewest = ways.stream().mapToInt(Plan::rows).min().orElse(0);
        long wanted = (long) query.skip() + query.limit().orElse(PAGE) + 1;
        return ways.stream()
                .filter(way -> way.isOrdered()
                        ? cost(way, wanted, fewest) <= MOST_LOOKED_AT
                        : areFew(way.rows(), all)
                                && (!query.sort().isNone() || way.rows() <= search(all, wanted, fewest)))
                .min(Comparator.comparingLong(way -> cost(way, wanted, fewest)));
    }

    /**
     * The way to answer the query by indexes that a store keeps. There all that is not in order has to be few, as they are put
     * into order for each page; and what is not asked of an index can only be looked for in the feed's order. The plan says how
     * many rows it has only where that was asked.
     *
     * @param all how many rows the generation has
     * @param isOfFeed whether the answer is in the feed's order
     * @param most how many rows can be put into order
     */
    public static <I extends FieldIndex> Optional<Plan<I>> planInStore(
            Query query, List<I> indexes, FeedDefinition feed, int all, boolean isOfFeed, int most, Budget budget) {
        // To count there costs what is counted: not where nothing hangs on it.
        List<Plan<I>> uncounted = ways(query, indexes, feed, false, budget);
        Optional<Plan<I>> best = uncounted.stream()
                .filter(way -> way.isOrdered() && !way.isTested())
                .findFirst();
        if (best.isPresent() || uncounted.isEmpty()) {
            return best;
        }
        if (uncounted.size() == 1 && uncounted.get(0).isOrdered()) {
            return Optional.of(uncounted.get(0));
        }
        List<Plan<I>> ways = ways(query, indexes, feed, budget);
        int fewest = ways.stream().mapToInt(Plan::rows).min().orElse(0);
        long wanted = (long) query.skip() + query.limit().orElse(PAGE) + 1;
        return ways.stream()
                .filter(way -> way.isOrdered() || way.rows() <= most)
                .filter(way -> way.isOrdered() || !isOfFeed || way.rows() <= search(all, wanted, fewest))
                .min(Comparator.comparingLong(way -> cost(way, wanted, fewest)));
    }

    /**
     * How many rows could be put into order for what it costs to search all in order until a page is full: that looks at more,
     * the fewer match, and into each.
     */
    private static long search(int all, long wanted, int fewest) {
        return LOOK * wanted * all / Math.max(1, fewest);
    }

    /** Whether so many rows are few enough to be put into order, among so many in all. */
    public static boolean areFew(int rows, int all) {
        return 4L * rows < all;
    }

    /**
     * How many rows are looked at, about.
     *
     * @param fewest no more rows than that match
     */
    private static long cost(Plan<?> way, long wanted, int fewest) {
        if (!way.isOrdered()) {
            return way.rows();
        }
        return way.isTested() ? Math.min(way.rows(), wanted * way.rows() / Math.max(1, fewest)) : 0;
    }

    /** All ways to answer the query by one of the indexes, good and bad. */
    public static <I extends FieldIndex> List<Plan<I>> ways(
            Query query, List<I> indexes, FeedDefinition feed, Budget budget) {
        return ways(query, indexes, feed, true, budget);
    }

    private static <I extends FieldIndex> List<Plan<I>> ways(
            Query query, List<I> indexes, FeedDefinition feed, boolean isCounted, Budget budget) {
        if (indexes.isEmpty()) {
            return List.of();
        }
        Requirements requirements = query.selector().requirements();
        List<Plan<I>> ways = new ArrayList<>();
        for (I index : indexes) {
            if (hasAllOfAnswer(index.order(), requirements, query.sort(), feed)) {
                Narrowing narrowing = new Narrowing(index, requirements.all(), budget);
                ways.add(new Plan<>(
                        index,
                        narrowing.ranges(),
                        query.sort().isNone()
                                ? narrowing.comesInOrderOf(feed.sort()) ? Order.OF_FEED : Order.NONE
                                : order(index, requirements, query.sort()),
                        !requirements.areSufficient() || !narrowing.fulfilsAll(),
                        isCounted ? narrowing.rows() : 0));
            }
        }
        return ways;
    }

    private static boolean hasAllOfAnswer(
            SortOrder index, Requirements requirements, SortOrder sort, FeedDefinition feed) {
        Set<List<String>> there = new HashSet<>();
        requirements.all().forEach(one -> there.add(one.path()));
        sort.columns().forEach(column -> there.add(column.path()));
        // What lacks one of them is no row of the feed; what is not shown is in no index.
        feed.sort().columns().stream()
                .map(Column::path)
                .filter(feed.fields()::keeps)
                .forEach(there::add);
        return index.columns().stream().allMatch(column -> there.contains(column.path()));
    }

    private static Order order(FieldIndex index, Requirements requirements, SortOrder sort) {
        if (!index.showsIds() && sort.columns().get(0).byBytes()) {
            // No row has what is sorted by.
            return Order.NONE;
        }
        Set<List<String>> constant = new HashSet<>();
        requirements.all().stream().filter(one -> one.kind() == Kind.EQUAL).forEach(one -> constant.add(one.path()));
        List<Column> wanted = varying(sort, constant);
        List<Column> given = varying(index.order(), constant);
        if (wanted.size() != given.size()) {
            return Order.NONE;
        }
        // Ids follow the last field, also where that is the same in all rows.
        boolean backward = sort.isDescendingAtEnd() != index.order().isDescendingAtEnd();
        for (int i = 0; i < wanted.size(); i++) {
            boolean agree = wanted.get(i).path().equals(given.get(i).path());
            if (!agree || (wanted.get(i).descending() != given.get(i).descending()) != backward) {
                return Order.NONE;
            }
        }
        return backward ? Order.BACKWARD : Order.FORWARD;
    }

    /** The fields that decide on the order of rows that match, before the bytes of their ids do. */
    private static List<Column> varying(SortOrder order, Set<List<String>> constant) {
        return order.columns().stream()
                .filter(column -> !column.byBytes() && !constant.contains(column.path()))
                .toList();
    }
}
