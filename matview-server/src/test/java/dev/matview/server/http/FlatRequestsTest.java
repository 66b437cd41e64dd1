package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.socket.SocketClient;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests of clients of the time before, with what they were answered then. Those {@code from} hub.html are what the
 * browser of {@link BrowserIT} sent; the others use the rest of the flat form.
 */
class FlatRequestsTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final InMemoryDatabases databases = new InMemoryDatabases();

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private GlobalFeeds feeds;
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        databases.put("userdb-alice", """
                {"_id":"profile","name":"Alice","acl":{"read":{"allow":["*"]}}}""");
        databases.put("userdb-bela", """
                {"_id":"profile","name":"Bela"}""");
        databases.put("userdb-alice", """
                {"_id":"n","collection":"notes","title":"mine"}""");
        post("userdb-alice", 1, "Planted tomatoes.");
        post("userdb-bela", 2, "Fresh bread at the corner.");
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                        .selector("{\"type\":\"post\"}")
                        .fields("_id", "content", "author", "at")
                        .sort("[{\"at\":\"desc\"}]")
                        .build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        feeds.start();
        feeds.refresh("posts").join();
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0), feeds, new SharedSecretTokens(Tokens.SECRET, scheduler), scheduler);
    }

    private void post(String database, int at, String content) {
        databases.put(
                database,
                "{\"_id\":\"%d\",\"type\":\"post\",\"at\":%d,\"content\":\"%s\",\"author\":{\"did\":\"did:example:%s\",\"ref\":\"profile\"}}"
                        .formatted(at, at, content, database.substring(7)));
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
    }

    static Stream<JsonNode> requests() throws IOException {
        return new String(
                        FlatRequestsTest.class
                                .getResourceAsStream("flat-requests.jsonl")
                                .readAllBytes(),
                        StandardCharsets.UTF_8)
                .lines()
                .map(FlatRequestsTest::json);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void areAnsweredAsTheyWere(JsonNode request) throws InterruptedException {
        String path = request.get("path").textValue();
        String body = request.get("body").toString();

        JsonNode answer = path.contains("/query") ? query(path, body) : firstMessage(path, body);

        assertThat(answer.get("docs")).as(answer.toString()).isEqualTo(request.get("docs"));
    }

    private JsonNode query(String path, String body) {
        HttpResponse<String> answer =
                new Http(service.port()).query(path, body, "Authorization", "Bearer " + Tokens.alice());
        return json(answer.body());
    }

    private JsonNode firstMessage(String path, String query) throws InterruptedException {
        try (SocketClient client = SocketClient.open(service.port(), path)) {
            return client.authenticate(Tokens.alice(), query).next();
        }
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
