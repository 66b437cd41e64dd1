package dev.matview.micrometer;

import dev.matview.core.event.Subscription;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.event.CouchRequestListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * How the requests to CouchDBs end, and how long they take: each with the tag {@code couchdb}, its URL without credentials.
 * No number has the name of a database. Thread-safe.
 *
 * <p>Needs {@code matview-couch}, which this artifact does not bring along.
 */
public final class CouchMetrics implements MeterBinder, AutoCloseable {

    private final List<CouchCluster> clusters;
    private final List<Watched> watched = new CopyOnWriteArrayList<>();

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
        clusters.forEach(cluster -> watched.add(new Watched(cluster, registry)));
    }

    /** Counts no more, and takes the numbers out of the registries. Closing again does nothing. */
    @Override
    public void close() {
        watched.forEach(Watched::close);
        watched.clear();
    }

    private static final class Watched implements CouchRequestListener {

        private final MeterRegistry registry;
        private final Tags couchdb;
        private final Set<Meter> meters = ConcurrentHashMap.newKeySet();
        private final Subscription requests;

        Watched(CouchCluster cluster, MeterRegistry registry) {
            this.registry = registry;
            this.couchdb = Tags.of("couchdb", cluster.url());
            meters.add(Gauge.builder("matview.couchdb.up", () -> cluster.state().up() ? 1 : 0)
                    .description("Whether CouchDB answered the last request that tells.")
                    .tags(couchdb)
                    .register(registry));
            for (Operation operation : Operation.values()) {
                // A counter that rises from nothing would not be seen to rise.
                retries(operation);
            }
            this.requests = cluster.onRequest(this);
        }

        @Override
        public void ended(Request request) {
            Timer timer = Timer.builder("matview.couchdb.requests")
                    .description("Requests to CouchDB by how they ended, and the time they took.")
                    .tags(couchdb.and(
                            "operation", FeedMeters.word(request.operation()),
                            "outcome", FeedMeters.word(request.outcome())))
                    .serviceLevelObjectives(Buckets.REQUEST)
                    .register(registry);
            meters.add(timer);
            timer.record(request.took().toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void retrying(Operation operation) {
            retries(operation).increment();
        }

        private Counter retries(Operation operation) {
            Counter counter = Counter.builder("matview.couchdb.retries")
                    .description("Requests to CouchDB that failed and were sent again.")
                    .tags(couchdb.and("operation", FeedMeters.word(operation)))
                    .register(registry);
            meters.add(counter);
            return counter;
        }

        void close() {
            requests.close();
            meters.forEach(registry::remove);
        }
    }
}
