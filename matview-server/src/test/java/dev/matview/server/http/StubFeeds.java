package dev.matview.server.http;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.Subscription;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Feeds that answer every query in one way. */
record StubFeeds(Answering answering) implements GlobalFeeds {

    interface Answering {
        Page page(String collection, Query query);
    }

    @Override
    public Page query(String collection, Query query) {
        return answering.page(collection, query);
    }

    @Override
    public List<FeedStatus> status() {
        return List.of();
    }

    @Override
    public void start() {}

    @Override
    public CompletableFuture<RefreshResult> refresh(String collection) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Subscription subscribe(String collection, Query query, Consumer<Page> listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FeedStatus status(String collection) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
