package dev.matview.core.internal.keep;

import dev.matview.core.internal.position.HeldPositions;
import dev.matview.core.internal.position.PositionCodec;
import dev.matview.core.internal.position.PositionCodec.Stem;
import dev.matview.core.internal.position.PositionStems;
import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.PagedSlices;
import dev.matview.core.spi.PagedSlices.SliceState;
import dev.matview.core.spi.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What slices reflect that a store keeps, by the names of their databases: all that is held of them in the heap. Immutable; what
 * follows shares what stays.
 */
final class KnownSlices {

    static final KnownSlices NONE = new KnownSlices(OrderedTree.empty(), 0);

    private static final Known[] NO_SLICES = {};
    private static final Comparator<Known> BY_DATABASE = Comparator.comparing(Known::database);

    /** How many are asked for together. */
    private static final int PART = 10_000;

    /** What one takes, with what CouchDB's positions are, its name, and its part of the nodes. */
    private static final int BYTES = 250;

    private final OrderedTree<Known> all;
    private final int documentsLeftOut;

    private KnownSlices(OrderedTree<Known> all, int documentsLeftOut) {
        this.all = all;
        this.documentsLeftOut = documentsLeftOut;
    }

    /**
     * A slice.
     *
     * @param position without what the stem has, see {@link PositionCodec}
     */
    record Known(String database, byte[] position, Stem stem, LeftOut leftOut, int rows) {

        Position reflected() {
            return PositionCodec.decode(position, stem);
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

    @Nullable
    Known find(String database) {
        return all.find(slice -> database.compareTo(slice.database()));
    }

    int documentsLeftOut() {
        return documentsLeftOut;
    }

    int size() {
        return all.size();
    }

    long bytes() {
        return (long) BYTES * all.size();
    }

    Map<String, Position> positions() {
        return new HeldPositions<>(all, Known::database, Known::reflected);
    }

    /** What a store knows that has changed since, or all of it. */
    KnownSlices after(PagedSlices stored, long since) {
        KnownSlices next = this;
        String last = null;
        List<SliceState> part;
        do {
            part = stored.slices(since, last, PART);
            next = next.after(part);
            last = part.isEmpty() ? null : part.get(part.size() - 1).database();
        } while (part.size() == PART);
        return next;
    }

    /** These, but for those that are others now, no two of one database. */
    KnownSlices after(Collection<SliceState> changes) {
        if (changes.isEmpty()) {
            return this;
        }
        PositionStems stems = new PositionStems();
        if (!all.isEmpty()) {
            // Any may do: most have the same.
            stems.know(all.get(all.size() / 2).stem());
        }
        Map<String, Known> gone = new HashMap<>();
        Map<String, Known> put = new HashMap<>();
        int left = documentsLeftOut;
        for (SliceState slice : changes) {
            Known before = find(slice.database());
            Position position = slice.position();
            left -= before == null ? 0 : before.leftOut().documents();
            if (position != null) {
                put.put(slice.database(), known(slice, position, before, stems));
                left += slice.leftOut().documents();
            } else if (before != null) {
                gone.put(slice.database(), before);
            }
        }
        return new KnownSlices(all.edit(sorted(gone), sorted(put), BY_DATABASE), left);
    }

    private static Known known(SliceState slice, Position position, @Nullable Known before, PositionStems stems) {
        Stem stem = stems.of(position, before == null ? null : before.stem());
        return new Known(
                before == null ? slice.database() : before.database(),
                PositionCodec.encode(position, stem),
                stem,
                slice.leftOut().isEmpty() ? LeftOut.NOTHING : slice.leftOut(),
                slice.rows());
    }

    private static Known[] sorted(Map<String, Known> slices) {
        List<Known> all = new ArrayList<>(slices.values());
        Known[] sorted = all.toArray(NO_SLICES);
        Arrays.sort(sorted, BY_DATABASE);
        return sorted;
    }
}
