package dev.matview.core.internal.view;

import dev.matview.core.RefreshResult.RowChanges;
import dev.matview.core.internal.view.Snapshot.Totals;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a refresh starts from: slices, of a generation or of what is aside. Where they stand is at hand; their rows may have to be
 * asked for, and are asked for together where they can be. Immutable and thread-safe.
 *
 * <p>Of what a store keeps, each call that needs rows fails with {@link dev.matview.core.spi.ViewStoreException} when it cannot
 * be reached.
 */
public interface Base {

    /** The slices of a generation that is committed. */
    interface Committed extends Base, Generation {

        /**
         * How many rows a commit changed that led here.
         *
         * @param before the generation before; null where there was none, or its rows could not be read
         * @param delta that was committed
         */
        default RowChanges rowChanges(@Nullable Committed before, ViewDelta delta) {
            if (before == null || delta.whole()) {
                return new RowChanges(size(), 0, before == null ? 0 : before.size());
            }
            int put = 0;
            int removed = 0;
            for (SliceDelta slice : delta.slices()) {
                put += slice.put().size();
                removed += slice.removed().size();
            }
            for (String database : delta.dropped()) {
                removed += before.rowsOf(database);
            }
            int added = Math.max(0, size() - before.size() + removed);
            return new RowChanges(added, Math.max(0, put - added), removed);
        }

        /** How many rows the slice of that database has; 0 when it is not held. */
        int rowsOf(String database);
    }

    String view();

    ViewHead head();

    /** How many rows there are. */
    int size();

    /** Whether the rows are held here, so that they count as memory that is taken. */
    boolean isInHeap();

    /** How much memory they take. */
    long bytes();

    /** The positions that the slices reflect, by database. */
    Map<String, Position> positions();

    /** Whether a slice of the database is held. */
    boolean holds(String database);

    /** The name of that database as its rows have it, as one object; the given one where no slice of it is held. */
    String name(String database);

    /** The position of the slice of that database; null when none is held. */
    @Nullable
    Position position(String database);

    /** What is left out of the slice of that database; nothing when none is held. */
    LeftOut leftOut(String database);

    /** The rows of the slice of that database; none when it is not held. */
    List<Row> slice(String database);

    /** Whether the slice held for the database says the same, whatever its references were found to lead to. */
    boolean hasSame(Slice slice);

    /** What changes when the slice takes the place of the one held for its database. */
    SliceDelta difference(Slice slice);

    /**
     * The change of a slice that is held, by what of it is not as it is held.
     *
     * @param change how its documents changed; null when none did
     * @param put rows whose documents did not change, and which are others now
     */
    SliceDelta changed(String database, @Nullable SliceChange change, Collection<Row> put);

    /** What the slices add up to when these have changed and those are dropped. */
    Totals totalsAfter(Collection<SliceDelta> changes, Set<String> dropped);

    /** Whether the slice is already as the change would make it. */
    default boolean isAfter(SliceDelta change) {
        return change.put().isEmpty()
                && change.removed().isEmpty()
                && change.position().equals(position(change.database()))
                && change.leftOut().equals(leftOut(change.database()));
    }

    /**
     * What differs, and of each what it is now, also where nothing is other: of slices that were read whole and of others that
     * are held.
     *
     * @param changes by database, as {@link #changed} takes them
     * @param others rows whose documents did not change, by database
     */
    default List<SliceDelta> differences(
            Collection<Slice> whole, Map<String, SliceChange> changes, Map<String, List<Row>> others) {
        List<SliceDelta> all = new ArrayList<>();
        whole.forEach(slice -> all.add(difference(slice)));
        Set<String> changed = new HashSet<>(changes.keySet());
        changed.addAll(others.keySet());
        for (String database : changed) {
            all.add(changed(database, changes.get(database), others.getOrDefault(database, List.of())));
        }
        return all;
    }
}
