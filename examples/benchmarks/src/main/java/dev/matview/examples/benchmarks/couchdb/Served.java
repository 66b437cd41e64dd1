package dev.matview.examples.benchmarks.couchdb;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.Refresh;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchViewStore;
import java.time.Duration;

/** A feed of the posts of all user databases, with its view in the same CouchDB. */
final class Served implements AutoCloseable {

    static final String FEED = "posts";

    private final CouchCluster cluster;
    private final CouchAggregator aggregator;
    private final CouchViewStore store;
    final GlobalFeeds feeds;

    /** @param view whose view: another has another */
    Served(PlainCouch couch, UserDatabases users, String view, Refresh refresh) {
        FeedDefinition feed = FeedDefinition.builder(FEED)
                .refresh(refresh)
                .selector("{\"type\":\"post\"}")
                .fields("_id", "content", "author", "createdAt")
                .sort("[{\"createdAt\":\"desc\"}]")
                .databases(users.pattern())
                .build();
        cluster = couch.cluster();
        aggregator = CouchAggregator.of(cluster);
        store = CouchViewStore.builder(cluster).prefix(users.prefix(view)).build();
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(feed))
                .aggregator(aggregator)
                .viewStore(store)
                .build();
    }

    /** How long it takes from the start until there is a generation, in seconds. */
    double firstRefresh() throws InterruptedException {
        long began = System.nanoTime();
        feeds.start();
        if (!feeds.awaitReady(Duration.ofMinutes(4))) {
            throw new IllegalStateException("no generation: " + feeds.status());
        }
        return since(began);
    }

    /** How long a refresh takes that finds so many databases moved, in seconds; of none it writes nothing. */
    double refresh(int moved) {
        long began = System.nanoTime();
        RefreshResult result = feeds.refresh(FEED).join();
        double seconds = since(began);
        if (result.moved() != moved || result.behindCount() > 0 || result.changed() != (moved > 0)) {
            throw new IllegalStateException("not the refresh that was expected: " + result);
        }
        return seconds;
    }

    static double since(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    @Override
    public void close() {
        feeds.close();
        store.close();
        aggregator.close();
        cluster.close();
    }
}
