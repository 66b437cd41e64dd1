package dev.matview.couch.internal.client;

import dev.matview.core.error.FailureKind;
import dev.matview.core.event.Episode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
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
    private final AtomicLong answers = new AtomicLong();

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

    /** When something was to be asked, and how many answers there had been. */
    record Asked(Instant at, long answers) {}

    Asked asked() {
        return new Asked(clock.instant(), answers.get());
    }

    /** It answered, whatever it said. Takes no lock while nothing changes: each request calls it. */
    void answered() {
        answers.incrementAndGet();
        if (!state.up()) {
            back();
        }
    }

    private synchronized void back() {
        if (!state.up()) {
            state = new State(true, clock.instant(), null);
            away.ends("{} is back", couch);
        }
    }

    /** What was asked then, and not waited for longer, is late: it is away until there is an answer. */
    synchronized void silent(Asked asked, Duration patience) {
        if (couch.isClosed() || answers.get() != asked.answers()) {
            return;
        }
        away(asked, FailureKind.LATE, "no answer within " + patience.toMillis() + " ms");
    }

    /** What was asked then is given up. */
    synchronized void failed(CouchFailure cause, Asked asked) {
        boolean tells = (cause.isServerAway() || cause.isLate()) && !couch.isClosed();
        if (!tells || answers.get() != asked.answers()) {
            return;
        }
        away(asked, cause.failureKind(), cause.getMessage());
    }

    private void away(Asked asked, FailureKind kind, String reason) {
        state = new State(false, state.up() ? asked.at() : state.since(), reason);
        // Whose password is refused is told by those who act on it.
        if (kind != FailureKind.DENIED) {
            away.begins(kind, "{} is away: {}", couch, reason);
        }
        if (answers.get() != asked.answers()) {
            // Whoever answered in between found it up still.
            back();
        }
    }
}
