package dev.matview.server.http;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.Settings;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import java.util.stream.IntStream;

/** Pages as feeds over a database in memory give them, for tests to which it does not matter whence they come. */
public final class SomePage {

    private static final Query OWN =
            Query.builder().caller(new Caller("did:example:a", "userdb-a")).build();

    private static final Page EMPTY = of(Settings.defaults());

    private SomePage() {}

    /** An empty page of a feed. */
    public static Page empty() {
        return EMPTY;
    }

    /** Of documents with these texts. */
    public static Page of(Settings settings, String... texts) {
        InMemoryDatabases databases = new InMemoryDatabases();
        IntStream.range(0, texts.length)
                .forEach(n -> databases.put("userdb-a", "{\"_id\":\"" + n + "\",\"text\":\"" + texts[n] + "\"}"));
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(
                        FeedDefinition.builder("texts").fields("text").build()))
                .aggregator(databases)
                .settings(settings)
                .build()) {
            feeds.start();
            feeds.refresh("texts").join();
            Page page = feeds.query("texts", Query.all());
            // Named while there is somebody to name it.
            page.tag();
            return page;
        }
    }

    /** Pages of so many kilobytes, each of which has them for itself. */
    static Maker ofKilobytes(int kilobytes) {
        InMemoryDatabases databases = new InMemoryDatabases();
        databases.put(
                "userdb-a",
                "{\"_id\":\"a\",\"collection\":\"texts\",\"text\":\"" + "x".repeat(kilobytes * 1024) + "\"}");
        GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of())
                .aggregator(databases)
                .build();
        feeds.start();
        return () -> feeds.queryOwn("texts", OWN);
    }

    interface Maker {
        Page page();
    }
}
