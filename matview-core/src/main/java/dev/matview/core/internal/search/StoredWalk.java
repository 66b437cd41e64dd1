package dev.matview.core.internal.search;

import dev.matview.core.internal.keep.StoredGeneration;
import dev.matview.core.internal.keep.StoredIndex;
import dev.matview.core.internal.plan.Plan;
import dev.matview.core.internal.plan.Plan.Order;
import dev.matview.core.internal.view.KeyRange;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.PagedGeneration.Entry;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.Row;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a plan in the order in which it gives them, from an index that a store keeps. Backwards, rows that a sort cannot tell
 * apart, which have one key, stay in the feed's order: those of one key are read forwards where not all of them are at hand. For
 * one thread.
 */
final class StoredWalk implements RowSource {

    private final StoredIndex index;
    private final boolean inFeedOrder;
    private final boolean backwards;
    /** Those that are not passed, in the order of the walk. */
    private final Deque<Range> ranges = new ArrayDeque<>();

    /** What was passed last; forwards. */
    private @Nullable Entry passed;

    /** Backwards: what follows is before this key. */
    private byte @Nullable [] end;

    /** Backwards: the key whose rows are read forwards, and the last of them; null where none are. */
    private @Nullable Range group;

    private @Nullable Entry ofGroup;

    /**
     * @param plan one that is {@linkplain Plan#isOrdered ordered}, or whose order is of no matter
     * @param after a row that the index has, which the walk begins after; null for the first
     */
    StoredWalk(Plan<StoredIndex> plan, @Nullable Row after, Budget budget) {
        this.index = plan.index();
        this.inFeedOrder = plan.order() == Order.OF_FEED || plan.order() == Order.NONE;
        this.backwards = plan.order() == Order.BACKWARD;
        for (KeyRange keys : plan.ranges()) {
            Range range = index.range(keys, inFeedOrder);
            if (range != null && backwards) {
                ranges.addFirst(range);
            } else if (range != null) {
                ranges.addLast(range);
            }
        }
        byte[] key = after == null ? null : index.key(after, inFeedOrder, budget);
        if (key != null && after != null) {
            begin(new Entry(key, after));
        }
    }

    private void begin(Entry after) {
        if (backwards) {
            group = index.range(after.key(), inFeedOrder);
            ofGroup = after;
            end = after.key();
        } else {
            passed = after;
            ranges.removeIf(range -> {
                byte[] to = range.to();
                return to != null && Arrays.compareUnsigned(to, after.key()) <= 0;
            });
        }
    }

    @Override
    public List<Row> next(int most, Budget budget) {
        List<Row> rows = new ArrayList<>();
        while (rows.isEmpty() && (group != null || !ranges.isEmpty())) {
            if (group != null) {
                rows.addAll(ofGroup(group, most, budget));
            } else if (backwards) {
                rows.addAll(backward(ranges.element(), most, budget));
            } else {
                rows.addAll(forward(ranges.element(), most, budget));
            }
        }
        return rows;
    }

    private List<Entry> entries(Range range, @Nullable Entry after, boolean back, int most, Budget budget) {
        return StoredGeneration.ask(budget, () -> index.generation().pages().entries(range, after, back, most));
    }

    private static List<Row> rows(List<Entry> entries) {
        return entries.stream().map(Entry::row).toList();
    }

    private List<Row> forward(Range range, int most, Budget budget) {
        List<Entry> entries = entries(range, passed, false, most, budget);
        if (entries.size() < most) {
            ranges.remove();
        }
        passed = entries.isEmpty() ? passed : entries.get(entries.size() - 1);
        return rows(entries);
    }

    private List<Row> ofGroup(Range key, int most, Budget budget) {
        List<Entry> entries = entries(key, ofGroup, false, most, budget);
        ofGroup = entries.isEmpty() ? ofGroup : entries.get(entries.size() - 1);
        if (entries.size() < most) {
            group = null;
            ofGroup = null;
        }
        return rows(entries);
    }

    /** Whole groups, each turned around; of one that is not whole here, the rows are read forwards next. */
    private List<Row> backward(Range whole, int most, Budget budget) {
        Range range = end == null || isBefore(whole.to(), end) ? whole : new Range(whole.index(), whole.from(), end);
        List<Entry> entries = entries(range, null, true, most, budget);
        List<Row> rows = new ArrayList<>();
        int begin = 0;
        while (begin < entries.size()) {
            int next = begin + 1;
            while (next < entries.size() && isOneKey(entries.get(begin), entries.get(next))) {
                next++;
            }
            end = entries.get(begin).key();
            if (next == entries.size() && entries.size() == most) {
                group = index.range(end, inFeedOrder);
                return rows;
            }
            List<Row> ofOneKey = new ArrayList<>(rows(entries.subList(begin, next)));
            Collections.reverse(ofOneKey);
            rows.addAll(ofOneKey);
            begin = next;
        }
        ranges.remove();
        return rows;
    }

    private static boolean isOneKey(Entry one, Entry other) {
        return Arrays.equals(one.key(), other.key());
    }

    /** Whether a range ends before the key. */
    private static boolean isBefore(byte @Nullable [] to, byte[] key) {
        return to != null && Arrays.compareUnsigned(to, key) <= 0;
    }
}
