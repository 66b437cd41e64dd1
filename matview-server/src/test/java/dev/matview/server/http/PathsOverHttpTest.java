package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.Authenticator;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths that are percent-encoded: a collection may have any name. */
class PathsOverHttpTest {

    private final Scheduler scheduler = Scheduler.system();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(feed("café"), feed("a b"), feed("50%41"), feed("x;y"), feed("\ufdd01")))
            .aggregator(databases)
            .scheduler(scheduler)
            .build();
    private HttpService service;
    private Http http;

    private static FeedDefinition feed(String collection) {
        return FeedDefinition.builder(collection)
                .selector("{}")
                .interval(Duration.ofMinutes(5))
                .build();
    }

    @BeforeEach
    void start() throws IOException, InterruptedException {
        databases.put("userdb-alice", "{\"_id\":\"1\"}");
        service = HttpService.start(HttpSettings.of("127.0.0.1", 0), feeds, Authenticator.none(), scheduler);
        feeds.start();
        assertThat(feeds.awaitReady(Duration.ofSeconds(30))).isTrue();
        http = new Http(service.port());
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
        databases.close();
        scheduler.close();
    }

    @ParameterizedTest
    @CsvSource({
        "caf%C3%A9, café",
        "%63af%c3%a9, café",
        "a%20b, a b",
        "50%2541, 50%41",
        "x%3By, x;y",
        "%EF%B7%901, \ufdd01"
    })
    void aCollectionIsFoundByItsNameDecodedOnce(String written, String collection) {
        HttpResponse<String> answer = http.query("/data/" + written + "/query?global=true", "{}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(http.send("GET", "/feeds/" + written, "").body()).contains("\"collection\":\"" + collection + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/x/..%2F..%2Fx", "/x/%2Fx", "/page/%2e%2e%2f/status.html", "/feeds%2Fposts"})
    void aPathThatIsNoRouteIsNotFound(String path) {
        assertThat(http.send("GET", path, "").statusCode()).isEqualTo(404);
    }

    @Test
    void aSlashWithinASegmentIsAPartOfItsName() {
        HttpResponse<String> answer = http.query("/data/a%2Fb/query?global=true", "{}");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("a/b");
    }
}
