package dev.matview.server.trial;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Asks more of the documents than the feeds do, when the databases are first read for them. Thread-safe. */
final class ProbingAggregator implements Aggregator {

    private final Aggregator databases;
    private final int rows;
    private final Map<String, FeedProbes> probes = new ConcurrentHashMap<>();

    /** @param rows how many rows of each feed are shown */
    ProbingAggregator(Aggregator databases, int rows) {
        this.databases = databases;
        this.rows = rows;
    }

    /** What was found out about a feed; empty when its databases were not visited. */
    Optional<FeedProbes> of(FeedDefinition feed) {
        return Optional.ofNullable(probes.get(feed.collection()));
    }

    @Override
    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
        Map<FeedDefinition, Probe> asked = new HashMap<>();
        List<Demand> all = new ArrayList<>(demands);
        List<String> begun = new ArrayList<>();
        for (Demand demand : demands) {
            FeedProbes ofFeed = new FeedProbes(demand.feed(), rows);
            if (probes.putIfAbsent(demand.feed().collection(), ofFeed) == null) {
                begun.add(demand.feed().collection());
                for (Probe probe : ofFeed.all()) {
                    asked.put(probe.feed(), probe);
                    all.add(new Demand(probe.feed(), Map.of()));
                }
            }
        }
        boolean done = false;
        try {
            databases.aggregate(all, new ProbingSink(sink, asked));
            done = true;
        } finally {
            if (!done) {
                // The databases are read anew, and are to be asked then.
                probes.keySet().removeAll(begun);
            }
        }
    }

    /** Keeps what is told of probes to itself. */
    private final class ProbingSink implements Sink {
        private final Sink sink;
        private final Map<FeedDefinition, Probe> asked;

        ProbingSink(Sink sink, Map<FeedDefinition, Probe> asked) {
            this.sink = sink;
            this.asked = asked;
        }

        private boolean isProbe(FeedDefinition feed) {
            return asked.containsKey(feed);
        }

        @Override
        public void covers(FeedDefinition feed, int databases) {
            if (!isProbe(feed)) {
                sink.covers(feed, databases);
            }
        }

        @Override
        public Slice.Builder slice(FeedDefinition feed, String database) {
            return isProbe(feed) ? Slice.builder(feed, database) : sink.slice(feed, database);
        }

        @Override
        public void moved(FeedDefinition feed, Slice slice) {
            Probe probe = asked.get(feed);
            if (probe == null) {
                of(feed).ifPresent(ofFeed -> ofFeed.take(slice.rows()));
                sink.moved(feed, slice);
            } else if (!slice.rows().isEmpty()) {
                probe.found();
            }
        }

        @Override
        public boolean changed(FeedDefinition feed, SliceChange change) {
            return !isProbe(feed) && sink.changed(feed, change);
        }

        @Override
        public void unmoved(FeedDefinition feed, String database) {
            if (!isProbe(feed)) {
                sink.unmoved(feed, database);
            }
        }

        @Override
        public boolean reread(FeedDefinition feed, Slice slice) {
            return isProbe(feed) || sink.reread(feed, slice);
        }

        @Override
        public void failed(FeedDefinition feed, String database, Exception cause) {
            Probe probe = asked.get(feed);
            if (probe == null) {
                sink.failed(feed, database, cause);
            } else {
                probe.failed();
            }
        }

        @Override
        public void gone(FeedDefinition feed, String database) {
            if (!isProbe(feed)) {
                sink.gone(feed, database);
            }
        }

        @Override
        public void checkpoint(FeedDefinition feed, String checkpoint) {
            if (!isProbe(feed)) {
                sink.checkpoint(feed, checkpoint);
            }
        }

        @Override
        public void asOf(FeedDefinition feed, Instant asOf) {
            if (!isProbe(feed)) {
                sink.asOf(feed, asOf);
            }
        }
    }

    @Override
    public void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents) throws InterruptedException {
        databases.fetch(database, ids, documents);
    }

    @Override
    public void read(String database, Predicate<ObjectNode> documents) throws InterruptedException {
        databases.read(database, documents);
    }

    @Override
    public boolean readsInOrder() {
        return databases.readsInOrder();
    }

    /** Feeds are tried as they are now. */
    @Override
    public Subscription watch(Consumer<String> listener) {
        return () -> {};
    }

    /** Whoever opened the databases closes them. */
    @Override
    public void close() {}
}
