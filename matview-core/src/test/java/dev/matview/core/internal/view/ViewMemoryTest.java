package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshListener;
import dev.matview.core.RefreshResult;
import dev.matview.core.Settings;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.Views;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A refresh that would take more memory than views may take fails; what is served stays. */
class ViewMemoryTest {

    private static final long MEGABYTE = 1 << 20;

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryViewStore store = new InMemoryViewStore();
    private final InMemoryFeedRegistry registry =
            new InMemoryFeedRegistry(feed("posts").build());
    private final GlobalFeeds feeds = node(registry);

    private static FeedDefinition.Builder feed(String collection) {
        return FeedDefinition.builder(collection)
                .selector("{\"type\":\"" + collection + "\"}")
                .interval(Duration.ofHours(1));
    }

    private GlobalFeeds node(InMemoryFeedRegistry registry) {
        return GlobalFeeds.builder()
                .registry(registry)
                .aggregator(databases)
                .viewStore(store)
                .settings(Settings.builder().maxViewBytes(MEGABYTE).build())
                .build();
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    /** Documents of about a tenth of what all views may take. */
    private void put(String database, String type, int from, int count) {
        for (int i = from; i < from + count; i++) {
            databases.put(
                    database,
                    "{\"_id\":\"" + type + i + "\",\"type\":\"" + type + "\",\"text\":\"" + "x".repeat(100_000)
                            + "\"}");
        }
    }

    private static RefreshResult refresh(GlobalFeeds node, String collection) {
        return node.refresh(collection).join();
    }

    private static void assertTooLarge(CompletableFuture<?> refresh, String... parts) {
        assertThatThrownBy(refresh::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(RefreshException.class)
                .hasMessageContaining("--max-view-bytes")
                .hasMessageContaining("1.0 MiB")
                .hasMessageContainingAll(parts);
    }

    private int rows(GlobalFeeds node, String collection) {
        return node.query(collection, Query.all()).documents().size();
    }

    @Test
    void aRefreshThatWouldTakeMoreFailsAndWhatIsServedStays() {
        put("userdb-a", "posts", 0, 4);
        feeds.start();
        assertThat(refresh(feeds, "posts").rows()).isEqualTo(4);
        put("userdb-b", "posts", 0, 9);

        assertTooLarge(feeds.refresh("posts"), "the refresh of posts failed", "MiB of generations that are kept");

        assertThat(rows(feeds, "posts")).isEqualTo(4);
        assertThat(feeds.status("posts").lastFailure()).contains("--max-view-bytes");
        assertThat(feeds.status("posts").bytes()).isBetween(400_000L, 410_000L);

        // What was collected is given back.
        for (int i = 1; i < 9; i++) {
            databases.delete("userdb-b", "posts" + i);
        }
        assertThat(refresh(feeds, "posts").rows()).isEqualTo(5);
    }

    @Test
    void oneLargeDatabaseIsNotReadIntoMemoryFirst() {
        put("userdb-a", "posts", 0, 30);
        feeds.start();

        assertTooLarge(feeds.refresh("posts"), "the rows it has found so far take 1.");
        assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(ViewNotReadyException.class);
    }

    @Test
    void allViewsCountTogetherAndAnotherFeedIsNotHeldUp() {
        put("userdb-a", "posts", 0, 6);
        put("userdb-a", "events", 0, 6);
        put("userdb-a", "notes", 0, 2);
        feeds.start();
        refresh(feeds, "posts");
        registry.put(feed("events").build());
        registry.put(feed("notes").build());

        assertTooLarge(feeds.refresh("events"), "the refresh of events failed");
        assertThat(refresh(feeds, "notes").rows()).isEqualTo(2);
        assertThat(rows(feeds, "posts")).isEqualTo(6);

        registry.remove("posts");
        // What the feed had is given up by another thread.
        await().ignoreExceptionsInstanceOf(CompletionException.class)
                .untilAsserted(() -> assertThat(refresh(feeds, "events").rows()).isEqualTo(6));
    }

    /** An index is a matter of cost: it is let go for rows, and made again when they have gone. */
    @Test
    void indexesHaveWhatRowsLeave() {
        put("userdb-a", "posts", 0, 6);
        put("userdb-a", "notes", 0, 4);
        registry.put(feed("posts").indexes("[[\"text\"]]").build());
        feeds.start();
        refresh(feeds, "posts");
        assertThat(feeds.status("posts").indexes())
                .singleElement()
                .satisfies(index -> assertThat(index.bytes()).isGreaterThan(100_000));

        registry.put(feed("notes").build());
        assertThat(refresh(feeds, "notes").rows()).isEqualTo(4);
        await().untilAsserted(() -> assertThat(feeds.status("posts").indexes()).isEmpty());

        registry.remove("notes");
        await().untilAsserted(() -> {
            refresh(feeds, "posts");
            assertThat(feeds.status("posts").indexes()).hasSize(1);
        });
    }

    @Test
    void aLimitedFeedCountsTheRowsItKeeps() {
        put("userdb-a", "posts", 0, 30);
        registry.put(feed("posts").limit(3).build());
        feeds.start();

        assertThat(refresh(feeds, "posts").rows()).isEqualTo(3);
    }

    @Test
    void aRefreshThatReplacesRowsCountsThemOnce() {
        put("userdb-a", "posts", 0, 4);
        feeds.start();
        for (int i = 0; i < 10; i++) {
            put("userdb-a", "posts", 0, 4);
            assertThat(refresh(feeds, "posts").rows()).isEqualTo(4);
        }
        assertThat(feeds.status("posts").bytes()).isBetween(400_000L, 410_000L);
    }

    @Test
    void whenARefreshHasEndedItsRoomIsThereForTheNext() throws InterruptedException {
        put("userdb-a", "posts", 0, 3);
        put("userdb-a", "events", 0, 3);
        registry.put(feed("events").build());
        feeds.start();
        assertThat(feeds.awaitReady(Duration.ofSeconds(30))).isTrue();
        put("userdb-a", "posts", 0, 3);
        put("userdb-a", "events", 0, 3);
        List<Integer> rows = new CopyOnWriteArrayList<>();
        RefreshListener another = new RefreshListener() {
            @Override
            public void refreshed(Run run, RefreshResult result) {
                if (result.collection().equals("posts")) {
                    rows.add(feeds.refresh("events")
                            .orTimeout(30, TimeUnit.SECONDS)
                            .join()
                            .rows());
                }
            }

            @Override
            public void failed(Run run, String reason) {}
        };
        try (Subscription told = feeds.onRefresh(another)) {
            assertThat(told).isNotNull();
            refresh(feeds, "posts");
        }

        assertThat(rows).containsExactly(3);
    }

    @Test
    void aStoredViewThatIsTooLargeIsNotLoaded() {
        Row row = Views.row("userdb-a", "p", "{}");
        ViewHead head = new ViewHead(
                1,
                registry.contents().feeds().get(0).fingerprint(),
                Instant.now(),
                1,
                0,
                0,
                2 * MEGABYTE,
                ViewHead.FORMAT,
                null);
        store.commit(new ViewDelta("_global_posts", 0, true, head, List.of(Views.put("userdb-a", 1, row)), Set.of()));

        feeds.start();

        assertTooLarge(feeds.refresh("posts"), "its stored view takes 2.0 MiB");
        assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(ViewNotReadyException.class);
    }

    @Test
    void theSizeOfAViewIsStoredWithIt() {
        put("userdb-a", "posts", 0, 4);
        feeds.start();
        refresh(feeds, "posts");

        assertThat(store.head("_global_posts").orElseThrow().bytes())
                .isEqualTo(feeds.status("posts").bytes());
    }
}
