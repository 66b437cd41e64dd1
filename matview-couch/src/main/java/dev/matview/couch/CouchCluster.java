package dev.matview.couch;

import dev.matview.core.event.Subscription;
import dev.matview.couch.event.CouchRequestListener;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.client.Reachability;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One CouchDB, a single server or a cluster behind one URL, and how much may be asked of it. Everything of this module
 * that talks to CouchDB goes through one of these and keeps to its budget together. Thread-safe.
 *
 * <p>What may be repeated is retried, with backoff and jitter, when CouchDB answers 429 or 5xx or the connection breaks.
 * Wrong credentials are never retried: after they were refused nothing is sent for a while, so that no account is locked
 * and no log is flooded.
 *
 * <pre>{@code
 * CouchCluster cluster = CouchCluster.builder("http://127.0.0.1:5984")
 *         .credentials("admin", password)
 *         .requestsInFlight(8)
 *         .build();
 * }</pre>
 */
public final class CouchCluster implements AutoCloseable {

    private final CouchClient client;

    CouchCluster(CouchClient client) {
        this.client = client;
    }

    /**
     * A builder for the CouchDB at the URL. Credentials may be part of the URL; they are shown nowhere.
     *
     * @throws IllegalArgumentException when this is no http or https URL
     */
    public static CouchClusterBuilder builder(String url) {
        return new CouchClusterBuilder(url);
    }

    /**
     * Asks CouchDB whether it is there and takes the credentials.
     *
     * @throws CouchException when it is not, or does not; the message says what to do
     * @throws InterruptedException when the thread was interrupted
     */
    public void verify() throws InterruptedException {
        client.json(CouchRequest.get(CouchPath.server("_all_dbs").with("limit", 1)));
    }

    /**
     * Asks once, and is known to be away while it has not answered within that time; still waits for the answer then.
     *
     * @param patience how long it may take, by the scheduler's clock
     * @throws CouchException when it is not there, or does not take the credentials; the message says what to do
     * @throws InterruptedException when the thread was interrupted
     */
    public void verify(Duration patience) throws InterruptedException {
        client.verify(CouchRequest.get(CouchPath.server("_all_dbs").with("limit", 1)), patience);
    }

    /** The URL, without credentials. */
    public String url() {
        return client.url();
    }

    /** Tells the listener of each request that was sent, until the result is closed. */
    public Subscription onRequest(CouchRequestListener listener) {
        return client.onRequest(listener);
    }

    /**
     * Whether it answers, by the requests that were sent, of whoever. It asks nothing.
     *
     * @return up until a request has found otherwise
     */
    public State state() {
        Reachability.State found = client.reachability().state();
        return new State(found.up(), found.since(), found.reason());
    }

    /**
     * Whether a CouchDB answers. Immutable.
     *
     * @param up whether it answered the last request that tells, with whatever status but 401
     * @param since from when on, by the scheduler's clock: of one that is away, when the first request was sent in vain
     * @param reason why the last request got no answer, without credentials; null while it is up
     */
    public record State(boolean up, Instant since, @Nullable String reason) {}

    /** What sends the requests. */
    CouchClient client() {
        return client;
    }

    /** Aborts what is under way and releases all connections. */
    @Override
    public void close() {
        client.close();
    }

    /** Names the URL, without credentials. */
    @Override
    public String toString() {
        return client.toString();
    }
}
