package dev.matview.couch.internal.source;

import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which clusters did not answer a moment ago. Whoever wants something of many databases there then need not wait for each
 * of them by itself. Thread-safe.
 */
public final class Outages {

    /** How long it is taken for granted that a cluster still does not answer. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Map<CouchClient, Outage> outages = new ConcurrentHashMap<>();

    private record Outage(CouchFailure cause, Instant until) {}

    /** Why the cluster cannot be asked at the moment; nothing when it can, or it is time to try. */
    public Optional<CouchFailure> of(CouchClient cluster) {
        return Optional.ofNullable(outages.get(cluster))
                .filter(outage -> cluster.scheduler().instant().isBefore(outage.until()))
                .map(Outage::cause);
    }

    /** A request failed: when the cluster answers no other either, all there fail for the moment. */
    public void failed(CouchClient cluster, CouchFailure cause) throws InterruptedException {
        if ((cause.isServerAway() || cause.isLate()) && !answers(cluster)) {
            outages.put(cluster, new Outage(cause, cluster.scheduler().instant().plus(PAUSE)));
        }
    }

    /** The cluster answered. */
    void over(CouchClient cluster) {
        outages.remove(cluster);
    }

    private static boolean answers(CouchClient cluster) throws InterruptedException {
        try {
            cluster.once(CouchRequest.get(CouchPath.server()), CouchClient::tree);
            return true;
        } catch (CouchFailure e) {
            return false;
        }
    }
}
