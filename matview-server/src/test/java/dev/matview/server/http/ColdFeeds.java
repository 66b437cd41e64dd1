package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.ColdQueryException;
import dev.matview.core.Explanation;
import dev.matview.core.FeedQueries;
import dev.matview.core.FeedSubscriptions;
import dev.matview.core.Page;
import dev.matview.core.PageListener;
import dev.matview.core.Query;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.access.Caller;
import dev.matview.core.event.Subscription;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Feeds whose answers cost, but for those without a selector: each is worked for until a test lets its caller have it. A
 * subscription is answered once, on its own threads.
 */
public final class ColdFeeds implements FeedQueries, FeedSubscriptions {

    static final long HOT_STEPS = 1_000_000;

    /** Every query that has been worked for, by who asked and on which thread. */
    public final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();

    /** The steps of each hot budget that a query was tried with. */
    final BlockingQueue<Long> tried = new LinkedBlockingQueue<>();

    /** When a view is young enough. */
    volatile CompletableFuture<Boolean> young = CompletableFuture.completedFuture(true);

    volatile @Nullable Duration askedAge;

    private final Map<String, Semaphore> answers = new ConcurrentHashMap<>();

    public record Asked(String caller, Query query, String thread) {}

    public HttpService.Feeds feeds() {
        return new HttpService.Feeds(this, this, StubFeeds.NONE);
    }

    @Override
    public Page query(String collection, Query query, Budget budget) {
        if (!budget.mayWait()) {
            tried.add(budget.stepsLeft());
        }
        return query.selector().isAll() && query.expand().isEmpty() ? SomePage.empty() : cold(query, budget);
    }

    @Override
    public Explanation explain(String collection, Query query, Budget budget) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page queryOwn(String collection, Query query, Budget budget) {
        return cold(query, budget);
    }

    @Override
    public CompletableFuture<Boolean> refreshIfOlder(String collection, Duration maxAge) {
        askedAge = maxAge;
        return young;
    }

    @Override
    public Budget budget() {
        return Budget.ofSteps(1);
    }

    @Override
    public Budget hotBudget() {
        return Budget.hot(HOT_STEPS);
    }

    private Page cold(Query query, Budget budget) {
        work(query.caller(), query, budget);
        return SomePage.empty();
    }

    @Override
    public Optional<ObjectNode> document(String did, String ref, Caller caller, Budget budget) {
        work(caller, Query.all(), budget);
        return Optional.of(JsonNodeFactory.instance.objectNode());
    }

    private void work(Caller caller, Query query, Budget budget) {
        if (!budget.mayWait()) {
            throw new ColdQueryException();
        }
        asked.add(new Asked(
                String.valueOf(caller.did()), query, Thread.currentThread().getName()));
        try {
            budget.await(() -> {
                answers(String.valueOf(caller.did())).acquire();
                return true;
            });
        } catch (BudgetSpentException e) {
            throw new QueryStoppedException();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Subscription subscribe(String collection, Query query, PageListener listener) {
        throw new UnsupportedOperationException("who subscribes brings threads");
    }

    @Override
    public Subscription subscribe(String collection, Query query, PageListener listener, Executor cold) {
        Budget budget = Budget.ofSteps(1);
        cold.execute(() -> {
            try {
                listener.answer(cold(query, budget));
            } catch (QueryStoppedException closed) {
                // Nobody wants it any more.
            }
        });
        return budget::stop;
    }

    @Override
    public Subscription subscribeOwn(String collection, Query query, PageListener listener) {
        return subscribe(collection, query, listener);
    }

    @Override
    public Subscription subscribeOwn(String collection, Query query, PageListener listener, Executor cold) {
        return subscribe(collection, query, listener, cold);
    }

    /** Callers are told apart. */
    @Override
    public boolean isSameForAll(String collection, Query query) {
        return false;
    }

    private Semaphore answers(String did) {
        return answers.computeIfAbsent(did, known -> new Semaphore(0));
    }

    /** Lets the caller have so many answers more. */
    public void answer(String user, int count) {
        answers("did:example:" + user).release(count);
    }

    /** Lets everybody who waits have an answer. */
    void answerAll() {
        answers.values().forEach(answer -> answer.release(100));
    }
}
