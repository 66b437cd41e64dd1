package dev.matview.couch.internal.client;

import dev.matview.core.event.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;

/**
 * How much may be asked of a cluster: so many requests at once, and so many a second. The rate is kept as a schedule of
 * starts, of which a tenth of a second may be taken in one go, so that short bursts are not held up. Thread-safe.
 */
public final class RequestBudget {

    private static final Duration BURST = Duration.ofMillis(100);

    private final Scheduler scheduler;
    private final Pause pause;
    private final Semaphore inFlight;
    private final Duration spacing;
    private Instant next = Instant.MIN;

    public RequestBudget(Scheduler scheduler, Pause pause, int inFlight, int perSecond) {
        this.scheduler = scheduler;
        this.pause = pause;
        this.inFlight = new Semaphore(inFlight, true);
        this.spacing = Duration.ofSeconds(1).dividedBy(perSecond);
    }

    /** Waits until a request may start. Whoever has begun one ends it. */
    public void begin() throws InterruptedException {
        inFlight.acquire();
        boolean begun = false;
        try {
            pause.sleep(untilNextStart());
            begun = true;
        } finally {
            if (!begun) {
                inFlight.release();
            }
        }
    }

    private synchronized Duration untilNextStart() {
        Instant now = scheduler.instant();
        Instant earliest = now.minus(BURST);
        Instant start = next.isBefore(earliest) ? earliest : next;
        next = start.plus(spacing);
        return Duration.between(now, start);
    }

    public void end() {
        inFlight.release();
    }
}
