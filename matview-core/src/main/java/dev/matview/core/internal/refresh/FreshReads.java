package dev.matview.core.internal.refresh;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.RefreshResult;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Lets readers wait for a generation that is young enough, and no longer than a query may take. Thread-safe. */
public final class FreshReads {

    public static final String WARNING =
            "The feed could not be refreshed in time: the answer is as old as view.refreshedAt says.";

    private final Worker worker;
    private final Scheduler scheduler;
    private final Duration patience;

    public FreshReads(Worker worker, Scheduler scheduler, Duration patience) {
        this.worker = worker;
        this.scheduler = scheduler;
        this.patience = patience;
    }

    /** @see dev.matview.core.GlobalFeeds#refreshIfOlder */
    public CompletableFuture<Boolean> refreshIfOlder(String collection, Duration age) {
        if (age.isNegative()) {
            throw new IllegalArgumentException("an age is not negative: " + age);
        }
        CompletableFuture<RefreshResult> refreshed = new CompletableFuture<>();
        try {
            if (!worker.awaitYounger(collection, age, refreshed)) {
                return CompletableFuture.completedFuture(true);
            }
        } catch (FeedNotRegisteredException unknown) {
            return CompletableFuture.failedFuture(unknown);
        }
        CompletableFuture<Boolean> younger = new CompletableFuture<>();
        Subscription deadline = scheduler.schedule(patience, () -> {
            worker.leave(collection, refreshed);
            younger.complete(false);
        });
        refreshed.whenComplete((result, failure) -> {
            deadline.close();
            younger.complete(failure == null);
        });
        return younger;
    }

    /**
     * Waits for that, as far as the budget lets it; says whether it came about.
     *
     * @throws dev.matview.core.mango.BudgetSpentException when it would have to wait and must not
     */
    public boolean await(FeedTask task, Duration age, Budget budget) {
        if (!age.isZero() && task.isYoungerThan(age, scheduler.instant())) {
            return true;
        }
        if (!budget.mayWait()) {
            // Before a refresh is asked for: whoever asks again, and may wait, asks for one.
            throw BudgetSpentException.ofWait();
        }
        CompletableFuture<Boolean> younger = refreshIfOlder(task.feed().collection(), age);
        try {
            return younger.isDone() ? join(younger) : budget.await(() -> join(younger));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean join(CompletableFuture<Boolean> younger) throws InterruptedException {
        try {
            return younger.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FeedNotRegisteredException unknown) {
                throw unknown;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
