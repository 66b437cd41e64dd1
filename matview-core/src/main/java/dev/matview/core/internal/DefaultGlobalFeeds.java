package dev.matview.core.internal;

import dev.matview.core.Aggregator;
import dev.matview.core.FeedRegistry;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.Scheduler;
import dev.matview.core.Subscription;
import dev.matview.core.ViewStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Placeholder. */
public final class DefaultGlobalFeeds implements GlobalFeeds {

    public static GlobalFeeds create(
            FeedRegistry registry,
            Aggregator aggregator,
            @Nullable ViewStore viewStore,
            @Nullable Scheduler scheduler,
            Settings settings) {
        return new DefaultGlobalFeeds();
    }

    @Override
    public void start() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Page query(String collection, Query query) {
        throw new UnsupportedOperationException();
    }

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
    public List<FeedStatus> status() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
