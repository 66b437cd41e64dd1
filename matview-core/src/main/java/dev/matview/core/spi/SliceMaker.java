package dev.matview.core.spi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Aggregator.Sink;
import dev.matview.core.spi.LeftOut.Reason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the slices that some feeds get of one database, each document of which is read once for all of them. What fails for
 * one feed fails for that alone. Not thread-safe. {@link VisitReport#slices} gives one.
 */
public final class SliceMaker {

    private final String database;
    private final List<OfOneFeed> slices = new ArrayList<>();
    private final Sink sink;

    SliceMaker(String database, List<Demand> demands, Sink sink) {
        this.database = database;
        this.sink = sink;
        demands.forEach(demand -> slices.add(new OfOneFeed(demand)));
    }

    /** Takes a document as {@link Slice.Builder#add} does. */
    public void add(ObjectNode document) {
        slices.forEach(slice -> slice.add(document));
    }

    /** The database has a document that cannot be read, see {@link Slice.Builder#leaveOut}. */
    public void leaveOut(String id, Reason reason) {
        slices.forEach(slice -> slice.attempt(() -> slice.builder.leaveOut(id, reason)));
    }

    /** Begins anew: what came so far is not to be believed, and all of it comes again. */
    public void forget() {
        slices.forEach(OfOneFeed::begin);
    }

    /** Tells the sink the slices of the documents so far, or why a feed has none. */
    public void report(Position position) {
        report(position, position);
    }

    /**
     * The same, of a database that was seen somewhere else before it was read.
     *
     * @param surveyed where it stood before it was read
     * @param read what the slices reflect, where that may be less than was surveyed
     */
    public void report(Position surveyed, Position read) {
        slices.forEach(slice -> slice.report(surveyed, read));
    }

    private final class OfOneFeed {
        private final Demand demand;
        private Slice.Builder builder;
        private @Nullable RuntimeException failure;

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

        void report(Position surveyed, Position read) {
            Slice made;
            try {
                made = build(read);
            } catch (RuntimeException e) {
                failure = e;
                sink.failed(demand.feed(), database, e);
                return;
            }
            if (VisitReport.holds(demand, database, surveyed) || VisitReport.holds(demand, database, read)) {
                // It was read all the same; or others have something newer, which the replicas that were read have not
                // got.
                sink.reread(demand.feed(), made);
            } else {
                sink.moved(demand.feed(), made);
            }
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
