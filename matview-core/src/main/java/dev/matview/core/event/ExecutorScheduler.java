package dev.matview.core.event;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The system's clock, and an executor of others for what is due. */
final class ExecutorScheduler implements Scheduler {

    private static final Logger log = LoggerFactory.getLogger(ExecutorScheduler.class);

    private final ScheduledExecutorService executor;
    private final Set<Scheduled> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    ExecutorScheduler(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    @Override
    public Instant instant() {
        return Instant.now();
    }

    @Override
    public Subscription schedule(Duration delay, Runnable task) {
        Scheduled scheduled = new Scheduled(task);
        pending.add(scheduled);
        try {
            scheduled.is(executor.schedule(scheduled, Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS));
        } catch (RejectedExecutionException e) {
            scheduled.close();
            if (!executor.isShutdown()) {
                throw e;
            }
        }
        if (closed) {
            scheduled.close();
        }
        return scheduled;
    }

    @Override
    public void close() {
        closed = true;
        pending.forEach(Scheduled::close);
    }

    private final class Scheduled implements Runnable, Subscription {

        /** Null once it was run or is not to be: an executor may keep what was cancelled until its time. */
        private @Nullable Runnable task;

        private @Nullable Future<?> future;
        private boolean cancelled;

        Scheduled(Runnable task) {
            this.task = task;
        }

        synchronized void is(Future<?> future) {
            this.future = future;
            if (cancelled) {
                future.cancel(false);
            }
        }

        @Override
        public void run() {
            Runnable due;
            synchronized (this) {
                due = task;
                task = null;
            }
            if (pending.remove(this) && due != null) {
                runNow(due);
            }
        }

        @Override
        public synchronized void close() {
            pending.remove(this);
            cancelled = true;
            task = null;
            if (future != null) {
                future.cancel(false);
            }
        }
    }

    /** Tells of what the task throws: the executor keeps it for a result that nobody asks for. */
    private static void runNow(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.error("A scheduled task failed", e);
        } catch (Error e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            throw e;
        }
    }
}
