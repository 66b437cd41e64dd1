package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.server.auth.Authenticator;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What administrators are told of one feed: what it is, what its refreshes did, and how it was over the last hours. */
class FeedDetailOverHttpTest {

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .fields("_id", "n")
            .interval(Duration.ofMinutes(5))
            .build();

    private final ManualScheduler time = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryFeedRegistry registry = new InMemoryFeedRegistry(POSTS);
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(registry)
            .aggregator(databases)
            .scheduler(time)
            .build();
    private final Origin.Place away =
            new Origin.Place("http://127.0.0.1:5984", false, Instant.parse("2026-11-28T10:00:00Z"), "no connection");
    private Instant startedAt;
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < 3; i++) {
            post("userdb-" + i, "p");
        }
        startedAt = time.instant();
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0),
                new HttpService.Feeds(feeds, new Origin("CouchDB somewhere", "_db_updates", () -> List.of(away))),
                Authenticator.none(),
                time);
        feeds.start();
        await().until(() -> feeds.status("posts").nextRefresh() != null);
        advance(Duration.ZERO);
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
    }

    private void post(String database, String id) {
        databases.put(database, "{\"_id\":\"" + id + "\",\"type\":\"post\",\"n\":1}");
    }

    private void advance(Duration duration) {
        Subscription following = time.follow(feeds);
        time.advance(duration);
        following.close();
    }

    private JsonNode get(String path) throws IOException {
        return new ObjectMapper()
                .readTree(new Http(service.port()).send("GET", path, "").body());
    }

    @Test
    void itsDefinitionAndStateAreTold() throws IOException {
        JsonNode feed = get("/feeds/posts");

        assertThat(feed.path("collection").textValue()).isEqualTo("posts");
        assertThat(feed.at("/view/rows").intValue()).isEqualTo(3);
        assertThat(feed.at("/definition/collectionName").textValue()).isEqualTo("posts");
        assertThat(feed.at("/definition/aggregationInterval").textValue()).isEqualTo("5m");
        assertThat(feed.path("problems")).isEmpty();
    }

    @Test
    void aCollectionWithoutAFeedIsNotFound() {
        assertThat(new Http(service.port()).send("GET", "/feeds/notes", "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void itsRefreshesAreTheNewestFirst() throws IOException {
        post("userdb-new", "p");
        databases.delete("userdb-0", "p");
        advance(Duration.ofMinutes(5));

        JsonNode refreshes = get("/feeds/posts").path("refreshes");

        assertThat(refreshes).hasSize(2);
        assertThat(refreshes.get(0).toString())
                .isEqualTo("{\"startedAt\":\"" + startedAt.plus(Duration.ofMinutes(5))
                        + "\",\"tookSeconds\":0.0,\"why\":\"interval\",\"outcome\":\"changed\",\"reason\":null,"
                        + "\"generation\":2,\"databases\":4,\"moved\":2,\"rows\":3,\"added\":1,\"changed\":0,"
                        + "\"removed\":1,\"behind\":0}");
        assertThat(refreshes.get(1).path("why").textValue()).isEqualTo("first");
        assertThat(get("/feeds").at("/feeds/0/lastRefresh")).isEqualTo(refreshes.get(0));
    }

    @Test
    void aRefreshThatFailedSaysWhy() throws IOException {
        for (int i = 0; i < 3; i++) {
            databases.fail("userdb-" + i, new ConnectException("no route"));
        }
        registry.put(FeedDefinition.builder("events").selector("{}").build());
        await().until(() -> feeds.status("events").nextRefresh() != null);
        advance(Duration.ZERO);

        JsonNode events = get("/feeds/events");
        JsonNode last = events.path("refreshes").get(0);
        assertThat(events.path("view").isNull()).isTrue();
        assertThat(events.at("/history/0/rows").isNull()).isTrue();
        assertThat(last.path("outcome").textValue()).isEqualTo("failed");
        assertThat(last.path("reason").textValue()).contains("no route");
    }

    @Test
    void noMoreThanAHundredRefreshesAreKept() throws IOException {
        for (int i = 0; i < 105; i++) {
            advance(Duration.ofMinutes(5));
        }

        assertThat(get("/feeds/posts").path("refreshes")).hasSize(100);
    }

    @Test
    void aDatabaseBehindIsNamedWithReasonAndSinceWhen() throws IOException {
        databases.fail("userdb-1", new ConnectException("no route"));
        advance(Duration.ofMinutes(5));
        Instant since = time.instant();
        advance(Duration.ofMinutes(10));

        JsonNode feed = get("/feeds").at("/feeds/0");

        assertThat(feed.path("behind").toString()).isEqualTo("{\"userdb-1\":\"no route\"}");
        assertThat(feed.path("behindDatabases").toString())
                .isEqualTo("[{\"database\":\"userdb-1\",\"kind\":\"away\",\"reason\":\"no route\",\"since\":\"" + since
                        + "\"}]");
    }

    @Test
    void howItWasIsKeptOnceAMinute() throws IOException {
        advance(Duration.ofMinutes(5).plusSeconds(1));
        JsonNode history = get("/feeds/posts").path("history");

        assertThat(history).hasSizeBetween(5, 7);
        assertThat(history.get(history.size() - 1).path("rows").intValue()).isEqualTo(3);
        assertThat(history.findValues("stalenessSeconds").stream()
                        .mapToDouble(JsonNode::doubleValue)
                        .max()
                        .orElseThrow())
                .isBetween(200.0, 300.0);
    }

    @Test
    void whatIsKeptIsOfSixHours() throws IOException {
        advance(Duration.ofHours(8));

        assertThat(get("/feeds/posts").path("history")).hasSize(360);
    }

    @Test
    void aFeedThatGoesIsForgotten() throws IOException {
        registry.remove("posts");
        advance(Duration.ofMinutes(2));
        registry.put(POSTS);
        await().until(() -> feeds.status().size() == 1);

        assertThat(get("/feeds/posts").path("refreshes")).isEmpty();
    }

    @Test
    void theServerAndWhatItReadsFromAreTold() throws IOException {
        JsonNode server = get("/feeds").path("server");

        assertThat(server.path("startedAt").textValue()).isEqualTo(startedAt.toString());
        assertThat(server.path("source").textValue()).isEqualTo("CouchDB somewhere");
        assertThat(server.path("sources").toString())
                .isEqualTo("[{\"name\":\"http://127.0.0.1:5984\",\"state\":\"away\","
                        + "\"since\":\"2026-11-28T10:00:00Z\",\"reason\":\"no connection\"}]");
    }
}
