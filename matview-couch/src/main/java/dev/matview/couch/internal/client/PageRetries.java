package dev.matview.couch.internal.client;

import dev.matview.couch.event.CouchRequestListener;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a database that is read in pages goes on being read when pages break off: as long as each attempt brings
 * something, and as much as lets it come to an end; or else as often as anything is tried. Not thread-safe.
 */
final class PageRetries {

    private final CouchClient cluster;
    private final CouchRequestListener.Operation operation;
    private int failures;
    private long arrived;
    private Instant began = Instant.MIN;
    private Reachability.Asked asked;

    /** @param operation what a page is asked for by */
    PageRetries(CouchClient cluster, CouchRequestListener.Operation operation) {
        this.cluster = cluster;
        this.operation = operation;
        this.asked = cluster.reachability().asked();
    }

    /** A page is asked for. */
    void begin() {
        arrived = 0;
        if (failures == 0) {
            asked = cluster.reachability().asked();
        }
        began = cluster.scheduler().instant();
    }

    void arrived(int bytes) {
        arrived += bytes;
    }

    void succeeded() {
        failures = 0;
    }

    /**
     * Waits for the time to ask again.
     *
     * @param advanced whether the page brought something before it failed
     * @throws CouchFailure the given one, when it is of no use to ask again
     */
    void failed(CouchFailure e, boolean advanced) throws InterruptedException {
        failures = advanced && !e.isGarbled() && isWorthwhile() ? 1 : failures + 1;
        if (failures >= cluster.attempts() || !(e.isTransient() || advanced && e.isLate())) {
            cluster.reachability().failed(e, asked);
            throw e;
        }
        cluster.retrying(operation);
        cluster.sleep(cluster.backoff(failures, e.retryAfter()));
    }

    /** Whether so much came of the page that a database which goes on like this comes to an end. */
    private boolean isWorthwhile() {
        Duration taken = Duration.between(began, cluster.scheduler().instant());
        return arrived >= taken.toSeconds() * ExchangeDeadline.BYTES_PER_SECOND;
    }
}
