package dev.matview.micrometer;

import dev.matview.core.event.Subscription;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.event.CouchRequestListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How the requests to CouchDBs end, and how long they take: each with the tag {@code couchdb}, its URL without credentials.
 * No number has the name of a database. Thread-safe.
 *
 * <p>Needs {@code matview-couch}, which this artifact does not bring along.
 */
public final class CouchMetrics implements MeterBinder, AutoCloseable {

    private final List<CouchCluster> clusters;
    /** Guarded by itself, as is the next. */
    private final List<Watched> watched = new ArrayList<>();

    private boolean closed;

    private CouchMetrics(List<CouchCluster> clusters) {
        this.clusters = List.copyOf(clusters);
    }

    /** Of these CouchDBs, each of which has a URL of its own. */
    public static CouchMetrics of(CouchCluster... clusters) {
        return of(List.of(clusters));
    }

    /** The same. */
    public static CouchMetrics of(List<CouchCluster> clusters) {
        return new CouchMetrics(clusters);
    }

    /** Adds the numbers to a registry, from now on, until this is closed. There may be several. */
    @Override
    public void bindTo(MeterRegistry registry) {
        synchronized (watched) {
            if (closed) {
                throw new IllegalStateException("closed");
            }
            clusters.forEach(cluster -> watched.add(new Watched(cluster, registry)));
        }
    }

    /** Counts no more, and takes the numbers out of the registries. Closing again does nothing. */
    @Override
    public void close() {
        synchronized (watched) {
            closed = true;
            watched.forEach(Watched::close);
            watched.clear();
        }
    }

    private static final class Watched implements CouchRequestListener {

        private final MeterRegistry registry;
        private final Tags couchdb;
        private final Gauge up;
        private final Map<Operation, Counter> retries = new EnumMap<>(Operation.class);
        /** Made when they are first needed: most operations end in few ways. */
        private final Map<Ended, Timer> timers = new ConcurrentHashMap<>();

        private final Subscription requests;
        private volatile boolean closed;

        private record Ended(Operation operation, Outcome outcome) {}

        Watched(CouchCluster cluster, MeterRegistry registry) {
            this.registry = registry;
            this.couchdb = Tags.of("couchdb", cluster.url());
            this.up = Gauge.builder("matview.couchdb.up", () -> cluster.state().up() ? 1 : 0)
                    .description("Whether CouchDB answered the last request that tells.")
                    .tags(couchdb)
                    .register(registry);
            for (Operation operation : Operation.values()) {
                // A counter that rises from nothing would not be seen to rise.
                retries.put(operation, counter(operation));
            }
            this.requests = cluster.onRequest(this);
        }

        @Override
        public void ended(Request request) {
            Ended ended = new Ended(request.operation(), request.outcome());
            Timer known = timers.get(ended);
            Timer timer = known == null ? timers.computeIfAbsent(ended, this::timer) : known;
            timer.record(request.took().toNanos(), TimeUnit.NANOSECONDS);
            if (closed) {
                // Too late: it may have been made after all others were taken out.
                registry.remove(timer);
            }
        }

        private Timer timer(Ended ended) {
            return Timer.builder("matview.couchdb.requests")
                    .description("Requests to CouchDB by how they ended, and the time they took.")
                    .tags(couchdb.and(
                            "operation", FeedMeters.word(ended.operation()),
                            "outcome", FeedMeters.word(ended.outcome())))
                    .serviceLevelObjectives(Buckets.REQUEST)
                    .register(registry);
        }

        @Override
        public void retrying(Operation operation) {
            Objects.requireNonNull(retries.get(operation), "made for each").increment();
        }

        private Counter counter(Operation operation) {
            return Counter.builder("matview.couchdb.retries")
                    .description("Requests to CouchDB that failed and were sent again.")
                    .tags(couchdb.and("operation", FeedMeters.word(operation)))
                    .register(registry);
        }

        void close() {
            closed = true;
            requests.close();
            registry.remove(up);
            retries.values().forEach(registry::remove);
            timers.values().forEach(registry::remove);
        }
    }
}
