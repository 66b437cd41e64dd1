package dev.matview.core.internal.refresh;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Lets threads wait until the feeds are ready. Whoever changes something that may make them so calls {@link #changed}, at
 * any time and under any lock: only those who wait look at the feeds. Thread-safe.
 */
public final class Readiness {

    /** Longer waits end then: schedulers cannot count to the end of time. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private final Object monitor = new Object();
    private long changes;

    public void changed() {
        synchronized (monitor) {
            changes++;
            monitor.notifyAll();
        }
    }

    /**
     * Waits until the state is known or the time is over.
     *
     * @param state looked at after each change; empty as long as it is worth waiting. What it throws ends the wait
     * @return the state; false when the time is over
     */
    public boolean await(Scheduler scheduler, Duration timeout, Supplier<Optional<Boolean>> state)
            throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean(timeout.isNegative() || timeout.isZero());
        Subscription deadline = scheduler.schedule(timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout, () -> {
            over.set(true);
            changed();
        });
        try {
            while (true) {
                long seen = changes();
                // Before the state: one that came in time counts, however late this thread wakes.
                boolean last = over.get();
                Optional<Boolean> known = state.get();
                if (known.isPresent() || last) {
                    return known.orElse(false);
                }
                awaitChange(seen);
            }
        } finally {
            deadline.close();
        }
    }

    private long changes() {
        synchronized (monitor) {
            return changes;
        }
    }

    private void awaitChange(long seen) throws InterruptedException {
        synchronized (monitor) {
            while (changes == seen) {
                monitor.wait();
            }
        }
    }
}
