package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.access.Caller;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.Refresh;
import dev.matview.core.files.JsonLinesDirectory;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.registry.JsonFileRegistry;
import dev.matview.core.spi.ViewEntry;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.Ownership;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever builds a thing closes it: the feeds what they made themselves, and nothing that they were given. */
class OwnershipTest {

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .refresh(Refresh.continuous(Duration.ofMinutes(5)))
            .build();

    private static final Query OWN =
            Query.builder().caller(new Caller("did:x:a", "userdb-a")).build();

    @TempDir
    Path directory;

    private static InMemoryDatabases databases() {
        InMemoryDatabases databases = new InMemoryDatabases();
        databases.put("userdb-a", "{\"_id\":\"1\",\"type\":\"post\"}");
        return databases;
    }

    private static GlobalFeeds.Builder over(InMemoryDatabases databases) {
        return GlobalFeeds.builder().registry(FeedRegistry.of(POSTS)).aggregator(databases);
    }

    @Test
    void whatTheFeedsWereGivenIsOfUseToTheNext() {
        InMemoryDatabases databases = databases();
        InMemoryViewStore store = new InMemoryViewStore();
        ManualScheduler scheduler = new ManualScheduler();
        for (int n = 1; n <= 2; n++) {
            try (GlobalFeeds feeds =
                    over(databases).viewStore(store).scheduler(scheduler).build()) {
                feeds.start();
                scheduler.await(feeds.refresh("posts"));

                assertThat(feeds.query("posts", Query.all()).size()).isEqualTo(n);
            }
            databases.put("userdb-a", "{\"_id\":\"2\",\"type\":\"post\"}");
        }
        CompletableFuture<Boolean> later = new CompletableFuture<>();
        scheduler.schedule(Duration.ofSeconds(1), () -> later.complete(true));
        scheduler.advance(Duration.ofSeconds(1));

        assertThat(later).isCompletedWithValue(true);
        assertThat(store.views()).extracting(ViewEntry::view).containsExactly("_global_posts");
    }

    @Test
    void nothingStaysScheduledOnASchedulerThatGoesOn() {
        ManualScheduler scheduler = new ManualScheduler();
        InMemoryDatabases databases = databases();
        GlobalFeeds feeds = over(databases).scheduler(scheduler).build();
        feeds.start();
        scheduler.await(feeds.refresh("posts"));
        List<Page> own = new CopyOnWriteArrayList<>();
        List<Page> all = new CopyOnWriteArrayList<>();
        feeds.subscribeOwn("posts", OWN, own::add);
        feeds.subscribe("posts", Query.all(), all::add);
        await().until(() -> !own.isEmpty() && !all.isEmpty());
        databases.put("userdb-a", "{\"_id\":\"2\",\"type\":\"post\"}");
        assertThat(scheduler.nextDue()).isNotEmpty();

        feeds.close();

        assertThat(scheduler.nextDue()).isEmpty();
        databases.put("userdb-a", "{\"_id\":\"3\",\"type\":\"post\"}");
        assertThat(scheduler.nextDue()).as("the databases are watched no more").isEmpty();
    }

    /** Each closes something twice; the names are in the order of closing. */
    static Stream<List<String>> orders() {
        return permutations(List.of("feeds", "databases", "store", "registry", "scheduler"));
    }

    private static Stream<List<String>> permutations(List<String> names) {
        if (names.isEmpty()) {
            return Stream.of(List.of());
        }
        return names.stream().flatMap(first -> {
            List<String> rest =
                    names.stream().filter(name -> !name.equals(first)).toList();
            return permutations(rest).map(tail -> {
                List<String> all = new ArrayList<>(List.of(first));
                all.addAll(tail);
                return all;
            });
        });
    }

    @ParameterizedTest
    @MethodSource("orders")
    void anyOrderOfClosingIsHarmless(List<String> order) throws Exception {
        Path file = Files.writeString(directory.resolve("feeds.json"), """
                [{"collectionName": "posts", "materializedViewName": "_global_posts", "aggregationInterval": "5m",
                  "refresh": {"mode": "continuous"}, "query": {"selector": {}}}]""");
        Files.writeString(directory.resolve("userdb-a.jsonl"), "{\"_id\":\"1\"}\n");
        Scheduler scheduler = Scheduler.system();
        JsonFileRegistry registry = JsonFileRegistry.open(file, scheduler);
        JsonLinesDirectory databases =
                JsonLinesDirectory.builder(directory).scheduler(scheduler).build();
        InMemoryViewStore store = new InMemoryViewStore();
        GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(databases)
                .viewStore(store)
                .scheduler(scheduler)
                .build();
        feeds.start();
        assertThat(feeds.awaitReady(Duration.ofSeconds(30))).isTrue();
        List<Page> pages = new CopyOnWriteArrayList<>();
        feeds.subscribe("posts", Query.all(), pages::add);
        feeds.subscribeOwn("posts", OWN, pages::add);
        // What is being read from a source that somebody closes cannot be read, and the log says so.
        await().until(() -> pages.size() >= 2);

        Ownership.assertQuietlyClosed(order.stream()
                .<AutoCloseable>map(name -> switch (name) {
                    case "feeds" -> feeds;
                    case "databases" -> databases;
                    case "store" -> store;
                    case "registry" -> registry;
                    default -> scheduler;
                })
                .toList());
    }

    @Test
    void noThreadIsLeftAndAllAreDaemons() throws Exception {
        Set<Thread> before = Ownership.threads();
        try (JsonLinesDirectory databases = files();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(POSTS))
                        .aggregator(databases)
                        .build()) {
            feeds.start();
            assertThat(feeds.awaitReady(Duration.ofSeconds(30))).isTrue();
            List<Page> pages = new CopyOnWriteArrayList<>();
            feeds.subscribe("posts", Query.all(), pages::add);
            feeds.subscribeOwn("posts", OWN, pages::add);
            feeds.unusedViews();
            await().until(() -> pages.size() >= 2);

            assertThat(Ownership.threads()).hasSizeGreaterThan(before.size()).allMatch(Thread::isDaemon);
        }

        await().untilAsserted(() -> assertThat(Ownership.threads()).isSubsetOf(before));
    }

    private JsonLinesDirectory files() throws IOException {
        Files.writeString(directory.resolve("userdb-a.jsonl"), "{\"_id\":\"1\",\"type\":\"post\"}\n");
        return JsonLinesDirectory.open(directory);
    }
}
