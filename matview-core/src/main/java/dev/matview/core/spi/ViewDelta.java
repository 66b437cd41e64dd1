package dev.matview.core.spi;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What leads from one generation of a view to a later one: the row changes, by slice, with the positions the slices then
 * reflect. The same type is committed to a {@link ViewStore} and read back from it. Immutable.
 *
 * @param view the view's name
 * @param base the generation the delta starts from; 0 is the view without any
 * @param whole whether everything {@code base} held is dropped first, so that the slices are all there is
 * @param head the generation the delta leads to
 * @param slices the slices that changed, at most one for a database
 * @param dropped databases that no longer contribute a slice; none of them is among the slices
 */
public record ViewDelta(
        String view, long base, boolean whole, ViewHead head, List<SliceDelta> slices, Set<String> dropped) {

    public ViewDelta {
        Objects.requireNonNull(view, "view");
        Objects.requireNonNull(head, "head");
        slices = List.copyOf(slices);
        dropped = Set.copyOf(dropped);
        if (base < 0 || head.generation() < base) {
            throw new IllegalArgumentException("a delta leads forward, not from " + base + " to " + head.generation());
        }
    }

    /** Whether no row and no position differs. */
    public boolean isEmpty() {
        return !whole && slices.isEmpty() && dropped.isEmpty();
    }

    /**
     * The change of one slice. A slice that the base does not have starts empty.
     *
     * @param position what the slice reflects after the change
     * @param put rows that are new or different
     * @param removed ids of the rows that are gone
     * @param leftOut the documents that are left out of the slice after the change
     */
    public record SliceDelta(String database, Position position, List<Row> put, Set<String> removed, LeftOut leftOut) {
        public SliceDelta {
            Objects.requireNonNull(database, "database");
            Objects.requireNonNull(position, "position");
            Objects.requireNonNull(leftOut, "leftOut");
            put = List.copyOf(put);
            removed = Set.copyOf(removed);
        }

        /** The change of a slice out of which nothing is left. */
        public SliceDelta(String database, Position position, List<Row> put, Set<String> removed) {
            this(database, position, put, removed, LeftOut.NOTHING);
        }

        /** A slice that is all new. */
        public static SliceDelta of(Slice slice) {
            return new SliceDelta(slice.database(), slice.position(), slice.rows(), Set.of(), slice.leftOut());
        }
    }

    /** The delta that makes a view of these slices and nothing else. */
    public static ViewDelta whole(String view, long base, ViewHead head, Collection<Slice> slices) {
        return new ViewDelta(
                view, base, true, head, slices.stream().map(SliceDelta::of).toList(), Set.of());
    }
}
