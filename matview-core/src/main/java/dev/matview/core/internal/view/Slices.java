package dev.matview.core.internal.view;

import dev.matview.core.internal.position.PositionStems;
import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.internal.view.HeldSlice.Change;
import dev.matview.core.internal.view.Snapshot.Totals;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The slices of a generation, by the names of their databases, and what they add up to. Immutable; the next generation's
 * share what stays.
 *
 * @param incomplete those out of which documents are left: few, that are looked for among very many
 */
record Slices(OrderedTree<HeldSlice> all, OrderedTree<HeldSlice> incomplete, Totals totals) {

    /** There are none. */
    static final Slices NONE = new Slices(OrderedTree.empty(), OrderedTree.empty(), Totals.NOTHING);

    private static final HeldSlice[] NO_SLICES = {};
    private static final Comparator<HeldSlice> BY_DATABASE = Comparator.comparing(HeldSlice::database);

    /**
     * The slices of the next generation.
     *
     * @param coming the rows it has and this one has not
     * @param leaving those that this one has and the next has not, but for those whose place in the order one of the others
     *     takes
     */
    record Next(Slices slices, List<Row> coming, List<Row> leaving) {}

    @Nullable
    HeldSlice find(String database) {
        return all.find(slice -> database.compareTo(slice.database()));
    }

    /** All documents that are left out. */
    LeftOut leftOut() {
        LeftOut sum = LeftOut.NOTHING;
        for (HeldSlice slice : incomplete) {
            sum = sum.and(slice.leftOut());
        }
        return sum;
    }

    Next after(ViewDelta delta) {
        PositionStems stems = new PositionStems();
        if (!all.isEmpty()) {
            // Any may do: most have the same.
            stems.know(all.get(all.size() / 2).stem());
        }
        List<HeldSlice> gone = new ArrayList<>();
        List<HeldSlice> put = new ArrayList<>();
        List<Row> coming = new ArrayList<>();
        List<Row> leaving = new ArrayList<>();
        Totals after = totals;
        for (String database : delta.dropped()) {
            HeldSlice held = find(database);
            if (held != null) {
                gone.add(held);
                after = after.minus(held.leftOut(), held.rows());
                held.rows().forEach(leaving::add);
            }
        }
        for (SliceDelta slice : delta.slices()) {
            HeldSlice before = find(slice.database());
            Change rows = Change.of(slice, before);
            put.add(HeldSlice.after(before, slice, rows, stems));
            coming.addAll(Arrays.asList(rows.put()));
            leaving.addAll(rows.moving());
            after = after.after(slice, before, rows);
        }
        OrderedTree<HeldSlice> next = all.edit(sorted(gone), sorted(put), BY_DATABASE);
        return new Next(new Slices(next, incompleteAfter(gone, put), after), coming, leaving);
    }

    private OrderedTree<HeldSlice> incompleteAfter(List<HeldSlice> gone, List<HeldSlice> put) {
        List<HeldSlice> complete = new ArrayList<>(gone);
        List<HeldSlice> lacking = new ArrayList<>();
        put.forEach(slice -> (slice.leftOut().isEmpty() ? complete : lacking).add(slice));
        return incomplete.isEmpty() && lacking.isEmpty()
                ? incomplete
                : incomplete.edit(sorted(complete), sorted(lacking), BY_DATABASE);
    }

    private static HeldSlice[] sorted(List<HeldSlice> slices) {
        HeldSlice[] sorted = slices.toArray(NO_SLICES);
        Arrays.sort(sorted, BY_DATABASE);
        return sorted;
    }

    /** What the slices add up to when these have changed and those are dropped. */
    Totals totalsAfter(Collection<SliceDelta> changes, Set<String> dropped) {
        Totals after = totals;
        for (String database : dropped) {
            HeldSlice held = find(database);
            if (held != null) {
                after = after.minus(held.leftOut(), held.rows());
            }
        }
        for (SliceDelta slice : changes) {
            HeldSlice before = find(slice.database());
            after = after.after(slice, before, Change.of(slice, before));
        }
        return after;
    }

    /** What leads here from earlier slices of the same view. */
    ViewDelta since(Slices earlier, String view, long base, ViewHead head) {
        List<SliceDelta> changed = new ArrayList<>();
        Set<String> dropped = new HashSet<>();
        all.differences(earlier.all, BY_DATABASE, (mine, theirs) -> {
            if (mine == null) {
                dropped.add(theirs.database());
            } else {
                SliceDelta change = theirs == null ? mine.whole() : mine.since(theirs);
                if (change != null) {
                    changed.add(change);
                }
            }
        });
        return new ViewDelta(view, base, false, head, changed, dropped);
    }

    /** How much memory these take that the others do not share, without the rows, in references. */
    long referencesNotSharedWith(Slices others) {
        long[] ofSlices = {0};
        long ofNodes = all.differences(others.all, BY_DATABASE, (mine, theirs) -> {
            if (mine != null) {
                ofSlices[0] += mine.referencesNotSharedWith(theirs);
            }
        });
        return ofNodes + ofSlices[0];
    }
}
