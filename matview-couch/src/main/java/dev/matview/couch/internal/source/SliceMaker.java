package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Aggregator.Sink;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Slice;
import dev.matview.couch.internal.client.DatabaseReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the slice that one feed gets of one database; what fails for it is its own. Not thread-safe. */
final class SliceMaker {

    private final FeedDefinition feed;
    private final String database;
    private final Sink sink;
    private final @Nullable Position held;
    private Slice.Builder slice;
    private @Nullable RuntimeException failure;

    SliceMaker(Demand demand, String database, Sink sink) {
        this.sink = sink;
        this.feed = demand.feed();
        this.database = database;
        this.held = demand.held().get(database);
        this.slice = sink.slice(feed, database);
    }

    private void add(ObjectNode document) {
        if (failure == null) {
            try {
                slice.add(document);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
    }

    /**
     * Tells the slice.
     *
     * @param surveyed where the database stood before it was read
     * @param read what the slice reflects, where that may be less than was surveyed
     */
    void report(Position surveyed, Position read) {
        if (failure != null) {
            sink.failed(feed, database, failure);
        } else if (surveyed.equals(held) || read.equals(held)) {
            // It was its turn; or others have something newer, which the replicas that were read have not got yet.
            sink.reread(feed, slice.build(read));
        } else {
            sink.moved(feed, slice.build(read));
        }
    }

    /** Gives the documents of a database to all who need them. */
    record ForAll(List<SliceMaker> slices) implements DatabaseReader.Documents {

        @Override
        public void document(String id, ObjectNode document) {
            slices.forEach(slice -> slice.add(document));
        }

        @Override
        public void unreadable(String id, Reason reason) {
            slices.forEach(slice -> slice.slice.leaveOut(id, reason));
        }

        @Override
        public void forget() {
            for (SliceMaker slice : slices) {
                slice.failure = null;
                slice.slice = slice.sink.slice(slice.feed, slice.database);
            }
        }
    }
}
