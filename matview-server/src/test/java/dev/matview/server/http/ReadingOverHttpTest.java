package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.access.Access;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.MatviewServer;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bookmarks, entity tags and ages, as clients of HTTP see them. */
class ReadingOverHttpTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SHARED = "/data/shared/query?global=true";

    private final InMemoryDatabases databases = new InMemoryDatabases();

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private GlobalFeeds feeds;
    private MatviewServer server;
    private Http http;

    @BeforeEach
    void start() throws IOException {
        for (int n = 0; n < 6; n++) {
            put(n, "*");
        }
        FeedDefinition shared = FeedDefinition.builder("shared")
                .selector("{\"n\":{\"$gte\":0}}")
                .fields("n", "text")
                .sort("[\"n\"]")
                .access(Access.ACL)
                .interval(Duration.ofHours(1))
                .build();
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(shared))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        server = MatviewServer.start(
                feeds, new SharedSecretTokens(Tokens.SECRET, scheduler), HttpSettings.of("127.0.0.1", 0), scheduler);
        server.buildViews();
        http = new Http(server.port());
    }

    @AfterEach
    void stop() {
        server.close();
        feeds.close();
    }

    private void put(int n, String reader) {
        databases.put(
                "userdb-bob",
                "{\"_id\":\"%d\",\"n\":%d,\"text\":\"t%d\",\"acl\":{\"read\":{\"allow\":[\"%s\"]}}}"
                        .formatted(n, n, n, reader));
    }

    private HttpResponse<String> ask(String body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Authorization";
        all[headers.length + 1] = "Bearer " + Tokens.alice();
        return http.query(SHARED, body, all);
    }

    private JsonNode json(String body) {
        try {
            return MAPPER.readTree(ask(body).body());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aPageNeverShowsWhatWasDeniedOrDeletedSinceTheFirstAndItsTagTells() {
        String bookmark = json("{\"limit\":1}").get("bookmark").textValue();
        String next = "{\"limit\":3,\"bookmark\":\"" + bookmark + "\"}";
        HttpResponse<String> before = ask(next);
        assertThat(before.body()).startsWith("{\"docs\":[{\"n\":1,\"text\":\"t1\"},{\"n\":2,");
        put(2, "did:example:carol");
        databases.delete("userdb-bob", "1");

        feeds.refresh("shared").join();
        HttpResponse<String> after =
                ask(next, "If-None-Match", before.headers().firstValue("ETag").orElseThrow());

        assertThat(after.statusCode()).isEqualTo(200);
        assertThat(after.body())
                .startsWith("{\"docs\":[{\"n\":3,\"text\":\"t3\"},{\"n\":4,\"text\":\"t4\"},{\"n\":5,\"text\":\"t5\"}]")
                .contains("\"rows\":4");
    }

    @Test
    void aBookmarkGoesOnWithOtherFieldsInEitherForm() {
        String bookmark = json("{\"limit\":2}").get("bookmark").textValue();

        assertThat(json("{\"selector\":{},\"limit\":1,\"fields\":[\"text\"],\"bookmark\":\"" + bookmark + "\"}")
                        .get("docs")
                        .toString())
                .isEqualTo("[{\"text\":\"t2\"}]");
        assertThat(json("{\"limit\":1,\"fields\":[\"n\"],\"bookmark\":\"" + bookmark + "\"}")
                        .get("docs")
                        .toString())
                .isEqualTo("[{\"n\":2}]");
    }

    @Test
    void aBookmarkOfAnotherQueryIsRefusedInCouchDbsWords() {
        String bookmark = json("{\"limit\":2}").get("bookmark").textValue();

        JsonNode refusal = json("{\"n\":1,\"bookmark\":\"" + bookmark + "\"}");

        assertThat(refusal.get("error").textValue()).isEqualTo("invalid_bookmark");
        assertThat(refusal.get("reason").textValue())
                .startsWith("Invalid bookmark value: \"" + bookmark.substring(0, 50));
    }

    @Test
    void maxCacheAgeShowsACallerWhatItHasJustWritten() {
        put(7, "did:example:alice");
        assertThat(json("{\"n\":7}").get("docs")).isEmpty();

        JsonNode page = json("{\"n\":7,\"maxCacheAge\":0}");

        assertThat(page.get("docs")).hasSize(1);
        assertThat(page.has("warning")).isFalse();
    }
}
