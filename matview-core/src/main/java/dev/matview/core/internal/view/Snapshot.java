package dev.matview.core.internal.view;

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
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A generation in memory: its slices, and their rows merged in the feed's order. Immutable; a generation and the next share
 * the rows that stay. Refreshes make one of the one before.
 *
 * <p>Going to the next generation costs one copy of the array of references, a few bytes a row; all work beyond that,
 * comparing, sorting and hashing, is for the rows of slices that changed.
 */
public final class Snapshot implements Generation {

    private static final Row[] NO_ROWS = {};

    private final String view;
    private final ViewHead head;
    private final Map<String, Held> slices;
    private final Row[] order;
    private final Totals totals;

    private static final Comparator<Row> BY_ID = Comparator.comparing(Row::id);

    /** The rows of one slice, by their ids. */
    private record Held(Position position, Row[] rows, LeftOut leftOut) {

        @Nullable
        Row find(String id) {
            int low = 0;
            int high = rows.length - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = rows[middle].id().compareTo(id);
                if (order == 0) {
                    return rows[middle];
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return null;
        }
    }

    /**
     * What the slices of a generation add up to.
     *
     * @param bytes how much memory its rows take
     */
    public record Totals(int documentsLeftOut, long bytes) {
        static final Totals NOTHING = new Totals(0, 0);
    }

    private Snapshot(String view, ViewHead head, Map<String, Held> slices, Row[] order, Totals totals) {
        this.view = view;
        this.head = head;
        this.slices = slices;
        this.order = order;
        this.totals = totals;
    }

    /** The generation that a whole delta leads to. */
    public static Snapshot of(ViewDelta delta) {
        if (!delta.whole() && delta.base() != 0) {
            throw new IllegalArgumentException("a delta from generation " + delta.base() + " needs that generation");
        }
        return nothing(delta.view(), delta.head()).with(delta);
    }

    private static Snapshot nothing(String view, ViewHead head) {
        return new Snapshot(view, head, Map.of(), NO_ROWS, Totals.NOTHING);
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

    private Snapshot with(ViewDelta delta) {
        Map<String, Held> next = new HashMap<>(slices);
        List<Row> leaving = new ArrayList<>();
        List<Row> coming = new ArrayList<>();
        for (String database : delta.dropped()) {
            Held held = next.remove(database);
            if (held != null) {
                leaving.addAll(Arrays.asList(held.rows()));
            }
        }
        for (SliceDelta change : delta.slices()) {
            Held held = next.get(change.database());
            Row[] rows = held == null ? NO_ROWS : held.rows();
            next.put(change.database(), new Held(change.position(), change(rows, change, leaving), change.leftOut()));
            coming.addAll(change.put());
        }
        return new Snapshot(
                view,
                delta.head(),
                next,
                merge(order, sorted(leaving), sorted(coming)),
                totalsAfter(delta.slices(), delta.dropped()));
    }

    /** What the slices add up to when these have changed and those are dropped. */
    public Totals totalsAfter(Collection<SliceDelta> changes, Set<String> dropped) {
        int leftOut = totals.documentsLeftOut();
        long bytes = totals.bytes();
        for (String database : dropped) {
            Held held = slices.get(database);
            if (held != null) {
                leftOut -= held.leftOut().documents();
                bytes -= bytes(Arrays.asList(held.rows()));
            }
        }
        for (SliceDelta change : changes) {
            Held held = slices.get(change.database());
            leftOut += change.leftOut().documents();
            bytes += bytes(change.put());
            if (held != null) {
                leftOut -= held.leftOut().documents();
                List<Row> leaving = new ArrayList<>();
                change(held.rows(), change, leaving);
                bytes -= bytes(leaving);
            }
        }
        return new Totals(leftOut, bytes);
    }

    /** The same for slices that are all there is. */
    public static Totals totalsOf(Collection<SliceDelta> slices) {
        int leftOut = 0;
        long bytes = 0;
        for (SliceDelta slice : slices) {
            leftOut += slice.leftOut().documents();
            bytes += bytes(slice.put());
        }
        return new Totals(leftOut, bytes);
    }

    private static long bytes(Collection<Row> rows) {
        long bytes = 0;
        for (Row row : rows) {
            bytes += row.bytes();
        }
        return bytes;
    }

    private static Row[] change(Row[] rows, SliceDelta change, List<Row> leaving) {
        if (change.put().isEmpty() && change.removed().isEmpty()) {
            return rows;
        }
        Set<String> replaced = new HashSet<>(change.removed());
        change.put().forEach(row -> replaced.add(row.id()));
        List<Row> next = new ArrayList<>(rows.length + change.put().size());
        for (Row row : rows) {
            (replaced.contains(row.id()) ? leaving : next).add(row);
        }
        next.addAll(change.put());
        Row[] byId = next.toArray(NO_ROWS);
        // Nearly sorted: what stays is, and the sort finds such runs.
        Arrays.sort(byId, BY_ID);
        return byId;
    }

    private static Row[] sorted(List<Row> rows) {
        Row[] array = rows.toArray(NO_ROWS);
        Arrays.sort(array);
        return array;
    }

    /** Copies the runs of {@code base} between the rows that leave and the places of those that come. */
    private static Row[] merge(Row[] base, Row[] leaving, Row[] coming) {
        if (leaving.length == 0 && coming.length == 0) {
            return base;
        }
        if (base.length == 0) {
            return coming;
        }
        Row[] merged = new Row[base.length - leaving.length + coming.length];
        int from = 0;
        int to = 0;
        int left = 0;
        int came = 0;
        while (left < leaving.length || came < coming.length) {
            // A row that is replaced in its place leaves before its successor comes.
            boolean leaves =
                    came == coming.length || (left < leaving.length && leaving[left].compareTo(coming[came]) <= 0);
            Row row = leaves ? leaving[left++] : coming[came++];
            int place = Arrays.binarySearch(base, from, base.length, row);
            int end = place < 0 ? -place - 1 : place;
            System.arraycopy(base, from, merged, to, end - from);
            to += end - from;
            from = end;
            if (leaves) {
                from++;
            } else {
                merged[to++] = row;
            }
        }
        System.arraycopy(base, from, merged, to, base.length - from);
        return merged;
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
    public int size() {
        return order.length;
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        int begin = (int) Math.min(order.length, (long) follower(after) + skip);
        int end = (int) Math.min(order.length, (long) begin + limit);
        return Collections.unmodifiableList(Arrays.asList(order).subList(begin, end));
    }

    /** The number of the first row after that one. */
    private int follower(@Nullable Row row) {
        int found = row == null ? -1 : Arrays.binarySearch(order, row);
        return found < 0 ? -found - 1 : found + 1;
    }

    @Override
    public int place(Row row) {
        int found = Arrays.binarySearch(order, row);
        return found < 0 ? -found - 1 : found;
    }

    @Override
    public Iterator<Row> iterator() {
        return Collections.unmodifiableList(Arrays.asList(order)).iterator();
    }

    @Override
    public @Nullable Row find(String database, String id) {
        Held held = slices.get(database);
        return held == null ? null : held.find(id);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Shared are the same objects: a row that was read anew is none, whatever it shows.
     */
    @Override
    public List<Row> notSharedWith(Generation other) {
        Map<String, Held> others = ((Snapshot) other).slices;
        List<Row> own = new ArrayList<>();
        slices.forEach((database, held) -> {
            Held theirs = others.get(database);
            if (theirs == null) {
                own.addAll(Arrays.asList(held.rows()));
            } else if (theirs.rows() != held.rows()) {
                addOthers(held.rows(), theirs.rows(), own);
            }
        });
        return own;
    }

    private static void addOthers(Row[] rows, Row[] theirs, List<Row> own) {
        int at = 0;
        for (Row row : rows) {
            while (at < theirs.length && BY_ID.compare(theirs[at], row) < 0) {
                at++;
            }
            if (at == theirs.length || theirs[at] != row) {
                own.add(row);
            }
        }
    }

    @Override
    public long references() {
        // A slice is an entry of a map.
        return order.length + 10L * slices.size();
    }

    @Override
    public long bytes() {
        return totals.bytes();
    }

    @Override
    public LeftOut leftOut() {
        LeftOut all = LeftOut.NOTHING;
        if (totals.documentsLeftOut() > 0) {
            for (Held held : new TreeMap<>(slices).values()) {
                all = all.and(held.leftOut());
            }
        }
        return all;
    }

    @Override
    public Map<String, Position> positions() {
        return slices.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, slice -> slice.getValue().position()));
    }

    /** Whether the slice held for the database says the same, whatever its references were found to lead to. */
    public boolean hasSame(Slice slice) {
        Held held = slices.get(slice.database());
        if (held == null
                || held.rows().length != slice.rows().size()
                || !held.leftOut().equals(slice.leftOut())) {
            return false;
        }
        Map<String, Row> rows = new HashMap<>();
        for (Row row : held.rows()) {
            rows.put(row.id(), row);
        }
        return slice.rows().stream().allMatch(row -> {
            Row known = rows.get(row.id());
            return known != null && known.isSameUnexpanded(row);
        });
    }

    /** Whether a slice of the database is held. */
    public boolean holds(String database) {
        return slices.containsKey(database);
    }

    /** The position of the slice of that database; null when none is held. */
    public @Nullable Position position(String database) {
        Held held = slices.get(database);
        return held == null ? null : held.position();
    }

    /** What is left out of the slice of that database; nothing when none is held. */
    public LeftOut leftOut(String database) {
        Held held = slices.get(database);
        return held == null ? LeftOut.NOTHING : held.leftOut();
    }

    /** Whether the slice is already as the change would make it. */
    public boolean isAfter(SliceDelta change) {
        return change.put().isEmpty()
                && change.removed().isEmpty()
                && change.position().equals(position(change.database()))
                && change.leftOut().equals(leftOut(change.database()));
    }

    /** The rows of the slice of that database, by their ids; none when it is not held. */
    public List<Row> slice(String database) {
        Held held = slices.get(database);
        return held == null ? List.of() : List.of(held.rows());
    }

    /**
     * The change of a slice that is held, by what of it is not as it is held.
     *
     * @param change how its documents changed; null when none did
     * @param put rows whose documents did not change, and which are others now
     */
    public SliceDelta changed(String database, @Nullable SliceChange change, Collection<Row> put) {
        Held held = Objects.requireNonNull(slices.get(database), "a slice that is held");
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
                change == null ? held.position() : change.position(),
                List.copyOf(rows.values()),
                removed,
                change == null ? held.leftOut() : change.leftOut());
    }

    /** What changes when the slice takes the place of the one held for its database. */
    public SliceDelta difference(Slice slice) {
        Held held = slices.get(slice.database());
        if (held == null) {
            return SliceDelta.of(slice);
        }
        Map<String, Row> before = new HashMap<>();
        for (Row row : held.rows()) {
            before.put(row.id(), row);
        }
        List<Row> put = new ArrayList<>();
        for (Row row : slice.rows()) {
            if (!row.equals(before.remove(row.id()))) {
                put.add(row);
            }
        }
        return new SliceDelta(slice.database(), slice.position(), put, before.keySet(), slice.leftOut());
    }
}
