package com.example;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchClusterBuilder;
import java.time.Duration;

/** Everybody's posts, from the databases {@code userdb-*} of a CouchDB: its URL, and a user and password if it has them. */
public final class App {

    private App() {}

    public static void main(String[] args) throws InterruptedException {
        CouchClusterBuilder couch = CouchCluster.builder(args[0]);
        if (args.length > 2) {
            couch.credentials(args[1], args[2]);
        }
        FeedDefinition posts = FeedDefinition.builder("posts")
                .selector("{\"type\": \"post\"}")
                .fields("content")
                .interval(Duration.ofMinutes(5))
                .build();
        try (CouchCluster cluster = couch.build();
                CouchAggregator databases = CouchAggregator.of(cluster);
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(posts))
                        .aggregator(databases)
                        .build()) {
            feeds.start();
            if (!feeds.awaitReady(Duration.ofSeconds(30))) {
                throw new IllegalStateException("no first generation: " + feeds.status());
            }
            feeds.query("posts", Query.all()).documents().forEach(System.out::println);
        }
    }
}
