package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.ColdQueryException;
import dev.matview.core.Explanation;
import dev.matview.core.FeedQueries;
import dev.matview.core.FeedSubscriptions;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.PageListener;
import dev.matview.core.Query;
import dev.matview.core.access.Caller;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.mango.Budget;
import dev.matview.core.memory.InMemoryDatabases;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Answers every query in one way, and fails whoever subscribes in a way that nobody expects. */
public record StubFeeds(Answering answering) implements FeedQueries, FeedSubscriptions {

    /** Feeds of which there are none. */
    static final GlobalFeeds NONE = none();

    public interface Answering {
        Page page(String collection, Query query);
    }

    private static GlobalFeeds none() {
        GlobalFeeds none = GlobalFeeds.builder()
                .registry(FeedRegistry.of())
                .aggregator(new InMemoryDatabases())
                .build();
        none.start();
        return none;
    }

    /** With which a service answers every query so. */
    public static HttpService.Feeds answering(Answering answering) {
        StubFeeds stub = new StubFeeds(answering);
        return new HttpService.Feeds(stub, stub, NONE);
    }

    @Override
    public Page query(String collection, Query query, Budget budget) {
        return answering.page(collection, query);
    }

    @Override
    public Explanation explain(String collection, Query query, Budget budget) {
        Page page = answering.page(collection, query);
        return new Explanation(page, Explanation.Source.SEARCH, Optional.empty(), 0, 0, false, Optional.empty());
    }

    @Override
    public Page queryOwn(String collection, Query query, Budget budget) {
        if (!budget.mayWait()) {
            throw new ColdQueryException();
        }
        return answering.page(collection, query);
    }

    @Override
    public Optional<ObjectNode> document(String did, String ref, Caller caller, Budget budget) {
        return Optional.empty();
    }

    @Override
    public CompletableFuture<Boolean> refreshIfOlder(String collection, Duration maxAge) {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public Budget budget() {
        return Budget.unlimited();
    }

    @Override
    public Budget hotBudget() {
        return Budget.hot(1_000_000);
    }

    @Override
    public Subscription subscribe(String collection, Query query, PageListener listener) {
        throw new IllegalStateException("a value of somebody's document");
    }

    @Override
    public Subscription subscribe(String collection, Query query, PageListener listener, Executor cold) {
        return subscribe(collection, query, listener);
    }

    @Override
    public Subscription subscribeOwn(String collection, Query query, PageListener listener) {
        return subscribe(collection, query, listener);
    }

    @Override
    public Subscription subscribeOwn(String collection, Query query, PageListener listener, Executor cold) {
        return subscribe(collection, query, listener);
    }

    @Override
    public boolean isSameForAll(String collection, Query query) {
        return false;
    }
}
