package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.ViewDelta;
import dev.matview.testkit.ManualScheduler;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A document that many rows refer to is in memory once. */
class SharedReferencesTest {

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryViewStore store = new InMemoryViewStore();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                    .selector("{\"type\":\"post\"}")
                    .expand(List.of("author", "editor"))
                    .build()))
            .aggregator(databases)
            .viewStore(store)
            .scheduler(scheduler)
            .build();

    @BeforeEach
    void start() {
        feeds.start();
        databases.put("userdb-bob", "{\"_id\":\"me\",\"text\":\"" + "x".repeat(1_000) + "\"}");
        for (int n = 0; n < 10; n++) {
            post("userdb-" + n, "1");
        }
        refresh();
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    private void post(String user, String id) {
        databases.put(
                user,
                "{\"_id\":\"%s\",\"type\":\"post\",\"author\":{\"did\":\"x:bob\",\"ref\":\"me\"},\"editor\":{\"did\":\"x:bob\",\"ref\":\"me\"}}"
                        .formatted(id));
    }

    private void refresh() {
        scheduler.await(feeds.refresh("posts"));
    }

    /** The arrays, as objects, that the rows of the view hold of the documents they refer to. */
    private Set<byte[]> held() {
        Set<byte[]> held = Collections.newSetFromMap(new IdentityHashMap<>());
        ViewDelta view = store.read("_global_posts", 0).orElseThrow();
        view.slices()
                .forEach(slice -> slice.put()
                        .forEach(row -> row.expansions().forEach(expansion -> held.add(expansion.document()))));
        return held;
    }

    @Test
    void allRowsShareIt() {
        assertThat(held()).hasSize(1).doesNotContainNull();
    }

    @Test
    void rowsThatComeLaterShareItToo() {
        for (int n = 0; n < 5; n++) {
            post("userdb-" + n, "2");
            refresh();
        }
        assertThat(held()).hasSize(1);
    }

    @Test
    void oneThatChangesIsHeldOnceAgain() {
        databases.put("userdb-bob", "{\"_id\":\"me\",\"text\":\"" + "y".repeat(1_000) + "\"}");
        refresh();

        assertThat(held()).hasSize(1);
    }
}
