package dev.matview.core.internal;

import dev.matview.core.Query;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.live.LiveQueries;
import dev.matview.core.internal.read.QueryLimits;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.internal.refresh.FeedTask;
import dev.matview.core.internal.refresh.Worker;
import dev.matview.core.internal.search.HeldSelection;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Feeds as those follow them who subscribed: that makes nobody refresh a view, and begins with its first page. Thread-safe.
 */
final class FollowedFeeds implements LiveQueries.Feeds {

    private final Worker worker;
    private final FeedReader reader;
    private final Function<Supplier<ServedPage>, @Nullable ServedPage> unlessClosed;
    private final Function<String, FeedTask> task;

    /**
     * @param unlessClosed answers null when all is closed
     * @param task the feed, which refuses where there is none
     */
    FollowedFeeds(
            Worker worker,
            FeedReader reader,
            Function<Supplier<ServedPage>, @Nullable ServedPage> unlessClosed,
            Function<String, FeedTask> task) {
        this.worker = worker;
        this.reader = reader;
        this.unlessClosed = unlessClosed;
        this.task = task;
    }

    @Override
    public Optional<Served> served(String collection) {
        return worker.task(collection).flatMap(FeedTask::served);
    }

    @Override
    public Subscription listen(String collection, Runnable listener) {
        return worker.listen(collection, listener);
    }

    @Override
    public @Nullable ServedPage read(String collection, Query query, HeldSelection held, Budget budget) {
        return unlessClosed.apply(() -> {
            FeedTask asked = task.apply(collection);
            Served served = DefaultGlobalFeeds.served(asked, collection);
            return QueryLimits.within(budget, () -> reader.follow(asked, served, query, held, budget));
        });
    }

    @Override
    public void refill(String collection, Query query, HeldSelection held, Budget budget) {
        served(collection)
                .ifPresent(served -> QueryLimits.within(budget, () -> {
                    reader.refill(served, query, held, budget);
                    return served;
                }));
    }

    @Override
    public int limit(Query query) {
        return reader.limit(query);
    }
}
