package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.Refresh;
import dev.matview.core.registry.FeedDefinitionWriter;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.Ownership;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever builds a thing closes it, in any order, and no thread is left. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchOwnershipTest {

    private final TestDatabases databases = TestCouch.get().databases();
    private final StoredViews views = new StoredViews();
    private final String registryDatabase = databases.name("feeds");
    private final FeedDefinition feed = FeedDefinition.builder("posts")
            .viewName(StoredViews.VIEW)
            .databases(databases.name("user-*"))
            .refresh(Refresh.continuous(Duration.ofHours(1)))
            .build();

    @AfterEach
    void drop() {
        views.close();
        databases.close();
    }

    /** All that a server has, opened, with a view that is served; in the order of opening. */
    private List<AutoCloseable> open() throws InterruptedException {
        databases.create("user-a");
        CouchCluster cluster = TestCouch.get().cluster().build();
        RegistryDatabase.of(cluster, registryDatabase)
                .importJson("test", ("[" + FeedDefinitionWriter.write(feed) + "]").getBytes(StandardCharsets.UTF_8));
        CouchFeedRegistry registry = CouchFeedRegistry.open(cluster, registryDatabase);
        CouchAggregator aggregator = CouchAggregator.of(cluster);
        CouchViewStore store = views.store(cluster).build();
        GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(aggregator)
                .viewStore(store)
                .build();
        feeds.start();
        assertThat(feeds.awaitReady(Duration.ofSeconds(60))).isTrue();
        feeds.subscribe("posts", Query.all(), page -> {});
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Ownership.threads().stream()
                        .anyMatch(thread -> thread.getName().equals("matview-couch-watch")));
        return List.of(cluster, registry, aggregator, store, feeds);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void whoeverIsClosedFirstNothingIsComplainedOf(int first) throws Exception {
        List<AutoCloseable> opened = new ArrayList<>(open());
        Collections.rotate(opened, -first);

        Ownership.assertQuietlyClosed(opened);
    }

    @Test
    void noThreadIsLeftAndAllAreDaemons() throws Exception {
        Set<Thread> before = Ownership.threads();
        List<AutoCloseable> opened = new ArrayList<>(open());
        assertThat(Ownership.threads()).hasSizeGreaterThan(before.size()).allMatch(Thread::isDaemon);

        Collections.reverse(opened);
        for (AutoCloseable one : opened) {
            one.close();
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(Ownership.threads()).isSubsetOf(before));
    }
}
