package dev.matview.couch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Repeats;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.couch.internal.client.AllDocs;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchJson;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.client.DatabaseReader;
import dev.matview.couch.internal.client.ReaderThreads;
import dev.matview.couch.internal.source.DatabaseCatalogue;
import dev.matview.couch.internal.source.DatabaseWatch;
import dev.matview.couch.internal.source.LateDatabases;
import dev.matview.couch.internal.source.Outages;
import dev.matview.couch.internal.source.RollingReread;
import dev.matview.couch.internal.source.Scope;
import dev.matview.couch.internal.source.SourceVisit;
import dev.matview.couch.internal.source.Wanted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.BiConsumer;
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
 *   <li>Of a database that moved the documents are read that changed since, with {@code _changes}; or all, where that is not
 *       known or not enough.
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

    private final Map<CouchClient, DatabaseCatalogue> clusters = new LinkedHashMap<>();
    private final Outages outages = new Outages();
    private final SourceVisit.Faults faults;
    private final Repeats unreadable;
    private final RollingReread rereads;
    private final ReaderThreads workers;
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
        List<CouchClient> clients =
                builder.clusters.stream().map(CouchCluster::client).toList();
        workers = new ReaderThreads(builder.readers, clients);
        Scheduler clock = clients.get(0).scheduler();
        faults = new SourceVisit.Faults(outages, new LateDatabases(), clock);
        unreadable = new Repeats(CouchAggregator.class, clock);
        pollInterval = builder.pollInterval;
        rereads = new RollingReread(builder.rereadInterval, clients);
        DatabaseCatalogue.Policy policy = new DatabaseCatalogue.Policy(builder.sweepInterval, builder.sweepAlwaysUpTo);
        clients.forEach(cluster -> clusters.put(cluster, new DatabaseCatalogue(cluster, workers, policy)));
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
        new SourceVisit(clusters, faults, rereads, workers, List.copyOf(demands), sink).run();
    }

    /**
     * {@inheritDoc}
     *
     * <p>What cannot be read is as if it were not there, so that nobody can keep those who refer to it from being read.
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

    private static void read(CouchClient cluster, String database, Wanted wanted) throws InterruptedException {
        try {
            new DatabaseReader(cluster, database, wanted).forCaller().read();
        } catch (CouchFailure e) {
            if (wanted.hasBegun()) {
                // A database of that name in another cluster would not go on where this one broke off.
                throw new AggregationException(e.getMessage(), e);
            }
            throw e;
        }
    }

    /** Something that is asked of the cluster in which a database is. */
    private interface Asking {
        void ask(CouchClient cluster) throws InterruptedException;
    }

    private void firstThatHas(String database, Asking asking) throws InterruptedException {
        try {
            workers.run(List.of(() -> askFirstThatHas(database, asking)));
        } catch (Wanted.EnoughException enough) {
            log.trace("No more documents of {} are wanted", database);
        }
    }

    private void askFirstThatHas(String database, Asking asking) throws InterruptedException {
        CouchFailure failure = null;
        for (CouchClient cluster : clusters.keySet()) {
            Optional<CouchFailure> away =
                    outages.of(cluster).or(() -> faults.late().of(cluster, database));
            if (away.isPresent()) {
                failure = away.get();
                continue;
            }
            Instant began = cluster.scheduler().instant();
            try {
                asking.ask(cluster);
                return;
            } catch (CouchFailure e) {
                if (!e.isNotFound() && !e.error().equals("illegal_database_name")) {
                    failure = e;
                    faults.late().failed(cluster, database, e, began);
                    outages.failed(cluster, e);
                }
            }
        }
        if (failure != null) {
            throw new AggregationException(failure.getMessage(), failure);
        }
    }

    private void fetch(CouchClient cluster, String database, Set<String> ids, Wanted wanted)
            throws InterruptedException {
        ObjectNode body = CouchJson.object();
        ArrayNode keys = body.putArray("keys");
        ids.forEach(keys::add);
        CouchPath path = CouchPath.database(database, "_all_docs").with("include_docs", "true");
        CouchRequest request = CouchRequest.post(path, body).repeated().answeredAtLength();
        cluster.exchange(request, answer -> {
            AllDocs.keys(answer, ids, new Found(wanted::takeOnce, unreadable));
            return true;
        });
    }

    /** What is asked for by name, or read for somebody: what cannot be read is not there. */
    private record Found(BiConsumer<String, ObjectNode> documents, Repeats left) implements AllDocs.Documents {

        @Override
        public void document(String id, ObjectNode document) {
            documents.accept(id, document);
        }

        @Override
        public void unreadable(String id, Reason reason) {
            left.happened("A document that is asked for is left out: {}", reason.words());
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

    private DatabaseWatch watchOf(CouchClient cluster) {
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
        private Duration rereadInterval = Duration.ofDays(7);

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

        /**
         * Within which time every database is read whole once more, though nothing tells that it changed, to mend what
         * nobody noticed; 7 days unless set, zero for never. It takes a twentieth of the requests that the cluster allows
         * at most, and makes visits a twentieth longer at most; where that is not enough, it takes more time.
         *
         * @throws IllegalArgumentException when it is negative
         */
        public Builder rereadInterval(Duration rereadInterval) {
            if (rereadInterval.isNegative()) {
                throw new IllegalArgumentException("rereadInterval must not be negative: " + rereadInterval);
            }
            this.rereadInterval = rereadInterval;
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
