package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.ColdQueryException;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.PageListener;
import dev.matview.core.Query;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.spi.LeftOut;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
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
public final class ColdFeeds {

    /** Every query that has been worked for, by who asked and on which thread. */
    public final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();

    /** When a view is young enough. */
    volatile CompletableFuture<Boolean> young = CompletableFuture.completedFuture(true);

    volatile @Nullable Duration askedAge;

    private final Map<String, Semaphore> answers = new ConcurrentHashMap<>();

    public record Asked(String caller, Query query, String thread) {}

    public GlobalFeeds feeds() {
        return (GlobalFeeds) Proxy.newProxyInstance(
                GlobalFeeds.class.getClassLoader(),
                new Class<?>[] {GlobalFeeds.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "query" -> query((Query) arguments[1], (Budget) arguments[2]);
                    case "queryOwn" -> cold((Query) arguments[1], (Budget) arguments[2]);
                    case "document" -> document((Caller) arguments[2], (Budget) arguments[3]);
                    case "refreshIfOlder" -> {
                        askedAge = (Duration) arguments[1];
                        yield young;
                    }
                    case "subscribe" ->
                        subscribe((Query) arguments[1], (PageListener) arguments[2], (Executor) arguments[3]);
                    case "settings" -> Settings.defaults();
                    case "hotBudget" -> Budget.hot(1);
                    case "budget" -> Budget.ofSteps(1);
                    case "status" -> arguments == null ? List.of() : status((String) arguments[0]);
                    case "isRegistryRead" -> true;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private Page query(Query query, Budget budget) {
        return query.selector().isAll() && query.expand().isEmpty() ? StubPage.of("ready") : cold(query, budget);
    }

    private Page cold(Query query, Budget budget) {
        work(query.caller(), query, budget);
        return StubPage.of("found");
    }

    private Optional<ObjectNode> document(Caller caller, Budget budget) {
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

    private Subscription subscribe(Query query, PageListener listener, Executor cold) {
        Budget budget = Budget.ofSteps(1);
        cold.execute(() -> {
            try {
                listener.page(cold(query, budget));
            } catch (QueryStoppedException closed) {
                // Nobody wants it any more.
            }
        });
        return budget::stop;
    }

    /** Callers are told apart. */
    private static FeedStatus status(String collection) {
        FeedDefinition feed = FeedDefinition.builder(collection)
                .selector("{}")
                .access(Access.ACL)
                .build();
        return new FeedStatus(feed, null, null, null, null, 0, null, Map.of(), LeftOut.NOTHING, 0);
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
