package dev.matview.core.event;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The time, and a way to be called at a later one: everything in matview that waits takes one of these, so that no test
 * ever sleeps. Thread-safe. Tasks are short and hand long work to another thread.
 */
public interface Scheduler extends InstantSource, AutoCloseable {

    @Override
    Instant instant();

    /** Runs the task once after the delay (at once for a delay of zero or less), unless the result is closed before. */
    Subscription schedule(Duration delay, Runnable task);

    /** Cancels what is scheduled. */
    @Override
    void close();

    /**
     * The system's clock, and an executor that the program has anyway. Closing the scheduler cancels what it has scheduled
     * and leaves the executor as it is: whoever made that shuts it down, and decides whether its threads are daemons. A
     * thread or two are enough: what takes long is handed on.
     *
     * @param executor one that is shut down runs nothing more
     */
    static Scheduler of(ScheduledExecutorService executor) {
        return new ExecutorScheduler(executor);
    }

    /** The system's clock and one daemon thread. */
    static Scheduler system() {
        return new SystemScheduler();
    }
}
