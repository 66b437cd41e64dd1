package dev.matview.core.internal.refresh;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator.Sink;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import java.time.Instant;

/** Tells another sink what it is told, and a test of what databases it told. */
abstract class DelegatingSink implements Sink {

    private final Sink sink;

    DelegatingSink(Sink sink) {
        this.sink = sink;
    }

    /** Of a slice that moved. */
    abstract void told(String database, boolean byChanges);

    @Override
    public void covers(FeedDefinition feed, int count) {
        sink.covers(feed, count);
    }

    @Override
    public Slice.Builder slice(FeedDefinition feed, String database) {
        return sink.slice(feed, database);
    }

    @Override
    public void moved(FeedDefinition feed, Slice slice) {
        sink.moved(feed, slice);
        told(slice.database(), false);
    }

    @Override
    public boolean changed(FeedDefinition feed, SliceChange change) {
        boolean enough = sink.changed(feed, change);
        if (enough) {
            told(change.database(), true);
        }
        return enough;
    }

    @Override
    public void unmoved(FeedDefinition feed, String database) {
        sink.unmoved(feed, database);
    }

    @Override
    public void failed(FeedDefinition feed, String database, Exception cause) {
        sink.failed(feed, database, cause);
    }

    @Override
    public void gone(FeedDefinition feed, String database) {
        sink.gone(feed, database);
    }

    @Override
    public void asOf(FeedDefinition feed, Instant asOf) {
        sink.asOf(feed, asOf);
    }
}
