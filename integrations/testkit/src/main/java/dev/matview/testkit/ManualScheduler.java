package dev.matview.testkit;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A scheduler whose time stands still until a test moves it; what falls due runs on the test's thread.
 *
 * <p>Feeds hand what falls due to threads of their own. With {@link #follow} {@link #advance} waits for them too, at each
 * step of the time, so that what a test sees next does not depend on how fast they are:
 *
 * <pre>{@code
 * feeds.start();
 * scheduler.follow(feeds);
 * scheduler.advance(Duration.ofMinutes(10)); // a feed of every 5 minutes has been refreshed twice, each time on time
 * }</pre>
 *
 * <p>What is known of feeds is whether a refresh is due or under way. Not waited for: listeners, which are told a generation
 * by a thread of their own; what a CouchDB tells of changes; the clean-up of a store; real files and sockets. {@link #await}
 * waits for any future. Thread-safe; one thread moves the time.
 */
public final class ManualScheduler implements Scheduler {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(1);

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::order));
    private final List<BooleanSupplier> followed = new CopyOnWriteArrayList<>();
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

    /**
     * Has {@link #advance} wait until none of these feeds is being refreshed, until the result is closed. They have been
     * started. A refresh that the test itself holds up is not waited for longer than 10 seconds, and fails the test.
     */
    public Subscription follow(GlobalFeeds feeds) {
        BooleanSupplier atRest = () -> feeds.status().stream().noneMatch(status -> status.nextRefresh() == null);
        followed.add(atRest);
        return () -> followed.remove(atRest);
    }

    /**
     * Moves the time on, running what falls due on the way in its order. The time stands still until what fell due at one
     * moment is done, as far as {@link #follow} knows of it.
     *
     * @throws AssertionError when followed feeds are still at work after 10 seconds
     */
    public void advance(Duration duration) {
        Instant end = instant().plus(duration);
        settle();
        for (Optional<Task> next = takeDue(end); next.isPresent(); next = takeDue(end)) {
            next.get().action().run();
            settle();
        }
        synchronized (this) {
            now = end;
        }
    }

    /** Runs what is due now until those who are followed are at rest. */
    private void settle() {
        if (followed.isEmpty()) {
            return;
        }
        long begun = System.nanoTime();
        runDue();
        while (!followed.stream().allMatch(BooleanSupplier::getAsBoolean)) {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new AssertionError("feeds are still being refreshed after " + PATIENCE);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            runDue();
        }
    }

    private void runDue() {
        for (Optional<Task> next = takeDue(instant()); next.isPresent(); next = takeDue(instant())) {
            next.get().action().run();
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
