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
import dev.matview.testkit.Seed;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever the body is, the answer is one of those that README lists. */
class BodiesOverHttpTest {

    /** CouchDB's names, and ours for what CouchDB has no name for. */
    private static final Set<String> NAMES = Set.of(
            "bad_request",
            "invalid_key",
            "invalid_selector_json",
            "invalid_selector",
            "invalid_operator",
            "invalid_field_name",
            "bad_arg",
            "bad_field",
            "not_supported",
            "invalid_fields",
            "invalid_field",
            "invalid_sort_json",
            "invalid_sort_field",
            "invalid_index_name",
            "invalid_bookmark",
            "invalid_non_neg_integer",
            "invalid_pos_integer",
            "invalid_boolean",
            "invalid_ok_or_false_value",
            "illegal_partition",
            "query_parse_error",
            "invalid_expand",
            "invalid_max_cache_age",
            "selector_too_large",
            "unsupported_regex",
            "regex_too_expensive",
            "query_timeout",
            "too_many_rows",
            "too_many_fields",
            "too_many_sort_keys",
            "field_path_too_long",
            "bookmark_expired",
            "feed_not_registered");

    private static final int TRIES = 3_000;

    private final JsonMapper mapper = new JsonMapper();

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private GlobalFeeds feeds;
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        databases.put("userdb-alice", """
                {"_id":"1","text":"hers","author":{"did":"did:example:bob","ref":"profile"}}""");
        databases.put("userdb-bob", """
                {"_id":"profile","name":"Bob","text":["his",1,null,{"a":{"b":2}}]}""");
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts").build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        feeds.start();
        feeds.refresh("posts").join();
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0), feeds, new SharedSecretTokens(Tokens.SECRET, scheduler), scheduler);
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
    }

    @Tag("slow")
    @Test
    void noBodyMakesTheServerFail() throws JsonProcessingException {
        Http http = new Http(service.port());
        BodyFuzz fuzz = new BodyFuzz(Seed.random());
        Map<String, Integer> seen = new TreeMap<>();
        for (int i = 0; i < TRIES; i++) {
            String body = fuzz.next();
            String path = i % 4 == 0 ? "/data/notes/query" : "/data/posts/query?global=true";

            HttpResponse<String> answer = http.query(path, body, "Authorization", "Bearer " + Tokens.alice());

            assertThat(answer.body()).as(body).doesNotContain("Exception", "dev.matview", "java.");
            JsonNode json = mapper.readTree(answer.body());
            if (answer.statusCode() == 200) {
                assertThat(json.get("docs").isArray()).as(body).isTrue();
            } else {
                assertThat(answer.statusCode()).as(body).isIn(400, 403, 410);
                assertThat(json.path("error").textValue()).as(body).isIn(NAMES);
                assertThat(json.path("reason").asText()).as(body).isNotBlank();
            }
            seen.merge(json.path("error").asText("200"), 1, Integer::sum);
        }
        assertThat(seen.get("200")).as("neither all nor none: %s", seen).isBetween(TRIES / 20, TRIES / 2);
        assertThat(seen.keySet())
                .as("the bodies come to all sorts of mistakes")
                .contains(
                        "invalid_selector_json", "invalid_boolean", "invalid_key", "not_supported", "invalid_bookmark");
    }
}
