package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is wrong in the registry, told to administrators and to nobody else. */
class RegistryProblemsOverHttpTest {

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(new WrongRegistry(
                    FeedDefinition.builder("posts").build(),
                    new Problem("feeds/b", "events", "query.sort", "must be an array of fields, not true"),
                    new Problem("feeds.json", null, null, "is empty")))
            .aggregator(new InMemoryDatabases())
            .scheduler(scheduler)
            .build();
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        feeds.start();
        ClaimRules rules = new ClaimRules(
                null, null, ClaimRules.LEEWAY, "sub", "instanceId", new ClaimRules.Required("role", "admin"));
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0),
                feeds,
                new SharedSecretTokens(Tokens.SECRET, rules, scheduler),
                scheduler);
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
    }

    private String feeds(String role) {
        String token = Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:someone")
                .claim("role", role)
                .build());
        return new Http(service.port())
                .send("GET", "/feeds", "", "Authorization", "Bearer " + token)
                .body();
    }

    @Test
    void anAdministratorSeesThemBesideTheFeeds() {
        assertThat(feeds("admin"))
                .startsWith("{\"feeds\":[{\"collection\":\"posts\",")
                .endsWith("],\"problems\":["
                        + "{\"source\":\"feeds/b\",\"feed\":\"events\",\"key\":\"query.sort\","
                        + "\"message\":\"must be an array of fields, not true\"},"
                        + "{\"source\":\"feeds.json\",\"feed\":null,\"key\":null,\"message\":\"is empty\"}]}\n");
    }

    @Test
    void nobodyElseDoes() {
        assertThat(feeds("user")).startsWith("{\"error\":\"forbidden\"").doesNotContain("feeds/b", "events");
    }
}
