package dev.matview.examples.embed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import java.time.Duration;

/** Three users with a database each, and one feed of everybody's posts that follows what they write. */
public final class Embed {

    private Embed() {}

    public static void main(String[] args) throws InterruptedException {
        FeedDefinition posts = FeedDefinition.builder("posts")
                .selector("{\"type\": \"post\"}")
                .fields("author", "content", "createdAt")
                .sort("[{\"createdAt\": \"desc\"}]")
                .interval(Duration.ofMinutes(5))
                .build();

        // One try for all that is opened: the feeds are closed first, and close nothing that they were given.
        try (InMemoryDatabases users = new InMemoryDatabases();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(posts))
                        .aggregator(users)
                        .build()) {
            users.put("userdb-alice", post("first", "Alice", "The lake is frozen", "2026-01-10T08:00:00Z"));
            users.put("userdb-bob", post("first", "Bob", "Bread is in the oven", "2026-01-11T06:30:00Z"));
            users.put("userdb-carol", post("first", "Carol", "Off to the hills", "2026-01-09T17:15:00Z"));
            users.put("userdb-carol", "{\"_id\": \"diary\", \"type\": \"note\", \"content\": \"For my eyes only\"}");

            feeds.start();
            if (!feeds.awaitReady(Duration.ofSeconds(30))) {
                throw new IllegalStateException("no first generation: " + feeds.status());
            }
            print("Everybody's posts, newest first", feeds.query("posts", Query.all()));

            users.put("userdb-bob", post("first", "Bob", "Bread is on the table", "2026-01-11T07:10:00Z"));
            users.put("userdb-carol", post("second", "Carol", "Home again", "2026-01-12T19:00:00Z"));
            users.delete("userdb-alice", "first");
            // A feed refreshes itself at its interval; a program that cannot wait for that asks for a refresh.
            feeds.refresh("posts").join();
            print("Bob edited, Carol wrote again, Alice deleted", feeds.query("posts", Query.all()));

            Query ofCarol =
                    Query.builder().selector("{\"author\": \"Carol\"}").limit(1).build();
            print("Carol's newest", feeds.query("posts", ofCarol));
        }
    }

    private static String post(String id, String author, String content, String createdAt) {
        return """
                {"_id": "%s", "type": "post", "author": "%s", "content": "%s", "createdAt": "%s"}""".formatted(id, author, content, createdAt);
    }

    private static void print(String title, Page page) {
        System.out.printf(
                "%s (%d posts of %d users):%n",
                title, page.view().rows(), page.view().databases());
        for (ObjectNode post : page.documents()) {
            System.out.println("  " + post);
        }
    }
}
