package dev.matview.couch;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps the slices of one feed, as the worker does, and what the last visit reported. */
final class Feeds implements Aggregator.Sink {

    final FeedDefinition feed;
    final Map<String, Slice> slices = new ConcurrentHashMap<>();
    final Map<String, Slice> moved = new ConcurrentHashMap<>();
    /** Of those that moved, what was told instead of the whole slice. */
    final Map<String, SliceChange> changed = new ConcurrentHashMap<>();

    final Map<String, Exception> failed = new ConcurrentHashMap<>();
    final List<String> unmoved = new ArrayList<>();
    final List<String> gone = new ArrayList<>();
    /** Of all visits. */
    final Map<String, Slice> reread = new ConcurrentHashMap<>();

    Instant heldSince;
    /** Whether visits need find no more than what was noticed. */
    boolean isNoticed;
    /** As the last visit told; null when it told nothing. */
    volatile Instant asOf;
    /** As told last; given back at the next visit. */
    String checkpoint;

    volatile int covers;

    Feeds(FeedDefinition feed) {
        this.feed = feed;
    }

    static Feeds over(String pattern) {
        return new Feeds(FeedDefinition.builder("all").databases(pattern).build());
    }

    Feeds visit(Aggregator aggregator) throws InterruptedException {
        aggregator.aggregate(List.of(begin()), this);
        end();
        return this;
    }

    /** One visit for both. */
    static void visit(Aggregator aggregator, Feeds one, Feeds other) throws InterruptedException {
        aggregator.aggregate(List.of(one.begin(), other.begin()), new Aggregator.Sink() {
            private Feeds of(FeedDefinition feed) {
                return feed == one.feed ? one : other;
            }

            @Override
            public void covers(FeedDefinition feed, int databases) {
                of(feed).covers(feed, databases);
            }

            @Override
            public void moved(FeedDefinition feed, Slice slice) {
                of(feed).moved(feed, slice);
            }

            @Override
            public boolean changed(FeedDefinition feed, SliceChange change) {
                return of(feed).changed(feed, change);
            }

            @Override
            public void checkpoint(FeedDefinition feed, String checkpoint) {
                of(feed).checkpoint(feed, checkpoint);
            }

            @Override
            public void asOf(FeedDefinition feed, Instant asOf) {
                of(feed).asOf(feed, asOf);
            }

            @Override
            public void unmoved(FeedDefinition feed, String database) {
                of(feed).unmoved(feed, database);
            }

            @Override
            public boolean reread(FeedDefinition feed, Slice slice) {
                return of(feed).reread(feed, slice);
            }

            @Override
            public void failed(FeedDefinition feed, String database, Exception cause) {
                of(feed).failed(feed, database, cause);
            }

            @Override
            public void gone(FeedDefinition feed, String database) {
                of(feed).gone(feed, database);
            }
        });
        one.end();
        other.end();
    }

    private Demand begin() {
        moved.clear();
        changed.clear();
        failed.clear();
        unmoved.clear();
        gone.clear();
        asOf = null;
        Map<String, Position> held = new HashMap<>();
        slices.forEach((database, slice) -> held.put(database, slice.position()));
        return new Demand(feed, held, heldSince, checkpoint, isNoticed);
    }

    private void end() {
        slices.putAll(moved);
        slices.keySet().removeAll(gone);
    }

    List<Row> rows() {
        return new TreeMap<>(slices)
                .values().stream()
                        .flatMap(slice -> slice.rows().stream())
                        .sorted()
                        .toList();
    }

    List<String> ids() {
        return rows().stream().map(Row::id).toList();
    }

    @Override
    public void covers(FeedDefinition feed, int databases) {
        covers = databases;
    }

    @Override
    public void asOf(FeedDefinition feed, Instant told) {
        asOf = told;
    }

    @Override
    public void moved(FeedDefinition feed, Slice slice) {
        moved.put(slice.database(), slice);
    }

    @Override
    public boolean changed(FeedDefinition feed, SliceChange change) {
        Optional<Slice> after = change.applyTo(slices.get(change.database()), feed);
        after.ifPresent(slice -> {
            changed.put(change.database(), change);
            moved(feed, slice);
        });
        return after.isPresent();
    }

    @Override
    public synchronized void unmoved(FeedDefinition feed, String database) {
        unmoved.add(database);
    }

    @Override
    public boolean reread(FeedDefinition feed, Slice slice) {
        reread.put(slice.database(), slice);
        unmoved(feed, slice.database());
        return Set.copyOf(slice.rows())
                .equals(Set.copyOf(slices.get(slice.database()).rows()));
    }

    @Override
    public void failed(FeedDefinition feed, String database, Exception cause) {
        failed.put(database, cause);
    }

    @Override
    public synchronized void gone(FeedDefinition feed, String database) {
        gone.add(database);
    }

    @Override
    public void checkpoint(FeedDefinition feed, String told) {
        checkpoint = told;
    }
}
