package dev.matview.core.internal;

import dev.matview.core.FeedDefinition;
import dev.matview.core.FeedStatus.Progress;
import dev.matview.core.RefreshResult;
import dev.matview.core.Subscription;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the worker knows of one feed. Its fields are the worker's, read and written under its lock unless volatile. */
final class FeedTask {

    final LiveView live;
    volatile FeedDefinition feed;
    volatile ViewWriter writer;

    /** Null until the stored generation was looked for; a task is not run before. */
    @Nullable
    Instant due;

    boolean running;
    boolean removed;

    @Nullable
    Instant lastStart;
    /** Whether a database changed since the last refresh started. */
    boolean changed;

    int failures;

    @Nullable
    String lastFailure;
    /** How many refreshes in a row left databases behind. */
    int behind;

    volatile @Nullable Visit visit;
    Subscription storeWatch = () -> {};
    /** The newest generation the store told of and that has not been followed; 0 for none. */
    final AtomicLong toFollow = new AtomicLong();

    /** Those who wait for a refresh that has not begun. */
    private List<CompletableFuture<RefreshResult>> waiting = new ArrayList<>();

    FeedTask(FeedDefinition feed, LiveView live, ViewWriter writer) {
        this.feed = feed;
        this.live = live;
        this.writer = writer;
    }

    boolean isContinuous() {
        return feed.refresh().continuous();
    }

    void await(CompletableFuture<RefreshResult> future) {
        waiting.add(future);
    }

    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    List<CompletableFuture<RefreshResult>> takeWaiting() {
        List<CompletableFuture<RefreshResult>> taken = waiting;
        waiting = new ArrayList<>();
        return taken;
    }

    @Nullable
    Progress progress() {
        Visit underWay = visit;
        return underWay == null ? null : underWay.progress();
    }
}
