package com.example;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import java.time.Duration;

/** Everybody's posts, from databases in memory. */
public final class App {

    private App() {}

    public static void main(String[] args) throws InterruptedException {
        FeedDefinition posts = FeedDefinition.builder("posts")
                .selector("{\"type\": \"post\"}")
                .fields("content")
                .interval(Duration.ofMinutes(5))
                .build();
        try (InMemoryDatabases users = new InMemoryDatabases();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(posts))
                        .aggregator(users)
                        .build()) {
            users.put("userdb-ada", "{\"_id\": \"1\", \"type\": \"post\", \"content\": \"Hello, I am Ada.\"}");
            users.put(
                    "userdb-bela", "{\"_id\": \"1\", \"type\": \"post\", \"content\": \"Fresh bread at the corner.\"}");
            feeds.start();
            if (!feeds.awaitReady(Duration.ofSeconds(30))) {
                throw new IllegalStateException("no first generation: " + feeds.status());
            }
            feeds.query("posts", Query.all()).documents().forEach(System.out::println);
        }
    }
}
