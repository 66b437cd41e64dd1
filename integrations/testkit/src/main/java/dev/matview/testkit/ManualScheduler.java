package dev.matview.testkit;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A scheduler whose time stands still until a test moves it; what falls due runs on the test's thread. */
public final class ManualScheduler implements Scheduler {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::order));
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long order;

    private record Task(Instant due, long order, Runnable action) {}

    @Override
    public synchronized Instant instant() {
        return now;
    }

    @Override
    public synchronized Subscription schedule(Duration delay, Runnable action) {
        Task task = new Task(now.plus(delay.isNegative() ? Duration.ZERO : delay), order++, action);
        tasks.add(task);
        return () -> cancel(task);
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    /** Moves the time on, running what falls due on the way in its order. */
    public void advance(Duration duration) {
        Instant end = instant().plus(duration);
        for (Optional<Task> next = takeDue(end); next.isPresent(); next = takeDue(end)) {
            next.get().action().run();
        }
        synchronized (this) {
            now = end;
        }
    }

    /**
     * Runs what is due now, and what other threads let fall due now, until the future is done. The time stands still.
     *
     * @throws java.util.concurrent.CompletionException when it fails
     */
    public <T> T await(CompletableFuture<T> future) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        do {
            advance(Duration.ZERO);
            if (isDone(future)) {
                return future.join();
            }
        } while (System.nanoTime() - end < 0);
        throw new AssertionError("not done after " + PATIENCE);
    }

    /** Waits for it a little. */
    private static boolean isDone(CompletableFuture<?> future) {
        try {
            future.get(1, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException | CancellationException failed) {
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }

    private synchronized Optional<Task> takeDue(Instant end) {
        Task first = tasks.peek();
        if (first == null || first.due().isAfter(end)) {
            return Optional.empty();
        }
        tasks.remove();
        if (first.due().isAfter(now)) {
            now = first.due();
        }
        return Optional.of(first);
    }

    /** When the next task falls due; empty when none is scheduled. */
    public synchronized Optional<Instant> nextDue() {
        return Optional.ofNullable(tasks.peek()).map(Task::due);
    }

    @Override
    public synchronized void close() {
        tasks.clear();
    }
}
