package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.Refresh;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Opened;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * CouchDB restarted in the middle of what a server does with it. PouchDB Server is in memory here and would forget
 * everything: with that, all connections break and none are accepted for a moment.
 */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchRestartedTest {

    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> USERS = List.of("alice", "bob", "carol", "dave");

    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private final TestDatabases databases = COUCH.databases();
    private final StoredViews views = new StoredViews();
    private final Opened opened = new Opened();
    private final AtomicInteger written = new AtomicInteger();
    private final CouchCluster cluster = COUCH.cluster(proxy.url())
            .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
            .build();
    private final FeedDefinition feed = FeedDefinition.builder("posts")
            .viewName(StoredViews.VIEW)
            .databases(databases.pattern())
            .interval(Duration.ofDays(1))
            .build();

    @AfterEach
    void close() {
        opened.close();
        cluster.close();
        proxy.close();
        views.close();
        databases.close();
    }

    private GlobalFeeds server(FeedDefinition feed) {
        CouchAggregator aggregator =
                opened.add(CouchAggregator.builder(cluster).sweepAlwaysUpTo(0).build());
        CouchViewStore store = opened.add(views.store(cluster).build());
        GlobalFeeds feeds = opened.add(GlobalFeeds.builder()
                .registry(FeedRegistry.of(feed))
                .aggregator(aggregator)
                .viewStore(store)
                .build());
        feeds.start();
        return feeds;
    }

    private void restart() {
        if (!COUCH.capabilities().nodes()) {
            proxy.down();
            proxy.up();
            return;
        }
        RAW.json("POST", "/_node/_local/_restart", null);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> !isUp());
        await().atMost(PATIENCE).until(CouchRestartedTest::isUp);
    }

    private static boolean isUp() {
        try {
            return RAW.send("GET", "/_up", null).statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** Two posts for every user, or others over them. */
    private void write() {
        int stamp = written.incrementAndGet();
        for (String user : USERS) {
            String name = databases.name(user);
            if (stamp == 1) {
                databases.create(user);
            }
            RAW.bulk(name, List.of(post(name, "p1", stamp), post(name, "p2", stamp)));
        }
    }

    private static String post(String database, String id, int stamp) {
        String rev = stamp == 1
                ? ""
                : "\"_rev\":\"%s\","
                        .formatted(RAW.get(database, id).path("_rev").asText());
        return "{\"_id\":\"%s\",%s\"of\":\"%s\",\"stamp\":%d}".formatted(id, rev, database, stamp);
    }

    private static List<Integer> stamps(GlobalFeeds feeds) {
        return feeds.query("posts", Query.all()).documents().stream()
                .map(document -> document.path("stamp").asInt())
                .toList();
    }

    private static void refresh(GlobalFeeds feeds) throws Exception {
        feeds.refresh("posts").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Refreshes while CouchDB is restarted at the first request of that kind. */
    private void refreshAnd(GlobalFeeds feeds, String request) throws Exception {
        AtomicInteger restarts = new AtomicInteger();
        proxy.on(
                request,
                Fault.after(() -> {
                    restart();
                    restarts.incrementAndGet();
                }),
                1);
        try {
            refresh(feeds);
        } catch (ExecutionException e) {
            // It may fail, as long as nothing is lost.
            assertThat(e).hasMessageContaining("127.0.0.1");
        }
        await().atMost(PATIENCE).until(() -> restarts.get() == 1);
        // Nothing mixed, lost or doubled: each user's posts are of one stamp.
        Page page = feeds.query("posts", Query.all());
        assertThat(page.size()).isEqualTo(2 * USERS.size());
        for (String user : USERS) {
            assertThat(page.documents().stream()
                            .filter(post -> post.path("of").asText().equals(databases.name(user)))
                            .map(post -> post.path("stamp").asInt())
                            .distinct())
                    .as("stamps of %s", user)
                    .hasSize(1);
        }
    }

    private void assertConverged(GlobalFeeds feeds) throws Exception {
        refresh(feeds);
        assertThat(stamps(feeds)).hasSize(2 * USERS.size()).containsOnly(written.get());
        assertThat(stored()).hasSize(2 * USERS.size()).containsOnly(written.get());
    }

    /** What another server would find in the store. */
    private List<Integer> stored() {
        try (CouchViewStore store = views.store(cluster).build()) {
            return StoredViews.read(store).rows().values().stream()
                    .flatMap(rows -> rows.values().stream())
                    .map(row -> new String(row.document(), StandardCharsets.UTF_8))
                    .map(document -> Integer.valueOf(document.replaceAll(".*\"stamp\":([0-9]+).*", "$1")))
                    .toList();
        }
    }

    @Test
    void aRestartWhileDatabasesAreReadLosesNothing() throws Exception {
        write();
        try (GlobalFeeds feeds = server(feed)) {
            refresh(feeds);
            write();
            refreshAnd(feeds, RAW.path(databases.name("carol")) + "/(_all_docs|_changes\\?include_docs)");

            assertConverged(feeds);
        }
    }

    @Test
    void aRestartWhileTheViewIsWrittenLosesNothing() throws Exception {
        write();
        try (GlobalFeeds feeds = server(feed)) {
            refresh(feeds);
            write();
            refreshAnd(feeds, "POST .*" + StoredViews.VIEW + ".*_bulk_docs");

            assertConverged(feeds);
        }
    }

    @Test
    void aRestartBeforeTheNewGenerationIsCurrentLosesNothing() throws Exception {
        write();
        try (GlobalFeeds feeds = server(feed)) {
            refresh(feeds);
            write();
            refreshAnd(feeds, "PUT .*pointer");

            assertConverged(feeds);
        }
    }

    @Test
    void whatWasWrittenRightBeforeARestartIsFound() throws Exception {
        write();
        try (GlobalFeeds feeds = server(feed)) {
            refresh(feeds);
            write();
            // CouchDB had no time to note it for _db_updates, and never will.
            restart();

            assertConverged(feeds);
        }
    }

    @Test
    void aContinuousFeedFollowsWhatWasWrittenRightBeforeARestart() throws Exception {
        write();
        FeedDefinition continuous = FeedDefinition.builder("posts")
                .viewName(StoredViews.VIEW)
                .databases(databases.pattern())
                .refresh(Refresh.continuous(Duration.ofDays(1)))
                .build();
        try (GlobalFeeds feeds = server(continuous)) {
            refresh(feeds);
            write();
            restart();

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(stamps(feeds)).hasSize(2 * USERS.size()).containsOnly(written.get()));
        }
    }
}
