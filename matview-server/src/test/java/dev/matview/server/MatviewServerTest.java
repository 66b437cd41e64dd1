package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.spi.Aggregator;
import dev.matview.server.MatviewServer.FirstViews;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.Http;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.MetricsToken;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server while its first views are built. */
class MatviewServerTest {

    private static final String METRICS_TOKEN = "a-token-that-nobody-guesses";

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryFeedRegistry registry = new InMemoryFeedRegistry(feed("posts"), feed("events"));

    private GlobalFeeds feeds;
    private MatviewServer server;

    /** Each feed reads databases of its own, and fails when none of them can be read. */
    private static FeedDefinition feed(String collection) {
        return FeedDefinition.builder(collection).databases(collection + "-*").build();
    }

    @BeforeEach
    void start() throws IOException {
        databases.put("posts-a", "{\"_id\":\"1\"}");
        databases.put("events-a", "{\"_id\":\"2\"}");
        feeds = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        server = MatviewServer.start(
                feeds,
                Authenticator.none(),
                HttpSettings.of("127.0.0.1", 0).withMetricsToken(MetricsToken.of(METRICS_TOKEN)),
                scheduler);
    }

    @AfterEach
    void stop() {
        server.close();
        feeds.close();
    }

    private FirstViews buildViews() {
        return scheduler.await(CompletableFuture.supplyAsync(server::buildViews));
    }

    private HttpResponse<String> query(String collection) {
        return new Http(server.port()).query("/data/" + collection + "/query?global=true", "{}");
    }

    @Test
    void aFeedThatCannotBeBuiltIsToldAndTheOthersAreServed() {
        databases.fail("events-a", new IOException("no connection"));

        FirstViews views = buildViews();

        assertThat(views.built())
                .extracting(status -> status.feed().collection())
                .containsExactly("posts");
        assertThat(views.failed())
                .extracting(status -> status.feed().collection())
                .containsExactly("events");
        assertThat(query("posts").statusCode()).isEqualTo(200);
        assertThat(query("events").statusCode()).isEqualTo(503);
        assertThat(query("events").body()).contains("view_not_ready");
    }

    @Test
    void aFeedThatCouldNotBeBuiltIsServedAsSoonAsItCan() {
        databases.fail("events-a", new IOException("no connection"));
        buildViews();
        databases.recover("events-a");

        scheduler.advance(Duration.ofMinutes(1));

        await().untilAsserted(() -> assertThat(query("events").body()).startsWith("{\"docs\":[{\"_id\":\"2\","));
    }

    @Test
    void aFeedThatIsTakenOutOfTheRegistryMeanwhileIsNotMissed() {
        CompletableFuture<FirstViews> building = new CompletableFuture<>();
        Thread thread = new Thread(() -> building.completeAsync(server::buildViews, Runnable::run));
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        registry.remove("events");

        FirstViews views = scheduler.await(building);

        assertThat(views.built())
                .extracting(status -> status.feed().collection())
                .containsExactly("posts");
        assertThat(views.failed()).isEmpty();
    }

    @Test
    void viewsAreNotWaitedForWhenTheServerIsClosed() throws IOException {
        CountDownLatch read = new CountDownLatch(1);
        Aggregator slow = (Aggregator) Proxy.newProxyInstance(
                Aggregator.class.getClassLoader(), new Class<?>[] {Aggregator.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("aggregate")) {
                        read.await();
                    }
                    return method.invoke(databases, arguments);
                });
        try (GlobalFeeds waiting = GlobalFeeds.builder()
                        .registry(registry)
                        .aggregator(slow)
                        .scheduler(scheduler)
                        .build();
                MatviewServer closing = MatviewServer.start(
                        waiting, Authenticator.none(), HttpSettings.of("127.0.0.1", 0), scheduler)) {
            CompletableFuture<FirstViews> building = new CompletableFuture<>();
            Thread thread = new Thread(() -> building.completeAsync(closing::buildViews, Runnable::run));
            thread.start();
            await().until(() -> thread.getState() == Thread.State.WAITING);

            closing.close();

            await().until(() -> {
                scheduler.advance(Duration.ofSeconds(10));
                return building.isDone();
            });
            assertThat(building.join().built()).isEmpty();
        } finally {
            read.countDown();
        }
    }

    @Test
    void refreshesAreCountedByHowTheyEnd() {
        databases.fail("events-a", new IOException("no connection"));
        buildViews();
        databases.put("posts-a", "{\"_id\":\"2\"}");
        scheduler.await(feeds.refresh("posts"));
        scheduler.await(feeds.refresh("posts"));

        String metrics = new Http(server.port())
                .send("GET", "/metrics", "", "Authorization", "Bearer " + METRICS_TOKEN)
                .body();

        assertThat(metrics)
                .contains("matview_feed_refresh_seconds_count{collection=\"posts\",outcome=\"changed\"} 2")
                .contains("matview_feed_refresh_seconds_count{collection=\"posts\",outcome=\"unchanged\"} 1")
                .contains("matview_feed_refresh_seconds_sum{collection=\"posts\",outcome=\"changed\"}")
                .contains("matview_feed_refresh_seconds_count{collection=\"events\",outcome=\"failed\"} 1");
    }

    @Test
    void theFeedsStayOpenWhenTheServerIsClosed() {
        buildViews();

        server.close();

        assertThat(feeds.query("posts", Query.all()).size()).isEqualTo(1);
    }
}
