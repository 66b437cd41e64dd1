package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.paged.PagedInMemoryStore;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.Seed;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Two servers on one store that serves pages: what one commits the other follows, and what both find is lost by neither. */
class PagedNodesTest {

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .sort("[{\"at\":\"desc\"}]")
            .expand(java.util.List.of("author"))
            .build();

    private final ManualScheduler scheduler = new ManualScheduler();
    private final PagedInMemoryStore store = new PagedInMemoryStore(scheduler);
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final Random random = Seed.random();

    private GlobalFeeds.Builder node() {
        return GlobalFeeds.builder()
                .registry(FeedRegistry.of(POSTS))
                .aggregator(databases)
                .scheduler(scheduler)
                .settings(Settings.builder().pageSize(500).build());
    }

    private static String json(GlobalFeeds feeds) {
        return new String(feeds.query("posts", Query.all()).json());
    }

    private void write() {
        String database = "userdb-" + random.nextInt(6);
        String id = "p" + random.nextInt(5);
        switch (random.nextInt(8)) {
            case 0 -> databases.drop(database);
            case 1 -> databases.delete(database, id);
            default ->
                databases.put(
                        database,
                        "{\"_id\":\"%s\",\"at\":%d,\"author\":{\"did\":\"x:%d\",\"ref\":\"p%d\"},\"acl\":{\"read\":{\"allow\":[\"*\"]}}}"
                                .formatted(id, random.nextInt(3), random.nextInt(6), random.nextInt(5)));
        }
    }

    @Test
    void bothShowWhatEitherFound() {
        try (GlobalFeeds one = node().viewStore(store).build();
                GlobalFeeds other = node().viewStore(store).build();
                GlobalFeeds alone = node().build()) {
            write();
            one.start();
            other.start();
            alone.start();
            for (int round = 0; round < 40; round++) {
                for (int i = random.nextInt(6); i >= 0; i--) {
                    write();
                }
                CompletableFuture<RefreshResult> first = one.refresh("posts");
                CompletableFuture<RefreshResult> second = other.refresh("posts");
                scheduler.await(first);
                scheduler.await(second);
                scheduler.await(alone.refresh("posts"));
                String expected = json(alone);
                await().atMost(Duration.ofSeconds(20)).until(() -> json(one).equals(expected));
                await().atMost(Duration.ofSeconds(20)).until(() -> json(other).equals(expected));
                assertThat(one.status("posts").failures()).isZero();
                scheduler.advance(Duration.ofSeconds(2));
            }
        }
    }
}
