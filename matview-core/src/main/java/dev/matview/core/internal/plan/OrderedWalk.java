package dev.matview.core.internal.plan;

import dev.matview.core.internal.plan.Plan.Order;
import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.internal.view.Index;
import dev.matview.core.internal.view.IndexEntry;
import dev.matview.core.internal.view.KeyRange;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of a plan in the order in which it gives them, by their numbers in it. Finding one costs the logarithm of what
 * there is. Immutable and thread-safe.
 */
public final class OrderedWalk {

    private final Plan<Index> plan;
    private final Index index;
    private final OrderedTree<IndexEntry> tree;
    /** Where in the tree each range begins, and how many rows the ranges up to it have together. */
    private final int[] begins;

    private final int[] ends;

    /** @param plan one that is {@linkplain Plan#isOrdered ordered} */
    public OrderedWalk(Plan<Index> plan) {
        this.plan = plan;
        this.index = plan.index();
        this.tree = plan.order() == Order.OF_FEED ? index.inFeedOrder() : index.byIds();
        List<KeyRange> ranges = plan.ranges();
        this.begins = new int[ranges.size()];
        this.ends = new int[ranges.size()];
        int size = 0;
        for (int i = 0; i < begins.length; i++) {
            begins[i] = tree.before(ranges.get(i).from());
            size += Math.max(0, tree.before(ranges.get(i).to()) - begins[i]);
            ends[i] = size;
        }
    }

    /** How many rows there are. */
    public int size() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    /** The number of the first row after that one; -1 where it is not one of these. */
    public int follower(Row row, Budget budget) {
        if (plan.order() == Order.OF_FEED) {
            return followerInFeedOrder(row);
        }
        IndexEntry keyed = index.entry(row, budget);
        if (keyed == null) {
            return -1;
        }
        int place = tree.before(index.placeByIds(keyed));
        int number = tree.upTo(index.placeByIds(keyed)) == place ? -1 : number(place);
        if (number < 0 || plan.order() == Order.FORWARD) {
            return number < 0 ? -1 : number + 1;
        }
        int groupBegins = tree.before(index.beforeGroup(keyed));
        int groupEnds = tree.before(index.afterGroup(keyed));
        return size() - (number + groupEnds - place) + (place - groupBegins) + 1;
    }

    /** The row need not be among them, as it has its place in the feed's order. */
    private int followerInFeedOrder(Row row) {
        if (size() == 0) {
            return 0;
        }
        KeyRange range = plan.ranges().get(0);
        Comparable<IndexEntry> place = other -> {
            if (range.from().compareTo(other) > 0) {
                return 1;
            }
            // Within the range, all rows are in the feed's order.
            return range.to().compareTo(other) < 0 ? -1 : row.compareTo(other.row());
        };
        return tree.upTo(place) - begins[0];
    }

    /** The number, forwards, of the row at that place in the tree; -1 where it is in none of the ranges. */
    private int number(int place) {
        int found = Arrays.binarySearch(begins, place);
        int range = found < 0 ? -found - 2 : found;
        if (range < 0) {
            return -1;
        }
        while (range + 1 < begins.length && begins[range + 1] == place) {
            // Those before it have no rows.
            range++;
        }
        int number = begin(range) + place - begins[range];
        return number < ends[range] ? number : -1;
    }

    /** How many rows the ranges before that one have. */
    private int begin(int range) {
        return range == 0 ? 0 : ends[range - 1];
    }

    /** The place in the tree of the row of that number, forwards. */
    private int place(int number) {
        int range = range(number);
        return begins[range] + number - begin(range);
    }

    /** The range that has the row of that number. */
    private int range(int number) {
        int found = Arrays.binarySearch(ends, number);
        // Of ranges that end there, those that follow may have no rows.
        int range = found < 0 ? -found - 1 : found + 1;
        while (ends[range] <= number) {
            range++;
        }
        return range;
    }

    /** The rows from that number on; fewer only where there are no more. */
    public List<Row> rows(int from, int limit) {
        int end = (int) Math.min(size(), (long) from + limit);
        List<Row> rows = new ArrayList<>(Math.max(0, end - from));
        while (from + rows.size() < end) {
            int at = from + rows.size();
            List<IndexEntry> next = plan.order() == Order.BACKWARD ? backward(at, end) : forward(at, end);
            next.forEach(keyed -> rows.add(keyed.row()));
        }
        return rows;
    }

    private List<IndexEntry> forward(int from, int end) {
        int range = range(from);
        int begin = place(from);
        return tree.list(begin, begin + Math.min(end, ends[range]) - from);
    }

    /** Of the group that the row of that number belongs to, counted backwards, the rows from it on. */
    private List<IndexEntry> backward(int from, int end) {
        int last = place(size() - 1 - from);
        IndexEntry one = tree.get(last);
        int begins = isAlone(one, last) ? last : tree.before(index.beforeGroup(one));
        int ends = begins == last && isLast(one, last) ? last + 1 : tree.before(index.afterGroup(one));
        // Of the group, counted backwards as a whole, so many are passed.
        int passed = ends - 1 - last;
        int begin = begins + passed;
        return tree.list(begin, Math.min(ends, begin + end - from));
    }

    private boolean isAlone(IndexEntry one, int place) {
        return place == 0 || !index.isOneGroup(tree.get(place - 1), one);
    }

    private boolean isLast(IndexEntry one, int place) {
        return place + 1 == tree.size() || !index.isOneGroup(tree.get(place + 1), one);
    }
}
