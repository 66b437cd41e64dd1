package dev.matview.couch.internal.client;

import dev.matview.couch.CouchCluster.State;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Whether a CouchDB answers, as whoever asks it finds: it is away when a request was given up, and no other has got through
 * since that was first sent; and up again with the next answer. Thread-safe.
 */
public final class Reachability {

    private final InstantSource clock;
    private volatile State state;
    private volatile Instant answeredAt = Instant.MIN;

    Reachability(InstantSource clock) {
        this.clock = clock;
        this.state = new State(true, clock.instant(), null);
    }

    public State state() {
        return state;
    }

    /** It answered, whatever it said. Takes no lock while nothing changes: each request calls it. */
    void answered() {
        Instant now = clock.instant();
        answeredAt = now;
        if (!state.up()) {
            synchronized (this) {
                state = state.up() ? state : new State(true, now, null);
            }
        }
    }

    /** A request was given up that was first sent then. */
    synchronized void failed(CouchFailure cause, Instant begun) {
        if ((cause.isServerAway() || cause.isLate()) && !answeredAt.isAfter(begun)) {
            state = new State(false, state.up() ? begun : state.since(), cause.getMessage());
        }
    }
}
