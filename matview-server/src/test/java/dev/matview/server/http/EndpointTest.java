package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.server.auth.Tokens;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The endpoint as callers meet it who ask for their own database, for references, and as administrators. */
class EndpointTest extends EndpointFixture {

    @Test
    void anAnswerIsCompressedForThoseWhoTakeIt() throws Exception {
        HttpResponse<byte[]> answer = bytes("gzip, deflate, br");

        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(answer.headers().allValues("Vary")).contains("Accept-Encoding");
        String text = new String(
                new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).isEqualTo(new String(bytes("identity").body(), StandardCharsets.UTF_8));
        assertThat(answer.body().length).isLessThan(text.length() / 2);
        assertThat(bytes("gzip;q=0").headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(bytes("gzip;q=0.5").headers().firstValue("Content-Encoding")).isPresent();
    }

    private HttpResponse<byte[]> bytes(String acceptEncoding) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + POSTS))
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .header("Authorization", "Bearer " + token("alice"))
                .header("Accept-Encoding", acceptEncoding)
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void thePageAtTheRootHoldsNothing() {
        HttpResponse<String> page = http.send("GET", "/", "");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("frame-ancestors 'none'");
        assertThat(page.body()).doesNotContain("posts");
    }

    @Nested
    class OwnDatabases {

        @Test
        void withoutGlobalTheCallersOwnDatabaseIsAsked() {
            assertThat(ask(token("alice"), "POST", "/data/posts/query", "{\"fields\":[\"text\"]}")
                            .body())
                    .startsWith("{\"docs\":[{\"text\":\"hers\"}],\"bookmark\":");
            assertThat(ask(token("alice"), "POST", "/data/notes/query?global=false", "{\"fields\":[\"text\"]}")
                            .body())
                    .as("no feed of this collection is registered")
                    .startsWith("{\"docs\":[{\"text\":\"a note\"}],");
            assertThat(ask(token("bob"), "POST", "/data/notes/query", "{\"instanceId\":\"alice\"}")
                            .body())
                    .startsWith("{\"docs\":[],");
            assertThat(ask(token("nobody"), "POST", "/data/notes/query", "{}").body())
                    .startsWith("{\"docs\":[],");
        }

        @Test
        void theTagOfAnOwnDatabasesAnswerChangesWithIt() {
            String tag = ask(token("alice"), "POST", "/data/notes/query", "{}")
                    .headers()
                    .firstValue("ETag")
                    .orElseThrow();
            assertThat(ask(token("alice"), "POST", "/data/notes/query", "{}", "If-None-Match", tag)
                            .statusCode())
                    .isEqualTo(304);

            databases.put("userdb-alice", "{\"_id\":\"2\",\"collection\":\"notes\",\"text\":\"changed\"}");

            assertThat(ask(token("alice"), "POST", "/data/notes/query", "{}", "If-None-Match", tag)
                            .statusCode())
                    .isEqualTo(200);
        }

        @Test
        void anOwnDatabaseThatCannotBeReadIsUnavailable() {
            databases.fail("userdb-alice", new IOException("a secret of the database"));

            HttpResponse<String> answer = ask(token("alice"), "POST", "/data/notes/query", "{}");

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body())
                    .startsWith("{\"error\":\"database_unavailable\",")
                    .doesNotContain("secret");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        }
    }

    @Nested
    class References {

        @ParameterizedTest
        @CsvSource({"?global=true&expand=author,{}", "?global=true,'{\"expand\":[\"author\"]}'"})
        void expandPutsTheReferredDocumentInPlaceForThoseWhoMayReadIt(String parameters, String body) {
            String alice = ask(token("alice"), "POST", "/data/posts/query" + parameters, body)
                    .body();
            String carol = ask(token("carol"), "POST", "/data/posts/query" + parameters, body)
                    .body();

            assertThat(alice).contains("\"name\":\"Bob\"");
            assertThat(carol).contains("\"author\":{\"did\":\"did:example:bob\",\"ref\":\"profile\"}");
        }

        @Test
        void oneDocumentOfAnotherUserIsThereForThoseWhoMayReadIt() {
            String path = "/data/expand?did=did:example:bob&ref=profile";

            assertThat(ask(token("alice"), "GET", path, "").body()).contains("\"name\":\"Bob\"");
            HttpResponse<String> hidden = ask(token("carol"), "GET", path, "");
            HttpResponse<String> missing = ask(token("carol"), "GET", "/data/expand?did=did:example:bob&ref=none", "");
            assertThat(hidden.statusCode()).isEqualTo(404);
            assertThat(hidden.body())
                    .isEqualTo(missing.body())
                    .isEqualTo("{\"error\":\"not_found\",\"reason\":\"missing\"}\n");
            assertThat(ask(token("bob"), "GET", "/data/expand?did=did:example:bob&ref=diary", "")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(http.send("GET", path, "").statusCode()).isEqualTo(401);
            assertThat(ask(token("alice"), "GET", "/data/expand?did=x", "").statusCode())
                    .isEqualTo(400);
            assertThat(ask(token("alice"), "GET", "/data/expand?ref=x", "").statusCode())
                    .isEqualTo(400);
            assertThat(ask(token("alice"), "GET", "/data/expand?did=a/../b&ref=_all_docs", "")
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Nested
    class Administrators {

        @ParameterizedTest
        @CsvSource({"GET,/feeds", "GET,/feeds/posts", "GET,/metrics", "POST,/feeds/posts/refresh"})
        void whatFeedsDoIsForAdministratorsAlone(String method, String path) {
            assertThat(http.send(method, path, "").statusCode()).isEqualTo(401);
            HttpResponse<String> refused = ask(token("alice"), method, path, "");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).startsWith("{\"error\":\"forbidden\",");
            assertThat(ask(administrator(), method, path, "").statusCode()).isEqualTo(200);
        }

        @Test
        void anAdministratorSeesAndRefreshesFeeds() {
            assertThat(ask(administrator(), "GET", "/feeds", "").body())
                    .startsWith(
                            "{\"feeds\":[{\"collection\":\"posts\",\"viewName\":\"_global_posts\",\"access\":\"public\","
                                    + "\"view\":{\"generation\":1,");
            databases.put("userdb-carol", "{\"_id\":\"9\",\"type\":\"post\"}");
            assertThat(ask(administrator(), "POST", "/feeds/posts/refresh", "").body())
                    .isEqualTo(
                            "{\"collection\":\"posts\",\"generation\":2,\"changed\":true,\"outcome\":\"changed\",\"databases\":3,\"moved\":1,"
                                    + "\"rows\":3,\"behind\":0,\"documentsLeftOut\":0}\n");
            HttpResponse<String> metrics = ask(administrator(), "GET", "/metrics", "");
            assertThat(metrics.headers().firstValue("Content-Type").orElseThrow())
                    .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            assertThat(metrics.body())
                    .contains("\nmatview_feed_generation{collection=\"posts\"} 2.0\n", "\nmatview_websockets 0.0\n");
            assertThat(ask(administrator(), "POST", "/feeds/notes/refresh", "").statusCode())
                    .isEqualTo(404);
        }

        private static String administrator() {
            return Tokens.signed(new JWTClaimsSet.Builder()
                    .subject("did:example:root")
                    .claim("role", "admin")
                    .build());
        }
    }
}
