package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.server.auth.Authenticator;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whether the server lives, and whether it is of use yet, told to whoever asks. */
class HealthOverHttpTest {

    private final ManualScheduler time = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final Slow source = new Slow(databases);
    private final InMemoryFeedRegistry registry =
            new InMemoryFeedRegistry(FeedDefinition.builder("posts").build());
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(registry)
            .aggregator(source)
            .scheduler(time)
            .build();
    private final Origin.Place away = new Origin.Place("http://couch.internal:5984", false, Instant.EPOCH, "refused");
    private HttpService service;
    private Http http;

    /** A visit stops when it has told of two databases of three, until it is let go on. */
    private static final class Slow extends DelegatingAggregator {
        private final CountDownLatch gate = new CountDownLatch(1);
        private volatile boolean broken;

        Slow(InMemoryDatabases databases) {
            super(databases);
        }

        @Override
        public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
            if (broken) {
                throw new IllegalStateException("no connection");
            }
            sink.covers(demands.get(0).feed(), 3);
            sink.unmoved(demands.get(0).feed(), "userdb-1");
            sink.unmoved(demands.get(0).feed(), "userdb-2");
            gate.await();
            super.aggregate(demands, sink);
        }
    }

    @BeforeEach
    void serve() throws IOException {
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0),
                new HttpService.Feeds(feeds, new Origin("CouchDB", "_db_updates", () -> List.of(away))),
                Authenticator.none(),
                time);
        http = new Http(service.port());
    }

    @AfterEach
    void stop() {
        source.gate.countDown();
        service.close();
        feeds.close();
    }

    private HttpResponse<String> ready() {
        return http.send("GET", "/health/ready", "");
    }

    private void start() {
        feeds.start();
        await().until(() -> feeds.status("posts").nextRefresh() != null);
    }

    private void advance() {
        Subscription following = time.follow(feeds);
        time.advance(Duration.ZERO);
        following.close();
    }

    @Test
    void beforeTheRegistryIsReadItLivesAndIsNotReady() {
        assertThat(ready().statusCode()).isEqualTo(503);
        assertThat(ready().body())
                .isEqualTo("{\"status\":\"starting\",\"components\":{\"registry\":{\"status\":\"starting\"},"
                        + "\"feeds\":{\"status\":\"ok\",\"feeds\":0,\"ready\":0,\"failing\":0},"
                        + "\"sources\":{\"status\":\"away\",\"sources\":1,\"away\":1}}}\n");
        HttpResponse<String> live = http.send("GET", "/health/live", "");
        assertThat(live.statusCode()).isEqualTo(200);
        assertThat(live.body()).isEqualTo("{\"status\":\"ok\"}\n");
    }

    @Test
    void whileAFirstBuildRunsItSaysHowFarItIs() {
        start();
        time.advance(Duration.ZERO);

        await().untilAsserted(() -> assertThat(
                        http.query("/data/posts/query?global=true", "{}").body())
                .isEqualTo("{\"error\":\"view_not_ready\",\"reason\":"
                        + "\"The view of posts is being built: 2 of 3 databases are done.\"}\n"));
        assertThat(ready().statusCode()).isEqualTo(503);
        assertThat(http.send("GET", "/health", "").statusCode()).isEqualTo(200);
    }

    @Test
    void itIsReadyWithItsFeedsAndStaysSoWhateverComes() {
        source.gate.countDown();
        start();
        advance();
        assertThat(ready().statusCode()).isEqualTo(200);
        assertThat(ready().body()).startsWith("{\"status\":\"ok\"").doesNotContain("posts", "couch.internal");

        registry.put(FeedDefinition.builder("events").build());
        await().until(() -> feeds.status().size() == 2);

        assertThat(ready().statusCode()).isEqualTo(200);
        assertThat(ready().body()).contains("\"feeds\":{\"status\":\"starting\",\"feeds\":2,\"ready\":1");
    }

    @Test
    void aFeedThatWasTriedInVainTakesNoServerOut() {
        source.broken = true;
        start();
        advance();

        assertThat(ready().statusCode()).isEqualTo(200);
        assertThat(ready().body()).contains("\"feeds\":{\"status\":\"failing\",\"feeds\":1,\"ready\":0,\"failing\":1}");
    }
}
