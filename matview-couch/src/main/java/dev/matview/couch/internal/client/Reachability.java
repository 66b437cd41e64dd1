package dev.matview.couch.internal.client;

import dev.matview.core.event.Episode;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Whether a CouchDB answers, as whoever asks it finds: it is away when a request was given up, and no other has got through
 * since that was first sent; and up again with the next answer. The log tells both. Thread-safe.
 */
public final class Reachability {

    private final CouchClient couch;
    private final InstantSource clock;
    private final Episode away;
    private volatile State state;
    private volatile Instant answeredAt = Instant.MIN;

    /** @see dev.matview.couch.CouchCluster.State */
    public record State(boolean up, Instant since, @Nullable String reason) {}

    Reachability(CouchClient couch, InstantSource clock) {
        this.couch = couch;
        this.clock = clock;
        this.away = new Episode(CouchClient.class, clock);
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
                if (!state.up()) {
                    state = new State(true, now, null);
                    away.ends("{} is back", couch);
                }
            }
        }
    }

    /** A request was given up that was first sent then. */
    synchronized void failed(CouchFailure cause, Instant begun) {
        if ((cause.isServerAway() || cause.isLate()) && !answeredAt.isAfter(begun) && !couch.isClosed()) {
            state = new State(false, state.up() ? begun : state.since(), cause.getMessage());
            // Whose password is refused is told by those who act on it.
            if (cause.status() != 401) {
                away.begins("{} is away: {}", couch, cause.getMessage());
            }
        }
    }
}
