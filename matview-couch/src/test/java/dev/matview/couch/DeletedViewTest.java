package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshException;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Opened;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Somebody deletes the database that holds a view, while two servers serve it. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class DeletedViewTest {

    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabases databases = COUCH.databases();
    private final StoredViews views = new StoredViews();
    private final Opened opened = new Opened();
    private final CouchCluster cluster = COUCH.cluster(COUCH.url())
            .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
            .build();

    @AfterEach
    void close() {
        opened.close();
        cluster.close();
        views.close();
        databases.close();
    }

    private GlobalFeeds server() {
        FeedDefinition feed = FeedDefinition.builder("posts")
                .viewName(StoredViews.VIEW)
                .databases(databases.pattern())
                .interval(Duration.ofDays(1))
                .build();
        CouchAggregator aggregator = opened.add(CouchAggregator.of(cluster));
        CouchViewStore store = opened.add(views.store(cluster).build());
        GlobalFeeds feeds = opened.add(GlobalFeeds.builder()
                .registry(FeedRegistry.of(feed))
                .aggregator(aggregator)
                .viewStore(store)
                .build());
        feeds.start();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> feeds.status("posts").nextRefresh() != null
                        || feeds.status("posts").progress() != null);
        return feeds;
    }

    private void write(String id) {
        RAW.json("PUT", RAW.path(databases.name("alice"), id), "{}");
    }

    private static Page page(GlobalFeeds feeds) {
        return feeds.query("posts", Query.all());
    }

    private static void refresh(GlobalFeeds feeds) throws Exception {
        feeds.refresh("posts").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void theServerThatNoticesBuildsTheViewAnewAndTheOtherFollows() throws Exception {
        databases.create("alice");
        write("p1");
        try (GlobalFeeds one = server()) {
            refresh(one);
            write("p2");
            refresh(one);
            try (GlobalFeeds other = server()) {
                assertThat(page(other).view().generation()).isEqualTo(2);
                RAW.json("DELETE", RAW.path(views.current()), null);
                write("p3");
                try {
                    refresh(one);
                } catch (ExecutionException found) {
                    // It may fail once, and is tried again.
                    assertThat(found).hasCauseInstanceOf(RefreshException.class);
                }

                await().atMost(PATIENCE).until(() -> page(one).size() == 3);
                await().atMost(PATIENCE).until(() -> page(other).size() == 3);
                assertThat(page(other).view().generation()).isEqualTo(1);
            }
        }
    }
}
