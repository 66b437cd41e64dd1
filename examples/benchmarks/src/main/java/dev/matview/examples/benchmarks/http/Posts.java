package dev.matview.examples.benchmarks.http;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;

/** The feed that all of this is measured with: a page of 100 posts has about 21 KB. */
final class Posts {

    private static final String CONTENT =
            "A post as long as most of them are. ".repeat(5).substring(0, 150);

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final int users;
    private int written;

    Posts(int users) {
        this.users = users;
    }

    /** @param at by which the newest comes first */
    void write(long at) {
        databases.put(
                "userdb-" + written % users,
                "{\"_id\":\"post-%07d\",\"type\":\"post\",\"at\":%d,\"content\":\"%s\"}"
                        .formatted(written, at, CONTENT));
        written++;
    }

    /** The feed over them, not started. */
    GlobalFeeds feeds(Scheduler scheduler) {
        return GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                        .selector("{\"type\": \"post\"}")
                        .fields("_id", "at", "content")
                        .sort("[{\"at\": \"desc\"}]")
                        .build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
    }
}
