package dev.matview.server.trial;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.Explanation;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.RefreshListener;
import dev.matview.core.RefreshResult;
import dev.matview.core.Settings;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Aggregator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Feeds built in memory from real databases, of which nothing is written, and asked about. Thread-safe.
 */
public final class Trial implements AutoCloseable {

    /** How long is waited at a time. */
    private static final Duration STEP = Duration.ofSeconds(10);

    private final GlobalFeeds feeds;
    private final ProbingAggregator probing;
    private final Subscription timing;
    private final Map<String, Duration> times = new ConcurrentHashMap<>();

    /**
     * Begins to read; nothing that is given is closed.
     *
     * @param rows how many rows of each feed are to be shown
     */
    public Trial(
            List<FeedDefinition> feeds,
            Aggregator databases,
            UserDatabases users,
            Settings settings,
            Scheduler scheduler,
            int rows) {
        this.probing = new ProbingAggregator(databases, rows);
        this.feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(feeds.toArray(new FeedDefinition[0])))
                .aggregator(probing)
                .scheduler(scheduler)
                .settings(settings)
                .userDatabases(users)
                .build();
        this.timing = this.feeds.onRefresh(new RefreshListener() {
            @Override
            public void refreshed(Run run, RefreshResult result) {
                times.putIfAbsent(run.collection(), run.took());
            }

            @Override
            public void failed(Run run, String reason) {
                times.putIfAbsent(run.collection(), run.took());
            }
        });
        this.feeds.start();
    }

    /** Those that are built. */
    public GlobalFeeds feeds() {
        return feeds;
    }

    /** Returns when each feed is built, or has failed to be. */
    public void await() throws InterruptedException {
        while (!feeds.awaitReady(STEP) && !areDone()) {
            // As long as it takes: whoever has waited long enough ends the process.
        }
    }

    private boolean areDone() {
        return feeds.status().stream().allMatch(status -> status.view() != null || status.failures() > 0);
    }

    /** What became of each feed, by collection. */
    public List<FeedStatus> results() {
        return feeds.status();
    }

    /** How long it took to read the feed's databases and to build it. */
    Duration took(FeedStatus feed) {
        return times.getOrDefault(feed.feed().collection(), Duration.ZERO);
    }

    Optional<FeedProbes> probes(FeedStatus feed) {
        return probing.of(feed.feed());
    }

    /** What it takes to answer a query from the feed. */
    Explanation explain(FeedStatus feed, Query query) {
        return feeds.explain(feed.feed().collection(), query, feeds.budget());
    }

    /**
     * A query as {@code _find} has it, or a selector alone.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static Query query(JsonNode json) {
        if (!json.isObject()) {
            throw new IllegalArgumentException("a query is an object");
        }
        JsonNode selector = json.path("selector");
        JsonNode sort = json.path("sort");
        Query.Builder query = Query.builder().selector(Selector.compile(selector.isObject() ? selector : json));
        if (selector.isObject() && sort.isArray()) {
            query.sort(SortOrder.compile(sort));
        }
        return query.build();
    }

    @Override
    public void close() {
        timing.close();
        feeds.close();
    }
}
