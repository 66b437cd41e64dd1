package dev.matview.server.http;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.util.List;

/** Looks once a second whether something has taken too long. What it calls is quick. */
final class Sweep implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Scheduler scheduler;
    private final List<Runnable> looks;
    private volatile Subscription next = () -> {};
    private volatile boolean closed;

    private Sweep(Scheduler scheduler, List<Runnable> looks) {
        this.scheduler = scheduler;
        this.looks = looks;
    }

    static Sweep start(Scheduler scheduler, Runnable... looks) {
        Sweep sweep = new Sweep(scheduler, List.of(looks));
        sweep.schedule();
        return sweep;
    }

    private void schedule() {
        next = scheduler.schedule(INTERVAL, () -> {
            try {
                looks.forEach(Runnable::run);
            } finally {
                if (!closed) {
                    schedule();
                }
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        next.close();
    }
}
