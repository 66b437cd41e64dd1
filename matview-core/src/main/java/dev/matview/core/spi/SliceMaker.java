package dev.matview.core.spi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Aggregator.Sink;
import dev.matview.core.spi.LeftOut.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the slices that some feeds get of one database, each document of which is read once for all of them; or, of a
 * database whose changes since a position are known, the {@linkplain SliceChange changes} of those slices. What fails for
 * one feed fails for that alone. Not thread-safe. {@link VisitReport#slices} and {@link VisitReport#changes} give one.
 */
public final class SliceMaker {

    private final String database;
    private final List<OfOneFeed> slices = new ArrayList<>();
    private final Sink sink;
    /** Where the changes begin; null when all documents come. */
    private final @Nullable Position since;
    /** Of the documents that changed. */
    private final Set<String> changed = new HashSet<>();

    /** Makes whole slices. */
    SliceMaker(String database, List<Demand> demands, Sink sink) {
        this(database, null, demands, sink);
    }

    /** Makes changes of slices, or whole slices where there is no position that they begin at. */
    SliceMaker(String database, @Nullable Position since, List<Demand> demands, Sink sink) {
        this.database = database;
        this.since = since;
        this.sink = sink;
        demands.forEach(demand -> slices.add(new OfOneFeed(demand)));
    }

    /** Takes a document as {@link Slice.Builder#add} does; of changes, one as it is now. */
    public void add(ObjectNode document) {
        note(document.path("_id").asText());
        slices.forEach(slice -> slice.add(document));
    }

    /** The database has a document that cannot be read, see {@link Slice.Builder#leaveOut}. */
    public void leaveOut(String id, Reason reason) {
        note(id);
        slices.forEach(slice -> slice.attempt(() -> slice.builder.leaveOut(id, reason)));
    }

    /**
     * A document was deleted since.
     *
     * @throws IllegalStateException when whole slices are made: they have the documents that are there
     */
    public void remove(String id) {
        if (since == null) {
            throw new IllegalStateException("a whole slice has nothing removed from it");
        }
        note(id);
    }

    private void note(String id) {
        if (since != null) {
            changed.add(id);
        }
    }

    /** Begins anew: what came so far is not to be believed, and all of it comes again. */
    public void forget() {
        changed.clear();
        slices.forEach(OfOneFeed::begin);
    }

    /** The same as {@link #report(Position, Position)}, of a database that was read where it stood. */
    public List<Demand> report(Position position) {
        return report(position, position);
    }

    /**
     * Tells the sink the slices of the documents so far, or their changes, or why a feed has none.
     *
     * @param surveyed where the database stood before it was read
     * @param read what the slices reflect, where that may be less than was surveyed
     * @return those for whom changes are not enough, and the database is to be read whole; nobody when it was
     */
    public List<Demand> report(Position surveyed, Position read) {
        List<Demand> wanting = new ArrayList<>();
        for (OfOneFeed slice : slices) {
            if (!slice.report(surveyed, read)) {
                wanting.add(slice.demand);
            }
        }
        return wanting;
    }

    /** Those for whom the whole slice, as it was last reported, is what they hold. */
    public List<Demand> asHeld() {
        return slices.stream()
                .filter(slice -> slice.asHeld)
                .map(slice -> slice.demand)
                .toList();
    }

    private final class OfOneFeed {
        private final Demand demand;
        private Slice.Builder builder;
        private @Nullable RuntimeException failure;
        private boolean asHeld;

        OfOneFeed(Demand demand) {
            this.demand = demand;
            this.builder = sink.slice(demand.feed(), database);
        }

        void begin() {
            builder = sink.slice(demand.feed(), database);
            failure = null;
        }

        void add(ObjectNode document) {
            attempt(() -> builder.add(document));
        }

        void attempt(Runnable step) {
            if (failure == null) {
                try {
                    step.run();
                } catch (RuntimeException e) {
                    failure = e;
                }
            }
        }

        /** @return false when changes are not enough */
        boolean report(Position surveyed, Position read) {
            Slice made;
            try {
                made = build(read);
            } catch (RuntimeException e) {
                failure = e;
                sink.failed(demand.feed(), database, e);
                return true;
            }
            boolean held = VisitReport.holds(demand, database, surveyed) || VisitReport.holds(demand, database, read);
            if (since != null) {
                return reportChange(since, made, held);
            }
            if (held) {
                // It was read all the same; or others have something newer, which the replicas that were read have not
                // got.
                asHeld = sink.reread(demand.feed(), made);
            } else {
                sink.moved(demand.feed(), made);
            }
            return true;
        }

        private boolean reportChange(Position begin, Slice made, boolean held) {
            if (held && changed.isEmpty()) {
                sink.unmoved(demand.feed(), database);
                return true;
            }
            Set<String> others = new HashSet<>(changed);
            made.rows().forEach(row -> others.remove(row.id()));
            return sink.changed(
                    demand.feed(),
                    new SliceChange(database, begin, made.position(), made.rows(), others, made.leftOut()));
        }

        /** @throws RuntimeException why there is no slice, whether it was met earlier or now */
        private Slice build(Position read) {
            if (failure != null) {
                throw failure;
            }
            return builder.build(read);
        }
    }
}
