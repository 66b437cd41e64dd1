package dev.matview.core.internal.view;

import dev.matview.core.internal.position.PositionCodec;
import dev.matview.core.internal.position.PositionCodec.Stem;
import dev.matview.core.internal.position.PositionStems;
import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A slice as a generation holds it. A view may have a million of them: it is one object beside its rows and the bytes of
 * its position.
 *
 * @param position without what the stem has, see {@link PositionCodec}
 * @param rows by their ids
 */
record HeldSlice(String database, byte[] position, Stem stem, OrderedTree<Row> rows, LeftOut leftOut) {

    /** What the object takes, and the bytes of a position of CouchDB's: 104 bytes, in references. */
    private static final int OBJECTS = 26;

    private static final Row[] NO_ROWS = {};
    private static final Comparator<Row> BY_ID = Comparator.comparing(Row::id);

    /**
     * What the rows of a slice become.
     *
     * @param put those that come, by their ids
     * @param leaving those that are no more, or in whose place another comes
     * @param removed those of them in whose place none comes, by their ids
     * @param moving those of them whose place in the feed's order no other takes
     */
    record Change(Row[] put, List<Row> leaving, Row[] removed, List<Row> moving) {

        static Change of(SliceDelta delta, @Nullable HeldSlice before) {
            Row[] put = byId(delta.put());
            if (before == null || before.rows.isEmpty()) {
                return new Change(put, List.of(), NO_ROWS, List.of());
            }
            List<Row> removed = new ArrayList<>();
            for (String id : delta.removed()) {
                if (!isAmong(put, id)) {
                    add(before.find(id), removed);
                }
            }
            List<Row> leaving = new ArrayList<>(removed);
            List<Row> moving = new ArrayList<>(removed);
            for (Row row : put) {
                Row held = before.find(row.id());
                add(held, leaving);
                if (held != null && row.compareTo(held) != 0) {
                    moving.add(held);
                }
            }
            return new Change(put, leaving, byId(removed), moving);
        }

        private static void add(@Nullable Row row, List<Row> leaving) {
            if (row != null) {
                leaving.add(row);
            }
        }

        private static boolean isAmong(Row[] rows, String id) {
            int low = 0;
            int high = rows.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (rows[middle].id().compareTo(id) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low < rows.length && rows[low].id().equals(id);
        }

        /** By id; of two with one id, the later. */
        private static Row[] byId(List<Row> rows) {
            Row[] sorted = rows.toArray(NO_ROWS);
            Arrays.sort(sorted, BY_ID);
            int count = 0;
            for (int i = 0; i < sorted.length; i++) {
                if (i + 1 == sorted.length || !sorted[i].id().equals(sorted[i + 1].id())) {
                    sorted[count++] = sorted[i];
                }
            }
            return count == sorted.length ? sorted : Arrays.copyOf(sorted, count);
        }
    }

    /** The slice after a change. */
    static HeldSlice after(@Nullable HeldSlice before, SliceDelta delta, Change change, PositionStems stems) {
        OrderedTree<Row> rows = before == null
                ? OrderedTree.of(change.put(), BY_ID)
                : before.rows.edit(change.removed(), change.put(), BY_ID);
        Stem stem = stems.of(delta.position(), before == null ? null : before.stem);
        return new HeldSlice(
                before == null ? delta.database() : before.database,
                PositionCodec.encode(delta.position(), stem),
                stem,
                rows,
                delta.leftOut().isEmpty() ? LeftOut.NOTHING : delta.leftOut());
    }

    @Nullable
    Row find(String id) {
        return rows.find(row -> id.compareTo(row.id()));
    }

    /** What the slice reflects. */
    Position reflected() {
        return PositionCodec.decode(position, stem);
    }

    boolean isAt(HeldSlice other) {
        return stem == other.stem
                ? Arrays.equals(position, other.position)
                : reflected().equals(other.reflected());
    }

    /** The whole slice. */
    SliceDelta whole() {
        return new SliceDelta(database, reflected(), rows.list(0, rows.size()), Set.of(), leftOut);
    }

    /** The change that makes this slice of an earlier state of it; null when they are the same. */
    @Nullable
    SliceDelta since(HeldSlice earlier) {
        List<Row> put = new ArrayList<>();
        Set<String> removed = new HashSet<>();
        rows.differences(earlier.rows, BY_ID, (mine, theirs) -> {
            if (mine == null) {
                removed.add(theirs.id());
            } else if (!mine.equals(theirs)) {
                put.add(mine);
            }
        });
        return put.isEmpty() && removed.isEmpty() && isAt(earlier) && leftOut.equals(earlier.leftOut)
                ? null
                : new SliceDelta(database, reflected(), put, removed, leftOut);
    }

    /** How much memory its nodes take that the other does not share, in references. */
    long referencesNotSharedWith(@Nullable HeldSlice other) {
        return OBJECTS
                + (other == null ? rows.allReferences() : rows.differences(other.rows, BY_ID, (mine, theirs) -> {}));
    }

    /** A record's own would compare arrays by identity. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return database.hashCode();
    }
}
