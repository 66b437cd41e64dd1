package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.access.Access;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.connection.Cors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint as a page of another origin, the caller's own database, references and limits meet it. */
class EndpointTest {

    private static final String APP = "https://app.example.org";
    private static final String POSTS = "/data/posts/query?global=true";
    private static final int MAX_REQUESTS = 2;

    private final InMemoryDatabases databases = new InMemoryDatabases();

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private GlobalFeeds feeds;
    private HttpService service;
    private Http http;

    @BeforeEach
    void start() throws IOException {
        databases.put("userdb-alice", """
                {"_id":"1","type":"post","text":"hers","author":{"did":"did:example:bob","ref":"profile"}}""");
        databases.put("userdb-alice", """
                {"_id":"2","collection":"notes","text":"a note"}""");
        databases.put("userdb-bob", """
                {"_id":"profile","name":"Bob","acl":{"read":{"allow":["did:example:alice"]}}}""");
        databases.put("userdb-bob", """
                {"_id":"diary","name":"only Bob's"}""");
        databases.put("userdb-bob", "{\"_id\":\"3\",\"type\":\"post\",\"text\":\"" + "his".repeat(1000) + "\"}");
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(
                        FeedDefinition.builder("posts")
                                .selector("{\"type\":\"post\"}")
                                .fields("_id", "text", "author")
                                .build(),
                        FeedDefinition.builder("private")
                                .selector("{\"type\":\"post\"}")
                                .fields("_id")
                                .access(Access.ACL)
                                .build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        feeds.start();
        feeds.refresh("posts").join();
        feeds.refresh("private").join();
        start(Cors.of(APP + ", https://other.example.org/"));
    }

    private void start(Cors cors) throws IOException {
        ClaimRules rules = new ClaimRules(
                null, null, ClaimRules.LEEWAY, "sub", "instanceId", new ClaimRules.Required("role", "admin"));
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0).withCors(cors).withMaxRequestsPerCaller(MAX_REQUESTS),
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

    private HttpResponse<String> ask(String token, String method, String path, String body, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "Authorization";
        all[1] = "Bearer " + token;
        return http.send(method, path, body, all);
    }

    private static String token(String user) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + user)
                .claim("instanceId", user)
                .build());
    }

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

    @Test
    void aPreflightIsAnsweredAndKept() {
        HttpResponse<String> answer =
                http.send("OPTIONS", POSTS, "", "Origin", APP, "Access-Control-Request-Method", "POST");

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue(APP);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                .hasValue("true");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Methods")).hasValue("GET, HEAD, POST");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Headers").orElseThrow())
                .contains("Authorization", "Content-Type", "Content-Encoding");
        assertThat(answer.headers().firstValue("Access-Control-Max-Age")).isPresent();
        assertThat(answer.headers().allValues("Vary")).contains("Origin");
    }

    @Test
    void refusalsAreReadableByThePageToo() {
        for (HttpResponse<String> answer : List.of(
                http.send("POST", POSTS, "{}", "Origin", APP),
                http.send("GET", "/nothing", "", "Origin", APP),
                http.send("POST", "/health", "", "Origin", APP),
                ask(token("alice"), "POST", POSTS, "{", "Origin", APP))) {
            assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .hasValue(APP);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                    .hasValue("true");
            assertThat(answer.headers()
                            .firstValue("Access-Control-Expose-Headers")
                            .orElseThrow())
                    .contains("ETag", "Retry-After");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example.org", "null", "http://app.example.org", "https://app.example.org:1"})
    void otherOriginsAreToldNothing(String origin) {
        HttpResponse<String> answer = http.send("GET", "/health", "", "Origin", origin);

        assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
        assertThat(answer.headers().allValues("Vary")).contains("Origin");
        assertThat(http.send("OPTIONS", POSTS, "", "Origin", origin, "Access-Control-Request-Method", "POST")
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void everyOriginIsNoOriginWithCredentials() throws IOException {
        service.close();
        start(Cors.of("*"));

        HttpResponse<String> answer = http.send("GET", "/health", "", "Origin", "https://any.example.org");

        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*,https://a.org", "a.org", "https://a.org/path", "https://u@a.org", "https://", "x y"})
    void whatIsNoListOfOriginsIsRefused(String list) {
        assertThatThrownBy(() -> Cors.of(list)).isInstanceOf(IllegalArgumentException.class);
    }

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
    void aCallerWithTooManyRequestsUnderWayWaitsAndOthersDoNot() throws Exception {
        try (Socket first = unfinished("alice");
                Socket second = unfinished("alice")) {
            await().until(() -> service.requestsUnderWay() == MAX_REQUESTS);

            HttpResponse<String> answer = ask(token("alice"), "POST", POSTS, "{}");

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(answer.body()).startsWith("{\"error\":\"too_many_requests\",");
            assertThat(ask(token("bob"), "POST", POSTS, "{}").statusCode()).isEqualTo(200);
            assertThat(first.isConnected() && second.isConnected()).isTrue();
        }
        await().until(() -> ask(token("alice"), "POST", POSTS, "{}").statusCode() == 200);
    }

    private Socket unfinished(String user) throws IOException {
        Socket socket = new Socket("127.0.0.1", service.port());
        socket.getOutputStream()
                .write(("POST " + POSTS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token(user)
                                + "\r\nContent-Length: 5\r\n\r\n{")
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    @ParameterizedTest
    @CsvSource({"GET,/feeds", "GET,/metrics", "POST,/feeds/posts/refresh"})
    void whatFeedsDoIsForAdministratorsAlone(String method, String path) {
        assertThat(http.send(method, path, "").statusCode()).isEqualTo(401);
        HttpResponse<String> refused = ask(token("alice"), method, path, "");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).startsWith("{\"error\":\"forbidden\",");
        assertThat(ask(administrator(), method, path, "").statusCode()).isEqualTo(200);
    }

    private static String administrator() {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:root")
                .claim("role", "admin")
                .build());
    }

    @Test
    void anAdministratorSeesAndRefreshesFeeds() {
        assertThat(ask(administrator(), "GET", "/feeds", "").body())
                .startsWith(
                        "{\"feeds\":[{\"collection\":\"posts\",\"viewName\":\"_global_posts\",\"access\":\"public\","
                                + "\"view\":{\"generation\":1,");
        databases.put("userdb-carol", "{\"_id\":\"9\",\"type\":\"post\"}");
        assertThat(ask(administrator(), "POST", "/feeds/posts/refresh", "").body())
                .isEqualTo("{\"collection\":\"posts\",\"generation\":2,\"changed\":true,\"databases\":3,\"moved\":1,"
                        + "\"rows\":3,\"behind\":0,\"documentsLeftOut\":0}\n");
        HttpResponse<String> metrics = ask(administrator(), "GET", "/metrics", "");
        assertThat(metrics.headers().firstValue("Content-Type").orElseThrow())
                .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(metrics.body())
                .contains("\nmatview_feed_generation{collection=\"posts\"} 2.0\n", "\nmatview_websockets 0.0\n");
        assertThat(ask(administrator(), "POST", "/feeds/notes/refresh", "").statusCode())
                .isEqualTo(404);
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

    @Test
    void hostileTokensAre401() {
        String tooLong = "x".repeat(12_000);
        for (String token : new String[] {
            "",
            "x",
            "..",
            tooLong,
            Tokens.of("{\"alg\":\"none\"}", "{\"sub\":\"did:example:alice\"}", ""),
            Tokens.of("{\"alg\":\"None\"}", "{\"sub\":\"did:example:alice\"}", ""),
            Tokens.of("{\"alg\":\"RS256\"}", "{\"sub\":\"did:example:alice\"}", "AAAA"),
            token("alice") + "A",
            token("alice").substring(0, token("alice").lastIndexOf('.') + 1),
            expiring(scheduler.instant().minusSeconds(3600)),
            Tokens.signed(new JWTClaimsSet.Builder()
                    .subject("a")
                    .notBeforeTime(Date.from(scheduler.instant().plusSeconds(3600)))
                    .build()),
            Tokens.signed(new JWTClaimsSet.Builder().subject("*").build()),
            Tokens.signed(new JWTClaimsSet.Builder().build()),
        }) {
            HttpResponse<String> answer = ask(token, "POST", POSTS, "{}");
            assertThat(answer.statusCode()).as(token).isEqualTo(401);
            assertThat(answer.body()).startsWith("{\"error\":\"unauthorized\",");
        }
    }

    @Test
    void aTokenOfAMegabyteIsRefusedUnread() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("POST " + POSTS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write("x".repeat(17_000).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("\r\nWWW-Authenticate: Bearer realm=", "{\"error\":\"unauthorized\",");
        }
    }

    private static String expiring(Instant at) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:alice")
                .expirationTime(Date.from(at))
                .build());
    }
}
