package dev.matview.core.internal.refresh;

import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.ViewStore;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;

/** A node in memory whose visits are counted. Time stands still unless a test moves it. */
abstract class WorkerFixture {

    static final FeedDefinition POSTS =
            feed("posts").interval(Duration.ofMinutes(5)).build();

    final ManualScheduler scheduler = new ManualScheduler();
    final GatedAggregator aggregator = new GatedAggregator();
    final InMemoryViewStore store = new InMemoryViewStore();
    final NodeStore nodeStore = new NodeStore(store);
    final InMemoryFeedRegistry registry = new InMemoryFeedRegistry();
    final GlobalFeeds feeds = node(registry, aggregator, nodeStore);

    static FeedDefinition.Builder feed(String collection) {
        return FeedDefinition.builder(collection)
                .selector("{\"type\":\"post\"}")
                .fields("_id", "n");
    }

    GlobalFeeds node() {
        return node(registry);
    }

    GlobalFeeds node(FeedRegistry registry) {
        return node(registry, aggregator, store);
    }

    GlobalFeeds node(FeedRegistry registry, GatedAggregator aggregator, ViewStore store) {
        return GlobalFeeds.builder()
                .registry(registry)
                .aggregator(aggregator)
                .viewStore(store)
                .scheduler(scheduler)
                .build();
    }

    @AfterEach
    void close() {
        aggregator.openGate();
        feeds.close();
    }

    void start(FeedDefinition... definitions) {
        for (FeedDefinition definition : definitions) {
            registry.put(definition);
        }
        start(feeds);
        boolean follows =
                Arrays.stream(definitions).anyMatch(one -> one.refresh().continuous());
        if (follows && aggregator.isWatchable()) {
            // What changes before is found too, and not before that.
            await().until(() -> aggregator.watchers.get() > 0);
        }
    }

    /** Starts a node, and waits until it has looked for what the store holds. */
    static void start(GlobalFeeds node) {
        node.start();
        await().until(() ->
                node.status().stream().allMatch(status -> status.nextRefresh() != null || status.progress() != null));
    }

    void post(String user, String id, int n) {
        aggregator.databases.put(user, "{\"_id\":\"%s\",\"type\":\"post\",\"n\":%d,\"m\":7}".formatted(id, n));
    }

    /** Moves the time and waits until the visits that this causes are done. */
    void advance(Duration duration) {
        Subscription following = scheduler.follow(feeds);
        scheduler.advance(duration);
        following.close();
    }

    /** Waits until the visits under way are done; none that is due now is begun. */
    void settle() {
        await().until(() -> feeds.status().stream().allMatch(status -> status.nextRefresh() != null));
    }

    /** Runs what is due now, also if it falls due only a moment later on another thread. */
    void awaitVisits(int visits) {
        await().until(() -> {
            scheduler.advance(Duration.ZERO);
            return visits() == visits;
        });
    }

    String json(String collection) {
        return json(feeds, collection);
    }

    static String json(GlobalFeeds feeds, String collection) {
        return new String(feeds.query(collection, Query.all()).json());
    }

    int visits() {
        return aggregator.visits.size();
    }
}
