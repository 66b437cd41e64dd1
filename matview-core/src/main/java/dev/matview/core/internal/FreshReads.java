package dev.matview.core.internal;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.RefreshResult;
import dev.matview.core.Scheduler;
import dev.matview.core.Subscription;
import dev.matview.core.mango.Budget;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lets readers wait for a generation that is young enough, and no longer than a query may take. Thread-safe. */
final class FreshReads {

    static final String WARNING =
            "The feed could not be refreshed in time: the answer is as old as view.refreshedAt says.";

    private final Worker worker;
    private final Scheduler scheduler;
    private final Duration patience;

    FreshReads(Worker worker, Scheduler scheduler, Duration patience) {
        this.worker = worker;
        this.scheduler = scheduler;
        this.patience = patience;
    }

    /** @see dev.matview.core.GlobalFeeds#refreshIfOlder */
    CompletableFuture<Boolean> refreshIfOlder(String collection, Duration age) {
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
     * Waits for that, in the caller's thread; says whether it came about.
     *
     * @throws dev.matview.core.mango.BudgetSpentException when the budget must not wait
     */
    boolean await(String collection, Duration age, Budget budget) {
        CompletableFuture<Boolean> younger = refreshIfOlder(collection, age);
        try {
            return younger.isDone() ? younger.get() : budget.await(() -> get(younger, budget.waitLeft()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryStoppedException();
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private static boolean get(CompletableFuture<Boolean> younger, Duration patience) throws InterruptedException {
        try {
            return younger.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        return e.getCause() instanceof FeedNotRegisteredException unknown
                ? unknown
                : new IllegalStateException(e.getCause());
    }
}
