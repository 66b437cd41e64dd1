package dev.matview.core.internal.view;

import dev.matview.core.internal.position.HeldPositions;
import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A generation in memory: its rows in the feed's order, and its slices with the same rows by their ids, each in an
 * {@link OrderedTree}. Immutable; a generation and the next share what stays. Refreshes make one of the one before.
 *
 * <p>Going to the next generation, finding a row or a place, and telling two generations apart cost what is touched, and the
 * logarithm of what there is for it.
 */
public final class Snapshot implements Base.Committed {

    private static final Row[] NO_ROWS = {};
    private static final Comparator<Row> IN_ORDER = Comparator.naturalOrder();

    private final String view;
    private final ViewHead head;
    private final Slices slices;
    private final OrderedTree<Row> order;
    /** Every page that is read asks for it. */
    private final String tag;

    /**
     * What the slices of a generation add up to.
     *
     * @param bytes how much memory its rows take
     */
    public record Totals(int documentsLeftOut, long bytes) {
        static final Totals NOTHING = new Totals(0, 0);

        Totals plus(LeftOut more, Iterable<Row> rows) {
            return new Totals(documentsLeftOut + more.documents(), bytes + sum(rows));
        }

        Totals minus(LeftOut less, Iterable<Row> rows) {
            return new Totals(documentsLeftOut - less.documents(), bytes - sum(rows));
        }

        /** When the slice has changed. */
        Totals after(SliceDelta slice, @Nullable HeldSlice before, HeldSlice.Change rows) {
            Totals more = plus(slice.leftOut(), Arrays.asList(rows.put()));
            return before == null ? more : more.minus(before.leftOut(), rows.leaving());
        }

        private static long sum(Iterable<Row> rows) {
            long bytes = 0;
            for (Row row : rows) {
                bytes += row.bytes();
            }
            return bytes;
        }
    }

    private Snapshot(String view, ViewHead head, Slices slices, OrderedTree<Row> order) {
        this.view = view;
        this.head = head;
        this.slices = slices;
        this.order = order;
        this.tag = Committed.super.tag();
    }

    /** The generation that a whole delta leads to. */
    public static Snapshot of(ViewDelta delta) {
        if (!delta.whole() && delta.base() != 0) {
            throw new IllegalArgumentException("a delta from generation " + delta.base() + " needs that generation");
        }
        return new Snapshot(delta.view(), delta.head(), Slices.NONE, OrderedTree.empty()).with(delta);
    }

    /**
     * The generation that the delta leads to from this one.
     *
     * @throws IllegalArgumentException when the delta starts elsewhere
     */
    public Snapshot apply(ViewDelta delta) {
        if (delta.whole()) {
            return of(delta);
        }
        if (delta.base() != head.generation() || !delta.view().equals(view)) {
            throw new IllegalArgumentException("a delta of " + delta.view() + " from generation " + delta.base()
                    + " does not fit generation " + head.generation() + " of " + view);
        }
        return with(delta);
    }

    /**
     * What is being built, with more of it: the delta is a whole one, as {@link dev.matview.core.spi.ViewStage} takes it.
     *
     * @param built what is there of it so far; null for nothing
     */
    public static Snapshot built(@Nullable Snapshot built, ViewDelta more) {
        return built == null ? of(more) : built.with(more);
    }

    private Snapshot with(ViewDelta delta) {
        Slices.Next next = slices.after(delta);
        OrderedTree<Row> rows = order.edit(sorted(next.leaving()), sorted(next.coming()), IN_ORDER);
        return new Snapshot(view, delta.head(), next.slices(), rows);
    }

    private static Row[] sorted(List<Row> rows) {
        Row[] array = rows.toArray(NO_ROWS);
        // Of a first build they are many; of few, it takes one thread.
        Arrays.parallelSort(array);
        return array;
    }

    /** The whole of it, for whoever has nothing of the view. */
    public ViewDelta whole() {
        List<SliceDelta> all = new ArrayList<>(slices.all().size());
        slices.all().forEach(slice -> all.add(slice.whole()));
        return new ViewDelta(view, 0, true, head, all, Set.of());
    }

    /** What leads here from an earlier generation of the view. Costs what differs. */
    public ViewDelta since(Snapshot earlier) {
        return slices.since(earlier.slices, view, earlier.head.generation(), head);
    }

    @Override
    public Totals totalsAfter(Collection<SliceDelta> changes, Set<String> dropped) {
        return slices.totalsAfter(changes, dropped);
    }

    /** The same for slices that are all there is. */
    public static Totals totalsOf(Collection<SliceDelta> slices) {
        return Slices.NONE.totalsAfter(slices, Set.of());
    }

    @Override
    public String view() {
        return view;
    }

    @Override
    public ViewHead head() {
        return head;
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public int size() {
        return order.size();
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        int follower = after == null ? 0 : order.upTo(after);
        int begin = (int) Math.min(order.size(), (long) follower + skip);
        int end = (int) Math.min(order.size(), (long) begin + limit);
        return order.list(begin, end);
    }

    @Override
    public int place(Row row) {
        return order.before(row);
    }

    @Override
    public boolean contains(Row row) {
        return order.find(row) != null;
    }

    @Override
    public Iterator<Row> iterator() {
        return order.iterator();
    }

    @Override
    public @Nullable Row find(String database, String id) {
        HeldSlice held = slices.find(database);
        return held == null ? null : held.find(id);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Shared are the same objects: a row that was read anew is none, whatever it shows.
     */
    @Override
    public @Nullable List<Row> notSharedWith(Generation other, int most) {
        List<Row> own = new ArrayList<>();
        long[] told = {0};
        try {
            order.differences(((Snapshot) other).order, IN_ORDER, (mine, theirs) -> {
                // What only the other has is passed over on the way, and is work too.
                if (mine != null && own.size() == most || told[0]++ >= 2L * most + 1) {
                    throw TooMany.INSTANCE;
                }
                if (mine != null) {
                    own.add(mine);
                }
            });
        } catch (TooMany end) {
            return null;
        }
        return own;
    }

    /** Ends going through what differs. */
    private static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;

        static final TooMany INSTANCE = new TooMany();

        /** Control flow, thrown from one shared instance: no stack trace, no suppressed exceptions. */
        private TooMany() {
            super("more than are wanted", null, false, false);
        }
    }

    /** Tells the rows that are not shared with the other, each with the other's that has its place; null for none. */
    public void differences(Snapshot other, BiConsumer<@Nullable Row, @Nullable Row> each) {
        order.differences(other.order, IN_ORDER, each);
    }

    @Override
    public long referencesNotSharedWith(Generation other) {
        Snapshot snapshot = (Snapshot) other;
        return order.differences(snapshot.order, IN_ORDER, (mine, theirs) -> {})
                + slices.referencesNotSharedWith(snapshot.slices);
    }

    @Override
    public boolean shares(Row row) {
        return find(row.database(), row.id()) == row;
    }

    @Override
    public boolean isInHeap() {
        return true;
    }

    @Override
    public long bytes() {
        return slices.totals().bytes();
    }

    @Override
    public LeftOut leftOut() {
        return slices.leftOut();
    }

    @Override
    public Map<String, Position> positions() {
        return new HeldPositions<>(slices.all(), HeldSlice::database, HeldSlice::reflected);
    }

    @Override
    public boolean holds(String database) {
        return slices.find(database) != null;
    }

    @Override
    public String name(String database) {
        HeldSlice held = slices.find(database);
        return held == null ? database : held.database();
    }

    @Override
    public @Nullable Position position(String database) {
        HeldSlice held = slices.find(database);
        return held == null ? null : held.reflected();
    }

    @Override
    public LeftOut leftOut(String database) {
        HeldSlice held = slices.find(database);
        return held == null ? LeftOut.NOTHING : held.leftOut();
    }

    /** In the order of their ids. */
    @Override
    public List<Row> slice(String database) {
        HeldSlice held = slices.find(database);
        return held == null ? List.of() : held.rows().list(0, held.rows().size());
    }

    @Override
    public SliceDelta changed(String database, @Nullable SliceChange change, Collection<Row> put) {
        HeldSlice held = Objects.requireNonNull(slices.find(database), "a slice that is held");
        Map<String, Row> rows = new HashMap<>();
        put.forEach(row -> rows.put(row.id(), row));
        Set<String> removed = new HashSet<>();
        if (change != null) {
            change.put().forEach(row -> rows.put(row.id(), row));
            change.others().stream().filter(id -> held.find(id) != null).forEach(removed::add);
        }
        rows.values().removeIf(row -> row.equals(held.find(row.id())));
        return new SliceDelta(
                database,
                change == null ? held.reflected() : change.position(),
                List.copyOf(rows.values()),
                removed,
                change == null ? held.leftOut() : change.leftOut());
    }

    @Override
    public int rowsOf(String database) {
        HeldSlice held = slices.find(database);
        return held == null ? 0 : held.rows().size();
    }

    @Override
    public boolean hasSame(Slice slice) {
        HeldSlice held = slices.find(slice.database());
        return held != null
                && held.rows().size() == slice.rows().size()
                && held.leftOut().equals(slice.leftOut())
                && slice.rows().stream().allMatch(row -> {
                    Row known = held.find(row.id());
                    return known != null && known.isSameUnexpanded(row);
                });
    }

    @Override
    public SliceDelta difference(Slice slice) {
        HeldSlice held = slices.find(slice.database());
        if (held == null) {
            return SliceDelta.of(slice);
        }
        Set<String> removed = new HashSet<>();
        held.rows().forEach(row -> removed.add(row.id()));
        List<Row> put = new ArrayList<>();
        for (Row row : slice.rows()) {
            removed.remove(row.id());
            if (!row.equals(held.find(row.id()))) {
                put.add(row);
            }
        }
        return new SliceDelta(slice.database(), slice.position(), put, removed, slice.leftOut());
    }
}
