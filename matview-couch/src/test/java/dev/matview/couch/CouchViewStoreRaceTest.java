package dev.matview.couch;

import static dev.matview.couch.StoredViews.VIEW;
import static dev.matview.couch.StoredViews.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.spi.Row;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Opened;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.Tool;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two servers on one CouchDB. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchViewStoreRaceTest {

    private static final int REFRESHES = 40;
    private static final FeedDefinition POSTS =
            FeedDefinition.builder("posts").interval(Duration.ofHours(1)).build();

    private final StoredViews views = new StoredViews();
    private final Opened opened = new Opened();
    private final CouchCluster cluster =
            TestCouch.get().cluster().requestsInFlight(16).build();
    private final InMemoryDatabases sources = new InMemoryDatabases();

    @AfterEach
    void close() {
        opened.close();
        cluster.close();
        views.close();
    }

    private GlobalFeeds server() {
        CouchViewStore store = opened.add(
                views.store(cluster).cleanupGrace(Duration.ofMillis(100)).build());
        GlobalFeeds feeds = opened.add(GlobalFeeds.builder()
                .registry(FeedRegistry.of(POSTS))
                .aggregator(sources)
                .viewStore(store)
                .build());
        feeds.start();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> feeds.status("posts").nextRefresh() != null
                        || feeds.status("posts").progress() != null);
        return feeds;
    }

    private void write(int stamp) {
        for (int user = 0; user < 10; user++) {
            for (int post = 0; post < 3; post++) {
                sources.put("userdb-" + user, "{\"_id\":\"p" + post + "\",\"stamp\":" + stamp + "}");
            }
        }
    }

    private static Set<String> stamps(CouchViewStore store) {
        return read(store).rows().values().stream()
                .flatMap(rows -> rows.values().stream())
                .map(CouchViewStoreRaceTest::stamp)
                .collect(Collectors.toSet());
    }

    private static String stamp(Row row) {
        return new String(row.document(), StandardCharsets.UTF_8).replaceAll(".*\"stamp\":([0-9]+).*", "$1");
    }

    @Tag("slow")
    @Test
    void twoServersToldToRefreshAtOnceBothServeTheWinnersGeneration() throws Exception {
        write(0);
        try (GlobalFeeds one = server();
                GlobalFeeds other = server();
                CouchViewStore reader = views.store(cluster).build()) {
            one.refresh("posts").get(60, TimeUnit.SECONDS);
            other.refresh("posts").get(60, TimeUnit.SECONDS);
            try (Readers readers = new Readers(List.of(one, other))) {
                for (int stamp = 1; stamp <= REFRESHES; stamp++) {
                    write(stamp);
                    List<CompletableFuture<RefreshResult>> refreshes =
                            List.of(one.refresh("posts"), other.refresh("posts"));
                    for (CompletableFuture<RefreshResult> refresh : refreshes) {
                        refresh.get(60, TimeUnit.SECONDS);
                    }
                    assertThat(stamps(reader)).containsExactly(Integer.toString(stamp));
                    long generation = reader.read(VIEW, 0).orElseThrow().head().generation();
                    await().atMost(Duration.ofSeconds(2))
                            .pollDelay(Duration.ZERO)
                            .pollInterval(Duration.ofMillis(10))
                            .until(() -> one.status("posts").view().generation() == generation
                                    && other.status("posts").view().generation() == generation);
                }
                assertThat(readers.seen()).containsOnly("30 rows of 1 stamp");
            }
        }
    }

    /** Read all the time, one thread a server, and note what kinds of answers there were. */
    private static final class Readers implements AutoCloseable {
        private final Set<String> seen = ConcurrentHashMap.newKeySet();
        private final List<Thread> threads;
        private volatile boolean closed;

        Readers(List<GlobalFeeds> servers) {
            threads = servers.stream()
                    .map(server -> new Thread(() -> read(server), "reader"))
                    .toList();
            threads.forEach(Thread::start);
        }

        private void read(GlobalFeeds server) {
            while (!closed) {
                try {
                    List<ObjectNode> rows = server.query("posts", Query.all()).documents();
                    long stamps = rows.stream()
                            .map(row -> row.path("stamp").asInt())
                            .distinct()
                            .count();
                    seen.add(rows.size() + " rows of " + stamps + " stamp");
                } catch (RuntimeException e) {
                    seen.add(e.toString());
                }
            }
        }

        Set<String> seen() {
            return seen;
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
