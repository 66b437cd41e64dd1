package dev.matview.core.internal.schedule;

import dev.matview.core.event.Episode;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.work.Failures;
import dev.matview.core.internal.work.Threads;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Short work of a worker: reading what others committed, loading and forgetting views. It has threads of its own, because
 * visits may last minutes, and none of them ever sleeps: what fails is scheduled again. Thread-safe.
 */
public final class RetryingTasks implements AutoCloseable {

    private static final int THREADS = 4;
    private static final Logger log = LoggerFactory.getLogger(RetryingTasks.class);

    private final Scheduler scheduler;
    private final Timetable timetable;
    private final ExecutorService pool = Threads.named("matview-errands", THREADS);
    /** Those that wait to be tried again. */
    private final Set<Errand> retrying = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    public RetryingTasks(Scheduler scheduler, Timetable timetable) {
        this.scheduler = scheduler;
        this.timetable = timetable;
    }

    /** Runs the work soon, once. */
    public void run(Runnable work) {
        try {
            pool.execute(work);
        } catch (RejectedExecutionException closing) {
            log.debug("Closed: no further work is begun");
        }
    }

    /**
     * Work that can be asked for, and is tried again, ever more rarely, until it works.
     *
     * @param complaint what the log says when it fails
     */
    public Errand errand(String complaint, Runnable work) {
        return new Errand(complaint, work);
    }

    /** Begins nothing more and interrupts what is under way. */
    @Override
    public void close() {
        closed = true;
        pool.shutdownNow();
        retrying.forEach(Errand::cancel);
    }

    /** Waits for what was under way. */
    public boolean awaitTermination(long time, TimeUnit unit) throws InterruptedException {
        return pool.awaitTermination(time, unit);
    }

    /** One piece of work. However often it is asked for before it begins, it is done once. */
    public final class Errand {

        private final String complaint;
        private final Runnable work;
        private final Episode failing = new Episode(RetryingTasks.class, scheduler);
        private final AtomicBoolean queued = new AtomicBoolean();
        private Subscription retry = () -> {};
        private int failures;
        private boolean cancelled;

        private Errand(String complaint, Runnable work) {
            this.complaint = complaint;
            this.work = work;
        }

        /** Has it done soon, also while it waits to be tried again. */
        public void request() {
            if (queued.compareAndSet(false, true)) {
                run(this::attempt);
            }
        }

        private void attempt() {
            // Before the work: what it does not see any more has it done again.
            queued.set(false);
            if (isOver()) {
                return;
            }
            try {
                work.run();
                worked();
            } catch (RuntimeException e) {
                failed(e);
            }
        }

        private synchronized boolean isOver() {
            return cancelled || closed;
        }

        private synchronized void worked() {
            failures = 0;
            failing.ends("{}: it is over", complaint);
            stopRetrying();
        }

        private void stopRetrying() {
            retry.close();
            retrying.remove(this);
        }

        private synchronized void failed(RuntimeException cause) {
            if (isOver()) {
                return;
            }
            failing.begins(cause, "{}, and is tried again: {}", complaint, Failures.reason(cause));
            log.debug("{}", complaint, cause);
            failures++;
            retry.close();
            retrying.add(this);
            Instant now = scheduler.instant();
            retry = scheduler.schedule(Duration.between(now, timetable.afterFailure(failures, now)), this::request);
        }

        /** Nobody wants it any more. */
        public synchronized void cancel() {
            cancelled = true;
            stopRetrying();
        }
    }
}
