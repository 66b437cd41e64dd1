package dev.matview.couch.internal.client;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Lets threads wait for a time of the scheduler's clock, until closed. Thread-safe. */
public final class Pause implements AutoCloseable {

    private final Scheduler scheduler;
    private final Set<CountDownLatch> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public Pause(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Returns after the duration, or early when this is closed. */
    public void sleep(Duration duration) throws InterruptedException {
        if (duration.isZero() || duration.isNegative()) {
            return;
        }
        CountDownLatch over = new CountDownLatch(1);
        waiting.add(over);
        Subscription due = scheduler.schedule(duration, over::countDown);
        try {
            if (!closed) {
                over.await();
            }
        } finally {
            due.close();
            waiting.remove(over);
        }
    }

    @Override
    public void close() {
        closed = true;
        waiting.forEach(CountDownLatch::countDown);
    }
}
