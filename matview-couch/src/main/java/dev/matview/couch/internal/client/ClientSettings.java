package dev.matview.couch.internal.client;

import dev.matview.core.event.Scheduler;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a CouchDB is, who asks, and how much may be asked of it. Immutable.
 *
 * @param authorization the header, kept for requests only: not logged, not shown
 * @param scheduler the time; null for the system's
 * @param callersRequestsInFlight those of callers who read their own databases, beside the others
 * @param backoff the time before the second attempt
 */
public record ClientSettings(
        URI url,
        @Nullable String authorization,
        @Nullable Scheduler scheduler,
        Duration connectTimeout,
        Duration socketTimeout,
        Duration requestTimeout,
        int requestsInFlight,
        int callersRequestsInFlight,
        int requestsPerSecond,
        int attempts,
        Duration backoff,
        Duration maxBackoff,
        Duration refusalPause) {

    /** Requests that wait at the server for changes come on top of those in flight. */
    private static final int WAITING_CONNECTIONS = 32;

    EktorpTransport transport() {
        return EktorpTransport.create(
                url,
                authorization,
                connectTimeout,
                socketTimeout,
                requestsInFlight + callersRequestsInFlight + WAITING_CONNECTIONS);
    }

    /** Shows no credentials. */
    @Override
    public String toString() {
        return "a client of " + url;
    }
}
