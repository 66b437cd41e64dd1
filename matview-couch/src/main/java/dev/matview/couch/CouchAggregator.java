package dev.matview.couch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.AggregationException;
import dev.matview.core.Aggregator;
import dev.matview.core.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the user databases of one CouchDB, or of several over which they are spread. Thread-safe.
 *
 * <ul>
 *   <li>Names are listed with {@code _all_dbs}, and positions read with {@code _dbs_info}; a later visit asks
 *       {@code _db_updates} which databases changed, where the user may and {@code _global_changes} exists. Where
 *       something is missing, {@code GET /{db}} serves instead.
 *   <li>{@code _db_updates} reports a change up to half a second late. A visit waits for that, as long as something is
 *       on its way, so that it shows every change that was complete when it began.
 *   <li>In a cluster of several nodes a replica of a shard may lag behind: a change that it has not got yet is found by
 *       a later visit.
 *   <li>A name that is in several clusters is read from the first, with a warning. A cluster that does not answer does not
 *       keep the others from being read: its databases fail. While they are not known, it counts as one that fails, named
 *       by its URL.
 *   <li>CouchDB's own databases, whose names begin with an underscore, are covered by no pattern.
 * </ul>
 */
public final class CouchAggregator implements Aggregator {

    private static final Logger log = LoggerFactory.getLogger(CouchAggregator.class);

    /** How long {@link #watch} waits for a CouchDB that does not answer. */
    private static final Duration WATCH_BEGINS = Duration.ofSeconds(10);

    private final Map<CouchCluster, DatabaseCatalogue> clusters = new LinkedHashMap<>();
    private final Outages outages = new Outages();
    private final Workers workers;
    private final Duration pollInterval;
    private final Set<Listener> listeners = new CopyOnWriteArraySet<>();
    private final Object watchLock = new Object();
    private List<DatabaseWatch> watches = List.of();
    private Scope seen = Scope.NOTHING;

    /** A class, not a record: each subscription is its own, also for one consumer. */
    private static final class Listener {
        private final Consumer<String> consumer;
        private volatile boolean left;

        Listener(Consumer<String> consumer) {
            this.consumer = consumer;
        }

        void tell(String database) {
            if (!left) {
                consumer.accept(database);
            }
        }
    }

    private CouchAggregator(Builder builder) {
        workers = new Workers(builder.readers, builder.clusters);
        pollInterval = builder.pollInterval;
        DatabaseCatalogue.Policy policy = new DatabaseCatalogue.Policy(builder.sweepInterval, builder.sweepAlwaysUpTo);
        builder.clusters.forEach(cluster -> clusters.put(cluster, new DatabaseCatalogue(cluster, workers, policy)));
    }

    /** An aggregator with the defaults of {@link Builder}. */
    public static CouchAggregator of(CouchCluster cluster) {
        return builder(cluster).build();
    }

    /** A builder of an aggregator over the databases of this cluster. */
    public static Builder builder(CouchCluster cluster) {
        return new Builder(cluster);
    }

    @Override
    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
        workers.requireOpen();
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before a visit");
        }
        Scope scope = Scope.of(demands.stream().map(Demand::feed).toList());
        if (!scope.prefixes().isEmpty()) {
            synchronized (watchLock) {
                seen = seen.union(scope);
            }
        }
        new Visit(clusters, outages, workers, List.copyOf(demands), sink).run();
    }

    /**
     * {@inheritDoc}
     *
     * <p>A document that is nested deeper than 1,000 levels, or has a key of more than 50,000 characters, is not read: here
     * it is left out, so that nobody can keep those who refer to it from being read.
     */
    @Override
    public void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents) throws InterruptedException {
        Wanted wanted = new Wanted(documents);
        firstThatHas(database, cluster -> fetch(cluster, database, ids, wanted));
    }

    /** Documents come in the order of {@code _all_docs}, which is that of their ids. */
    @Override
    public boolean readsInOrder() {
        return true;
    }

    @Override
    public void read(String database, Predicate<ObjectNode> documents) throws InterruptedException {
        Wanted wanted = new Wanted(documents);
        firstThatHas(database, cluster -> read(cluster, database, wanted));
    }

    private static void read(CouchCluster cluster, String database, Wanted wanted) throws InterruptedException {
        try {
            new DatabaseReader(cluster, database, false, wanted::take)
                    .forCaller()
                    .read();
        } catch (CouchException e) {
            if (wanted.hasBegun()) {
                // A database of that name in another cluster would not go on where this one broke off.
                throw new AggregationException(e.getMessage(), e);
            }
            throw e;
        }
    }

    /** Something that is asked of the cluster in which a database is. */
    private interface Asking {
        void ask(CouchCluster cluster) throws InterruptedException;
    }

    private void firstThatHas(String database, Asking asking) throws InterruptedException {
        try {
            workers.run(List.of(() -> askFirstThatHas(database, asking)));
        } catch (Wanted.EnoughException enough) {
            log.trace("No more documents of {} are wanted", database);
        }
    }

    private void askFirstThatHas(String database, Asking asking) throws InterruptedException {
        CouchException failure = null;
        for (CouchCluster cluster : clusters.keySet()) {
            Optional<CouchException> away = outages.of(cluster);
            if (away.isPresent()) {
                failure = away.get();
                continue;
            }
            try {
                asking.ask(cluster);
                return;
            } catch (CouchException e) {
                if (!e.isNotFound() && !e.error().equals("illegal_database_name")) {
                    failure = e;
                    outages.failed(cluster, e);
                }
            }
        }
        if (failure != null) {
            throw new AggregationException(failure.getMessage(), failure);
        }
    }

    private static void fetch(CouchCluster cluster, String database, Set<String> ids, Wanted wanted)
            throws InterruptedException {
        ObjectNode body = CouchJson.object();
        ArrayNode keys = body.putArray("keys");
        ids.forEach(keys::add);
        CouchPath path = CouchPath.database(database, "_all_docs").with("include_docs", "true");
        try {
            cluster.exchange(
                    CouchRequest.post(path, body).repeated(), answer -> AllDocs.read(answer, wanted::takeOnce));
        } catch (CouchException e) {
            if (!e.isUnreadable()) {
                throw e;
            }
            if (ids.size() == 1) {
                log.warn("A document is left out: {}", e.getMessage());
                return;
            }
            for (String id : ids) {
                fetch(cluster, database, Set.of(id), wanted);
            }
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Where {@code _db_updates} is not to be had, the positions of all databases that demands covered so far are looked
     * at time and again. Waits up to ten seconds for a CouchDB that does not answer.
     */
    @Override
    public Subscription watch(Consumer<String> listener) {
        workers.requireOpen();
        Listener added = new Listener(listener);
        List<DatabaseWatch> begun;
        synchronized (watchLock) {
            listeners.add(added);
            if (watches.isEmpty()) {
                watches = clusters.keySet().stream().map(this::watchOf).toList();
            }
            begun = watches;
        }
        begun.forEach(watch -> watch.awaitReady(WATCH_BEGINS));
        return () -> leave(added);
    }

    private DatabaseWatch watchOf(CouchCluster cluster) {
        return new DatabaseWatch(cluster, workers, this::watched, pollInterval, this::tell);
    }

    private Scope watched() {
        synchronized (watchLock) {
            return seen.equals(Scope.NOTHING) ? Scope.EVERYTHING : seen;
        }
    }

    private void tell(String database) {
        listeners.forEach(listener -> listener.tell(database));
    }

    private void leave(Listener listener) {
        listener.left = true;
        synchronized (watchLock) {
            listeners.remove(listener);
            if (listeners.isEmpty()) {
                stopWatching();
            }
        }
    }

    private void stopWatching() {
        watches.forEach(DatabaseWatch::close);
        watches = List.of();
    }

    /** Ends what is under way. The clusters are closed by whoever built them. */
    @Override
    public void close() {
        workers.close();
        synchronized (watchLock) {
            listeners.clear();
            stopWatching();
        }
    }

    /** Builds a {@link CouchAggregator}. Not thread-safe. */
    public static final class Builder {
        private final List<CouchCluster> clusters = new ArrayList<>();
        private int readers = 8;
        private Duration sweepInterval = Duration.ofHours(1);
        private Duration pollInterval = Duration.ofSeconds(2);
        private int sweepAlwaysUpTo = 250;

        private Builder(CouchCluster cluster) {
            clusters.add(cluster);
        }

        /** Further clusters; a database that is in several is read from the one given first. */
        public Builder alsoIn(List<CouchCluster> clusters) {
            this.clusters.addAll(clusters);
            return this;
        }

        /** How many databases a visit reads at once; 8 unless set. The clusters' budgets hold all the same. */
        public Builder readers(int readers) {
            if (readers < 1) {
                throw new IllegalArgumentException("readers must be at least 1, not " + readers);
            }
            this.readers = readers;
            return this;
        }

        /**
         * How often each position is read, whatever {@code _db_updates} says; an hour unless set. Every visit reads some
         * of them.
         */
        public Builder sweepInterval(Duration sweepInterval) {
            this.sweepInterval = sweepInterval;
            return this;
        }

        /**
         * Up to how many databases each visit reads all positions, which takes no longer than waiting for
         * {@code _db_updates}; 250 unless set.
         */
        public Builder sweepAlwaysUpTo(int databases) {
            this.sweepAlwaysUpTo = databases;
            return this;
        }

        /** How often positions are looked at for {@link #watch}, without {@code _db_updates}; 2 seconds unless set. */
        public Builder pollInterval(Duration pollInterval) {
            this.pollInterval = pollInterval;
            return this;
        }

        public CouchAggregator build() {
            return new CouchAggregator(this);
        }
    }
}
