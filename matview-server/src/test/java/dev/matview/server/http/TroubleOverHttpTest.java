package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Subscription;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.registry.JsonFileRegistry;
import dev.matview.core.spi.AggregationException;
import dev.matview.server.auth.Authenticator;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bad hour: each trouble is told with what, why and since when, once; and so is that it is over. */
class TroubleOverHttpTest {

    private static final String REGISTRY = """
            [{"collectionName": "posts", "materializedViewName": "_global_posts", "aggregationInterval": "5m",
              "query": {"selector": {"type": "post"}}}]
            """;

    @TempDir
    private Path directory;

    private final ManualScheduler time = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final Source source = new Source(databases);
    private Path file;
    private JsonFileRegistry registry;
    private GlobalFeeds feeds;
    private HttpService service;

    /** May be away as a whole. */
    private static final class Source extends DelegatingAggregator {
        private volatile boolean away;

        Source(InMemoryDatabases databases) {
            super(databases);
        }

        @Override
        public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
            if (away) {
                throw new AggregationException("no connection to the CouchDB", new IOException("refused"));
            }
            super.aggregate(demands, sink);
        }
    }

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < 500; i++) {
            databases.put("userdb-" + i, "{\"_id\":\"p\",\"type\":\"post\"}");
        }
        file = Files.writeString(directory.resolve("feeds.json"), REGISTRY);
        registry = JsonFileRegistry.open(file, time);
        feeds = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(source)
                .scheduler(time)
                .build();
        service = HttpService.start(HttpSettings.of("127.0.0.1", 0), feeds, Authenticator.none(), time);
        feeds.start();
        await().until(() -> feeds.status("posts").nextRefresh() != null);
        advance(Duration.ZERO);
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
        registry.close();
    }

    private void advance(Duration duration) {
        Subscription following = time.follow(feeds);
        time.advance(duration);
        following.close();
    }

    private JsonNode posts() throws IOException {
        return new ObjectMapper()
                .readTree(
                        new Http(service.port()).send("GET", "/feeds/posts", "").body());
    }

    private static JsonNode lastRefresh(JsonNode posts) {
        return posts.path("refreshes").get(0);
    }

    @Test
    void threeOfManyDatabasesFailAndHeal() throws IOException {
        for (int i = 7; i < 10; i++) {
            databases.fail("userdb-" + i, new SocketTimeoutException("no answer"));
        }
        advance(Duration.ofMinutes(5));
        Instant since = time.instant();
        advance(Duration.ofMinutes(12));

        JsonNode behind = posts();
        assertThat(behind.path("behindDatabases")).hasSize(3).allSatisfy(one -> {
            assertThat(one.path("kind").textValue()).isEqualTo("late");
            assertThat(one.path("reason").textValue()).isEqualTo("no answer");
            assertThat(one.path("since").textValue()).isEqualTo(since.toString());
        });
        assertThat(behind.path("behindDatabases").findValuesAsText("database"))
                .containsExactly("userdb-7", "userdb-8", "userdb-9");
        assertThat(behind.path("failures").intValue()).isZero();
        assertThat(lastRefresh(behind).path("behind").intValue()).isEqualTo(3);
        assertThat(lastRefresh(behind).path("why").textValue()).isEqualTo("retry");
        assertThat(behind.at("/view/rows").intValue()).isEqualTo(500);

        for (int i = 7; i < 10; i++) {
            databases.recover("userdb-" + i);
        }
        advance(Duration.ofMinutes(5));

        JsonNode healed = posts();
        assertThat(healed.path("behindDatabases")).isEmpty();
        assertThat(lastRefresh(healed).path("behind").intValue()).isZero();
        assertThat(healed.path("history").findValues("behind").stream().map(JsonNode::intValue))
                .startsWith(0)
                .contains(3)
                .endsWith(0);
    }

    @Test
    void theSourceIsAwayAndBack() throws IOException {
        source.away = true;
        advance(Duration.ofMinutes(5));
        Instant begun = time.instant();
        advance(Duration.ofSeconds(30));

        JsonNode away = posts();
        assertThat(away.path("lastFailure").textValue()).isEqualTo("no connection to the CouchDB");
        int failures = away.path("failures").intValue();
        assertThat(failures).isGreaterThan(1);
        JsonNode first = away.path("refreshes").get(failures - 1);
        assertThat(first.path("startedAt").textValue()).isEqualTo(begun.toString());
        assertThat(first.path("outcome").textValue()).isEqualTo("failed");
        assertThat(first.path("why").textValue()).isEqualTo("interval");
        assertThat(lastRefresh(away).path("why").textValue()).isEqualTo("retry");
        assertThat(lastRefresh(away).path("reason").textValue()).isEqualTo("no connection to the CouchDB");
        assertThat(away.path("stalenessSeconds").doubleValue()).isEqualTo(330);

        source.away = false;
        advance(Duration.ofMinutes(1));

        JsonNode back = posts();
        assertThat(back.path("failures").intValue()).isZero();
        assertThat(back.path("lastFailure").isNull()).isTrue();
        assertThat(lastRefresh(back).path("outcome").textValue()).isEqualTo("unchanged");
        assertThat(lastRefresh(back).path("why").textValue()).isEqualTo("retry");
    }

    @Test
    void theRegistryIsWrongAndMended() throws IOException {
        Files.writeString(file, REGISTRY.replace("\"5m\"", "\"often\""));
        // Looked at every two seconds, once it has stood still.
        await().until(() -> {
            advance(Duration.ofSeconds(2));
            return !posts().path("problems").isEmpty();
        });

        JsonNode wrong = posts();
        assertThat(wrong.path("problems")).singleElement().satisfies(problem -> {
            assertThat(problem.path("feed").textValue()).isEqualTo("posts");
            assertThat(problem.path("key").textValue()).isEqualTo("aggregationInterval");
            assertThat(problem.path("source").textValue()).endsWith("feeds.json");
        });
        assertThat(wrong.at("/definition/aggregationInterval").textValue()).isEqualTo("5m");

        Files.writeString(file, REGISTRY.replace("\"5m\"", "\"10m\""));
        await().until(() -> {
            advance(Duration.ofSeconds(2));
            return posts().path("problems").isEmpty();
        });

        assertThat(posts().at("/definition/aggregationInterval").textValue()).isEqualTo("10m");
    }
}
