package dev.matview.core.event;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** The system's clock, and one daemon thread for what is due. */
final class SystemScheduler implements Scheduler {

    private final ScheduledThreadPoolExecutor executor;
    private final ExecutorScheduler tasks;

    SystemScheduler() {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "matview-scheduler");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        tasks = new ExecutorScheduler(executor);
    }

    @Override
    public Instant instant() {
        return tasks.instant();
    }

    @Override
    public Subscription schedule(Duration delay, Runnable task) {
        return tasks.schedule(delay, task);
    }

    @Override
    public void close() {
        tasks.close();
        executor.shutdownNow();
    }
}
