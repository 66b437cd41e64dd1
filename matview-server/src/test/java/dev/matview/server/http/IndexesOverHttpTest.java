package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.connection.Cors;
import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What administrators are told of indexes, and others are not. */
class IndexesOverHttpTest {

    private static final String QUERY = "/data/posts/query?global=true";
    private static final ObjectMapper JSON = new ObjectMapper();

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private GlobalFeeds feeds;
    private HttpService service;
    private Http http;

    @BeforeEach
    void start() throws IOException {
        InMemoryDatabases databases = new InMemoryDatabases();
        for (int n = 0; n < 400; n++) {
            databases.put(
                    "userdb-" + n % 5,
                    "{\"_id\":\"p%d\",\"n\":%d,\"tag\":\"t%d\",\"secret\":1}".formatted(n, n, n % 40));
        }
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                        .fields("_id", "n", "tag")
                        .indexes("[[\"tag\"]]")
                        .build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        feeds.start();
        feeds.refresh("posts").join();
        ClaimRules rules = new ClaimRules(
                null, null, ClaimRules.LEEWAY, "sub", "instanceId", new ClaimRules.Required("role", "admin"));
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0).withCors(Cors.of("")),
                feeds,
                new SharedSecretTokens(Tokens.SECRET, rules, scheduler),
                scheduler);
        http = new Http(service.port());
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
    }

    private static String administrator() {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:root")
                .claim("role", "admin")
                .build());
    }

    private HttpResponse<String> ask(String token, String path, String body) {
        return http.query(path, body.replace('\'', '"'), "Authorization", "Bearer " + token);
    }

    private String get(String path) {
        return http.send("GET", path, "", "Authorization", "Bearer " + administrator())
                .body();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'tag': 't7', 'limit': 3}|index|['tag']|3|0|false|[]",
                "{'tag': 't7', 'sort': [{'n': 'desc'}]}|index|['tag']|10|10|true|[['tag',{'n':'desc'}]]",
                "{'n': {'$lt': 5}}|search||400|400|true|[['n']]",
                "{'n': 7, 'secret': 1}|search||400|400|true|[]",
                "{'limit': 7}|view||7|0|false|[]"
            })
    void anAdministratorIsToldWhatAnAnswerTook(
            String body, String by, String index, int looked, int tested, boolean kept, String helpful)
            throws IOException {
        HttpResponse<String> explained = ask(administrator(), QUERY + "&explain=true", body);

        assertThat(explained.statusCode()).isEqualTo(200);
        assertThat(explained.headers().firstValue("ETag")).isEmpty();
        assertThat(explained.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode answer = JSON.readTree(explained.body());
        JsonNode explain = answer.get("explain");
        assertThat(explain.get("by").textValue()).isEqualTo(by);
        assertThat(explain.path("index").toString()).isEqualTo(index == null ? "" : index.replace('\'', '"'));
        assertThat(explain.get("looked").intValue()).isEqualTo(looked);
        assertThat(explain.get("tested").intValue()).isEqualTo(tested);
        assertThat(explain.get("kept").booleanValue()).isEqualTo(kept);
        assertThat(explain.get("wouldHelp")).hasToString(helpful.replace('\'', '"'));
        JsonNode plain = JSON.readTree(ask(administrator(), QUERY, body).body());
        assertThat(answer.get("docs")).isEqualTo(plain.get("docs"));
        assertThat(answer.get("view")).isEqualTo(plain.get("view"));
    }

    @Test
    void othersAreNot() {
        HttpResponse<String> refused = ask(Tokens.alice(), QUERY + "&explain=true", "{}");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("\"forbidden\"").doesNotContain("docs");
        assertThat(ask(Tokens.alice(), QUERY + "&explain=false", "{}").body()).doesNotContain("explain");
    }

    @Test
    void onlyQueriesOfFeedsAreExplained() {
        assertThat(ask(administrator(), "/data/posts/query?explain=true", "{}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void statusAndMetricsTellTheirSizes() throws IOException {
        JsonNode status = JSON.readTree(get("/feeds")).at("/feeds/0/indexes/0");
        assertThat(status.get("fields")).hasToString("[\"tag\"]");
        assertThat(status.get("rows").intValue()).isEqualTo(400);
        assertThat(status.get("bytes").longValue()).isBetween(400L * 30, 400L * 100);

        assertThat(get("/metrics"))
                .contains("matview_feed_indexes{collection=\"posts\"} 1.0")
                .contains("matview_feed_index_bytes{collection=\"posts\"} " + status.get("bytes") + ".0");
    }
}
