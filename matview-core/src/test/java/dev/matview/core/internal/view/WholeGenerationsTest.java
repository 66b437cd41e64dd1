package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Promise 1: a reader sees exactly one generation, whole. Every document carries a stamp of the state it belongs to. */
class WholeGenerationsTest {

    private static final int USERS = 20;
    private static final int REFRESHES = 1_000;

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final AtomicBoolean done = new AtomicBoolean();

    @Tag("slow")
    @Test
    void aReaderInATightLoopNeverSeesAMixedPage() throws Exception {
        stamp(0);
        FeedDefinition posts = FeedDefinition.builder("posts")
                .fields("stamp")
                .sort("[{\"at\":\"desc\"}]")
                .interval(Duration.ofDays(1))
                .build();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(posts))
                .aggregator(databases)
                .build()) {
            feeds.start();
            feeds.refresh("posts").join();
            List<Future<Integer>> pages = List.of(
                    readers.submit(reader(feeds, Query.all())),
                    readers.submit(reader(
                            feeds,
                            Query.builder().selector("{\"stamp\":{\"$gte\":0}}").build())));
            for (int state = 1; state <= REFRESHES; state++) {
                stamp(state);
                assertThat(feeds.refresh("posts").join().changed()).isTrue();
            }
            done.set(true);
            for (Future<Integer> read : pages) {
                assertThat(read.get()).as("pages read").isPositive();
            }
            assertThat(feeds.query("posts", Query.all()).documents())
                    .extracting(document -> document.path("stamp").asInt())
                    .containsOnly(REFRESHES)
                    .hasSize(USERS);
        } finally {
            done.set(true);
            readers.shutdownNow();
        }
    }

    private void stamp(int state) {
        IntStream.range(0, USERS)
                .forEach(user -> databases.put(
                        "userdb-" + user,
                        "{\"_id\":\"post\",\"at\":%d,\"stamp\":%d}".formatted((user * 7 + state) % USERS, state)));
    }

    private Callable<Integer> reader(GlobalFeeds feeds, Query query) {
        return () -> {
            int pages = 0;
            while (!done.get()) {
                Page page = feeds.query("posts", query);
                List<ObjectNode> documents = page.documents();
                assertThat(documents).hasSize(USERS);
                assertThat(documents.stream().map(ObjectNode::toString).distinct())
                        .as("stamps of generation %d", page.view().generation())
                        .hasSize(1);
                pages++;
            }
            return pages;
        };
    }
}
