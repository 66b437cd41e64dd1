package dev.matview.core.internal;

import dev.matview.core.AggregationException;
import dev.matview.core.Aggregator;
import dev.matview.core.FeedDefinition;
import dev.matview.core.Query;
import dev.matview.core.Row;
import dev.matview.core.Slice;
import dev.matview.core.mango.Selector;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Reads what a query selects of one user's database, as a feed of that database alone would. */
final class OwnDatabase implements Aggregator.Sink {

    private final AtomicReference<@Nullable Slice> slice = new AtomicReference<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    private OwnDatabase() {}

    /** The rows, in the query's order; none when there is no such database. */
    static List<Row> read(Aggregator aggregator, String database, Selector selector, Query query)
            throws InterruptedException {
        FeedDefinition feed = FeedDefinition.builder("own")
                .selector(selector)
                .fields(query.fields())
                .sort(query.sort())
                .databases(database)
                .build();
        OwnDatabase found = new OwnDatabase();
        aggregator.aggregate(List.of(new Aggregator.Demand(feed, Map.of())), found);
        Exception failed = found.failure.get();
        if (failed != null) {
            throw new AggregationException(database + " could not be read: " + Visit.reason(failed), failed);
        }
        Slice read = found.slice.get();
        return read == null ? List.of() : read.rows().stream().sorted().toList();
    }

    @Override
    public void covers(FeedDefinition feed, int databases) {}

    @Override
    public void moved(FeedDefinition feed, Slice read) {
        slice.set(read);
    }

    @Override
    public void unmoved(FeedDefinition feed, String database) {}

    @Override
    public void failed(FeedDefinition feed, String database, Exception cause) {
        failure.set(cause);
    }

    @Override
    public void gone(FeedDefinition feed, String database) {}
}
