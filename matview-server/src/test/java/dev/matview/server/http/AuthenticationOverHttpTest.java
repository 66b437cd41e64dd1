package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client is told that is not let in, and whose database it is that a client reads. */
class AuthenticationOverHttpTest {

    private static final String COLLECTOR = "b1946ac92492d2347c6235b4d2611184";

    private final InMemoryDatabases databases = new InMemoryDatabases();

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private GlobalFeeds feeds;
    private @Nullable HttpService service;

    @BeforeEach
    void start() {
        databases.put("userdb-alice", "{\"_id\":\"1\",\"type\":\"post\",\"text\":\"by instance id\"}");
        databases.put("userdb-616c696365", "{\"_id\":\"1\",\"type\":\"post\",\"text\":\"by the hex of the sub\"}");
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                        .selector("{\"type\":\"post\"}")
                        .build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        feeds.start();
        feeds.refresh("posts").join();
    }

    @AfterEach
    void stop() {
        if (service != null) {
            service.close();
        }
        feeds.close();
    }

    private Http serve(Authenticator authenticator) throws IOException {
        HttpSettings settings = HttpSettings.of("127.0.0.1", 0).withMetricsToken(MetricsToken.of(COLLECTOR));
        service = HttpService.start(settings, feeds, authenticator, scheduler);
        return new Http(service.port());
    }

    private Authenticator tokens(ClaimRules.@Nullable Required administrator, String template) {
        ClaimRules rules = new ClaimRules(
                null, null, ClaimRules.LEEWAY, "sub", "instanceId", administrator, UserDatabases.of(template));
        return new SharedSecretTokens(Tokens.SECRET, rules, scheduler);
    }

    private Authenticator tokens() {
        return tokens(null, "userdb-{instanceId}");
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    private static String challenge(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate")).hasSize(1);
        return answer.headers().firstValue("WWW-Authenticate").orElseThrow();
    }

    private static String expired() {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:alice")
                .expirationTime(Date.from(Instant.now().minusSeconds(3600)))
                .build());
    }

    @Test
    void whoSendsNoTokenLearnsThatOneIsNeeded() throws IOException {
        Http http = serve(tokens());

        for (String[] headers : new String[][] {{}, {"Authorization", ""}, {"Authorization", "Basic YTpi"}}) {
            assertThat(challenge(http.query("/data/posts/query?global=true", "{}", headers)))
                    .isEqualTo("Bearer realm=\"matview\"");
        }
    }

    @Test
    void whoSendsATokenThatIsNotAcceptedLearnsWhy() throws IOException {
        Http http = serve(tokens());
        String start = "Bearer realm=\"matview\", error=\"invalid_token\", error_description=\"";

        assertThat(challenge(http.query("/data/posts/query?global=true", "{}", bearer(expired()))))
                .isEqualTo(start + "The token has expired.\"");
        assertThat(challenge(http.query("/data/posts/query?global=true", "{}", bearer("a.b.c"))))
                .isEqualTo(start + "The token is not accepted.\"");
        assertThat(challenge(
                        http.query("/data/posts/query?global=true", "{}", bearer(Tokens.signedText("{\"sub\":1}")))))
                .isEqualTo(start + "The token's claim sub must be a string.\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sub\":1}",
                "{\"sub\":\"a\",\"nbf\":9223372036854775807}",
                "{\"sub\":\"a\",\"exp\":1e999}",
                "{\"sub\":\"a\",\"iat\":\"x\"}",
                "{\"sub\":\"a\",\"aud\":{\"x\":[]}}",
                "{\"sub\":\"a\",\"instanceId\":[]}",
                "{\"sub\":\"a\",\"role\":{}}",
                "{\"sub\":\"\\ud800\"}",
                "[]",
                "x"
            })
    void hostileClaimsAreRefusedEverywhereAndNeverAnError(String claims) throws IOException {
        Http http = serve(tokens(new ClaimRules.Required("role", "admin"), "userdb-{instanceId}"));
        String[] token = bearer(Tokens.signedText(claims));

        assertThat(http.query("/data/posts/query?global=true", "{}", token).statusCode())
                .isEqualTo(401);
        assertThat(http.query("/data/posts/query", "{}", token).statusCode()).isEqualTo(401);
        assertThat(http.send("GET", "/data/expand?did=a&ref=b", "", token).statusCode())
                .isEqualTo(401);
        assertThat(http.send("GET", "/feeds", "", token).statusCode()).isEqualTo(401);
        assertThat(http.send("GET", "/metrics", "", token).statusCode()).isEqualTo(401);
    }

    @Test
    void whereNobodyCanBeAnAdministratorTheRefusalSaysSo() throws IOException {
        Http http = serve(tokens());

        for (String path : new String[] {"/feeds", "/metrics"}) {
            HttpResponse<String> answer = http.send("GET", path, "", bearer(Tokens.alice()));
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("this server knows none: it was started without --jwt-admin-claim.");
        }
    }

    @Test
    void whereThereAreAdministratorsOthersAreToldNoMore() throws IOException {
        Http http = serve(tokens(new ClaimRules.Required("role", "admin"), "userdb-{instanceId}"));
        String administrator = Tokens.signedText("{\"sub\":\"a\",\"role\":[\"user\",\"admin\"]}");

        assertThat(http.send("GET", "/feeds", "", bearer(Tokens.alice())).body())
                .contains("\"Only administrators may do this.\"");
        assertThat(http.send("GET", "/feeds", "", bearer(administrator)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void theCollectorsTokenReadsMetricsAndNothingElse() throws IOException {
        Http http = serve(tokens());

        HttpResponse<String> metrics = http.send("GET", "/metrics", "", bearer(COLLECTOR));
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.body()).contains("matview_feed_rows{collection=\"posts\"}");
        assertThat(http.send("GET", "/metrics", "", bearer(COLLECTOR + "x")).statusCode())
                .isEqualTo(401);
        assertThat(http.send("GET", "/metrics", "").statusCode()).isEqualTo(401);
        for (String path : new String[] {"/feeds", "/data/expand?did=a&ref=b"}) {
            assertThat(http.send("GET", path, "", bearer(COLLECTOR)).statusCode())
                    .isEqualTo(401);
        }
        assertThat(http.query("/data/posts/query?global=true", "{}", bearer(COLLECTOR))
                        .statusCode())
                .isEqualTo(401);
        assertThat(http.query("/feeds/posts/refresh", "{}", bearer(COLLECTOR)).statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({"userdb-{instanceId}, by instance id", "userdb-{hex(sub)}, by the hex of the sub"})
    void anOwnQueryReadsTheDatabaseThatTheRuleNames(String template, String text) throws IOException {
        Http http = serve(tokens(null, template));
        String alice = Tokens.signedText("{\"sub\":\"alice\",\"instanceId\":\"alice\"}");

        assertThat(http.query("/data/posts/query", "{\"fields\":[\"text\"]}", bearer(alice))
                        .body())
                .startsWith("{\"docs\":[{\"text\":\"" + text + "\"}]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"instanceId\":null",
                ",\"instanceId\":\"\"",
                ",\"instanceId\":\"../views\"",
                ",\"instanceId\":\"a/b\"",
                ",\"instanceId\":\"*\"",
                ",\"instanceId\":\"Alice\""
            })
    void anInstanceIdThatCannotBePartOfANameLeadsToNoDatabase(String claim) throws IOException {
        Http http = serve(tokens());

        HttpResponse<String> answer =
                http.query("/data/posts/query", "{}", bearer(Tokens.signedText("{\"sub\":\"alice\"" + claim + "}")));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body())
                .contains("the token names none: the claim instanceId is not there, or cannot be part of the name"
                        + " userdb-{instanceId}.");
    }
}
