package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.MatviewServer;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole server over user databases in memory, asked by HTTP. */
class FeedOverHttpTest {

    private static final String POSTS = "/data/posts/query?global=true";
    private static final int DOCUMENTS = 25;

    private final InMemoryDatabases databases = new InMemoryDatabases();

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private GlobalFeeds feeds;
    private MatviewServer server;
    private Http http;

    @BeforeEach
    void start() throws IOException {
        for (int n = 0; n < DOCUMENTS; n++) {
            databases.put("userdb-" + "abc".charAt(n % 3), post(n));
        }
        databases.put("userdb-a", "{\"_id\":\"note\",\"type\":\"note\",\"createdAt\":\"2026\"}");
        Settings settings = Settings.builder()
                .pageSize(10)
                .maxPageSize(20)
                .bookmarkGrace(Duration.ZERO)
                .build();
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(
                        feed("posts").build(),
                        feed("private").access(Access.ACL).build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .settings(settings)
                .build();
        server = MatviewServer.start(feeds, authenticator(), HttpSettings.of("127.0.0.1", 0), scheduler);
        server.buildViews();
        http = new Http(server.port());
    }

    private Authenticator authenticator() {
        return new SharedSecretTokens(Tokens.SECRET, scheduler);
    }

    private static FeedDefinition.Builder feed(String collection) {
        return FeedDefinition.builder(collection)
                .selector("{\"type\":\"post\"}")
                .fields("_id", "n", "createdAt")
                .sort("[{\"createdAt\":\"desc\"}]");
    }

    private static String post(int n) {
        return """
                {"_id":"%d","type":"post","n":%d,"createdAt":"2026-01-%02d","secret":"not a field of the feed",
                 "acl":{"read":{"allow":["%s"]}}}
                """.formatted(n / 3, n, n + 1, n == 0 ? "did:example:alice" : "did:example:nobody");
    }

    @AfterEach
    void stop() {
        server.close();
        feeds.close();
    }

    private HttpResponse<String> ask(String path, String body, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "Authorization";
        all[1] = "Bearer " + Tokens.alice();
        return http.query(path, body, all);
    }

    private static List<Integer> numbers(JsonNode page) {
        List<Integer> numbers = new ArrayList<>();
        page.get("docs").forEach(row -> numbers.add(row.get("n").intValue()));
        return numbers;
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return new ObjectMapper().readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError(answer.statusCode() + " with " + answer.body(), e);
        }
    }

    @Nested
    class Answers {

        @Test
        void aPageShowsTheDocumentsFirstThenTheBookmarkAndTheView() {
            HttpResponse<String> answer = ask(POSTS, "{}");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).startsWith("{\"docs\":[{\"_id\":\"8\",\"n\":24,\"createdAt\":\"2026-01-25\"},");
            assertThat(answer.body()).doesNotContain("secret", "note").endsWith("}}\n");
            JsonNode json = json(answer);
            assertThat(json.fieldNames()).toIterable().containsExactly("docs", "bookmark", "view");
            assertThat(json.get("view").fieldNames())
                    .toIterable()
                    .containsExactly("generation", "refreshedAt", "rows", "databases", "behind");
            assertThat(json.at("/view/rows").intValue()).isEqualTo(DOCUMENTS);
            assertThat(json.at("/view/databases").intValue()).isEqualTo(3);
            assertThat(json.at("/view/behind").intValue()).isZero();
            assertThat(Instant.parse(json.at("/view/refreshedAt").textValue())).isBeforeOrEqualTo(scheduler.instant());
            assertThat(numbers(json)).containsExactly(24, 23, 22, 21, 20, 19, 18, 17, 16, 15);
        }

        @Test
        void theAnswerIsJsonForTheAskingClientAlone() {
            HttpResponse<String> answer = ask(POSTS, "{}");

            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(answer.headers().firstValue("Cache-Control")).hasValue("private, no-cache");
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(answer.headers().firstValue("Content-Length")).isPresent();
            assertThat(answer.headers().firstValue("Server")).isEmpty();
            assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
        }

        @Test
        void anAnswerThatTheClientHasIsNotSentAgain() {
            String tag = ask(POSTS, "{}").headers().firstValue("ETag").orElseThrow();

            HttpResponse<String> again = ask(POSTS, "{}", "If-None-Match", tag);

            assertThat(again.statusCode()).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(again.headers().firstValue("ETag")).hasValue(tag);
            assertThat(again.headers().firstValue("Cache-Control")).hasValue("private, no-cache");
            assertThat(again.headers().firstValue("Content-Type")).isEmpty();
            assertThat(ask(POSTS, "{\"limit\":1}", "If-None-Match", tag).statusCode())
                    .as("another query")
                    .isEqualTo(200);
            databases.put("userdb-a", post(30));
            feeds.refresh("posts").join();
            assertThat(ask(POSTS, "{}", "If-None-Match", tag).statusCode())
                    .as("another generation")
                    .isEqualTo(200);
        }

        @Test
        void anAclFeedShowsACallerItsOwnRowsAndThoseItIsAllowed() {
            JsonNode page = json(ask("/data/private/query?global=true", "{}"));

            assertThat(numbers(page)).containsExactly(0);
            assertThat(page.at("/view/rows").intValue()).isEqualTo(1);
        }

        @Test
        void expandLeavesReferencesAsTheyAre() {
            assertThat(ask(POSTS + "&expand=createdAt", "{}").statusCode()).isEqualTo(200);
        }
    }

    @Nested
    class Bodies {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "application/json",
                    "application/x-www-form-urlencoded",
                    "text/plain;charset=UTF-16",
                    "multipart/form-data;boundary=x",
                })
        void theBodyIsJsonWhateverItIsCalled(String contentType) {
            HttpResponse<String> answer = ask(POSTS, "{\"n\":3}", "Content-Type", contentType);

            assertThat(numbers(json(answer))).containsExactly(3);
        }

        @ParameterizedTest
        @ValueSource(strings = {"{\"global\":true}", "{\"global\":true,\"selector\":{}}"})
        void globalMayComeInTheBody(String body) {
            assertThat(ask("/data/posts/query", body).statusCode()).isEqualTo(200);
        }

        @Test
        void noBodyIsAnEmptyOne() {
            assertThat(ask(POSTS, "").statusCode()).isEqualTo(200);
            assertThat(ask(POSTS, " \n").statusCode()).isEqualTo(200);
        }

        @Test
        void aFlatBodyFiltersSortsProjectsAndLimits() {
            HttpResponse<String> answer = ask(
                    POSTS,
                    "{\"n\":{\"$lt\":5},\"limit\":3,\"fields\":[\"n\"],\"sort\":[{\"n\":\"asc\"}],\"maxCacheAge\":1}");

            assertThat(answer.body()).startsWith("{\"docs\":[{\"n\":0},{\"n\":1},{\"n\":2}],");
        }

        @Test
        void aSelectorSeesNoFieldThatTheFeedDoesNotShow() {
            assertThat(numbers(json(ask(POSTS, "{\"secret\":{\"$exists\":true}}"))))
                    .isEmpty();
        }

        @Test
        void aMangoBodyPagesThroughTheFeedByBookmark() {
            List<Integer> seen = new ArrayList<>();
            String bookmark = "";
            for (JsonNode page = next(bookmark); !page.get("docs").isEmpty(); page = next(bookmark)) {
                seen.addAll(numbers(page));
                bookmark = page.get("bookmark").textValue();
            }

            assertThat(seen).hasSize(DOCUMENTS).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> b - a);
        }

        private JsonNode next(String bookmark) {
            return json(ask(POSTS, "{\"selector\":{},\"limit\":7,\"bookmark\":\"" + bookmark + "\"}"));
        }

        @Test
        void skipPassesOverRows() {
            assertThat(numbers(json(ask(POSTS, "{\"selector\":{},\"skip\":23}"))))
                    .containsExactly(1, 0);
        }

        @Test
        void aLimitAboveTheMaximumGetsTheMaximum() {
            assertThat(numbers(json(ask(POSTS, "{\"limit\":1000000}")))).hasSize(20);
            assertThat(numbers(json(ask(POSTS, "{\"limit\":0}")))).isEmpty();
        }

        @Test
        void aBookmarkOutlivesItsGenerationByTheGracePeriodOnly() {
            String bookmark = json(ask(POSTS, "{}")).get("bookmark").textValue();
            databases.put("userdb-a", post(30));
            feeds.refresh("posts").join();

            HttpResponse<String> answer = ask(POSTS, "{\"selector\":{},\"bookmark\":\"" + bookmark + "\"}");

            assertThat(answer.statusCode()).isEqualTo(410);
            assertThat(answer.body()).startsWith("{\"error\":\"bookmark_expired\",");
        }
    }

    @Nested
    class Refusals {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "/data/notes/query?global=true|{}|403|feed_not_registered",
                    "/data/_all_dbs/query?global=true|{}|403|feed_not_registered",
                    "/data/posts/query?global=true|{|400|bad_request",
                    "/data/posts/query?global=true|[]|400|bad_request",
                    "/data/posts/query?global=true|null|400|bad_request",
                    "/data/posts/query?global=true|{} {}|400|bad_request",
                    "/data/posts/query?global=true|{'a':NaN}|400|bad_request",
                    "/data/posts/query?global=true|{'a':1e999}|400|bad_request",
                    "/data/posts/query?global=true|{'a':'\\ud800'}|400|bad_request",
                    "/data/posts/query?global=true|{'\\udc00':1}|400|bad_request",
                    "/data/posts/query?global=true|{'limit':-1}|400|invalid_non_neg_integer",
                    "/data/posts/query?global=true|{'limit':'x'}|400|invalid_non_neg_integer",
                    "/data/posts/query?global=true|{'selector':{},'x':1}|400|invalid_key",
                    "/data/posts/query?global=true|{'selector':{},'bookmark':'x'}|400|invalid_bookmark",
                    "/data/posts/query?global=true|{'n':{'$foo':1}}|400|invalid_operator",
                    "/data/posts/query?global=true|{'n':{'$in':1}}|400|bad_arg",
                    "/data/posts/query?global=true|{'fields':'n'}|400|invalid_fields",
                    "/data/posts/query?global=true|{'sort':'n'}|400|invalid_sort_json",
                    "/data/posts|{}|404|not_found",
                    "/nothing|{}|404|not_found",
                    "/DATA/posts/query|{}|404|not_found",
                })
        void whatCannotBeAnsweredIsRefusedInCouchDbsForm(String path, String body, int status, String error) {
            HttpResponse<String> answer = ask(path, body.replace('\'', '"'));

            assertThat(answer.statusCode()).isEqualTo(status);
            JsonNode json = json(answer);
            assertThat(json.fieldNames()).toIterable().containsExactly("error", "reason");
            assertThat(json.get("error").textValue()).isEqualTo(error);
            assertThat(json.get("reason").textValue()).isNotBlank();
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "Basic YTpi", "Bearer", "Bearer x.y.z"})
        void noTokenNoData(String authorization) {
            String[] headers = authorization.isEmpty() ? new String[0] : new String[] {"Authorization", authorization};

            HttpResponse<String> answer = http.query(POSTS, "{}", headers);

            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(json(answer).get("error").textValue()).isEqualTo("unauthorized");
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .startsWith("Bearer");
            assertThat(answer.body()).doesNotContain("x.y.z");
        }

        @Test
        void withoutATokenNobodyLearnsWhichFeedsThereAre() {
            assertThat(http.query("/data/notes/query?global=true", "{}").statusCode())
                    .isEqualTo(401);
            assertThat(http.query("/data/posts/query", "{").statusCode()).isEqualTo(401);
        }

        @Test
        void theSchemeOfTheTokenIsReadInAnyCase() {
            assertThat(http.query(POSTS, "{}", "Authorization", "bearer " + Tokens.alice())
                            .statusCode())
                    .isEqualTo(200);
        }

        @Test
        void healthNeedsNoTokenAndNamesNoFeed() {
            HttpResponse<String> answer = http.send("GET", "/health", "");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"status\":\"ok\",\"feeds\":2,\"ready\":2}\n");
            assertThat(http.send("HEAD", "/health", "").statusCode()).isEqualTo(200);
        }

        @ParameterizedTest
        @CsvSource({
            "GET,/data/posts/query,POST",
            "PUT,/data/posts/query,POST",
            "PATCH,/data/posts/query,POST",
            "DELETE,/data/posts/query,POST",
            "OPTIONS,/data/posts/query,POST",
            "POST,/health,GET",
            "DELETE,/health,GET",
            "POST,/,GET",
            "POST,/feeds,GET",
            "POST,/metrics,GET",
            "GET,/feeds/posts/refresh,POST",
            "POST,/data/expand,GET",
        })
        void anotherMethodIsToldWhichOneIsAllowed(String method, String path, String allowed) {
            HttpResponse<String> answer = http.send(method, path, "");

            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).hasValue(allowed);
            assertThat(answer.body())
                    .isEqualTo("{\"error\":\"method_not_allowed\",\"reason\":\"Only " + allowed + " allowed\"}\n");
        }

        @Test
        void aHeaderThatStandsForAnotherMethodIsNotHeeded() {
            assertThat(ask(POSTS, "{}", "X-HTTP-Method-Override", "DELETE").statusCode())
                    .isEqualTo(200);
        }
    }
}
