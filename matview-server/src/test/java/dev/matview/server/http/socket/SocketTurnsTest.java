package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Settings;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.ColdFeeds;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is pushed and costs is done in turns of callers, too. */
@Timeout(60)
class SocketTurnsTest {

    private final ManualScheduler time = new ManualScheduler();
    private final ColdFeeds cold = new ColdFeeds();
    private final List<AutoCloseable> open = new ArrayList<>();
    private HttpService service;

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private void serve(HttpService.Feeds feeds) throws IOException {
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0), feeds, new SharedSecretTokens(Tokens.SECRET, time), time);
        open.add(0, service);
    }

    private static String token(String user) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + user)
                .claim("instanceId", user)
                .build());
    }

    private SocketClient subscribe(String user, String query) {
        SocketClient client = SocketClient.open(service.port(), "/data/global").authenticate(token(user), query);
        open.add(0, client);
        return client;
    }

    private ColdFeeds.Asked next() throws InterruptedException {
        ColdFeeds.Asked next = cold.asked.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @Test
    void manySocketsOfOneCallerHoldUpNobodyElse() throws Exception {
        serve(cold.feeds());
        List<SocketClient> hostile = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            hostile.add(subscribe("mallory", "{'collection':'posts','n':" + i + "}"));
        }
        assertThat(next().caller()).isEqualTo("did:example:mallory");
        await().until(() -> service.topics() == 20);

        SocketClient hers = subscribe("alice", "{'collection':'posts','n':1}");

        assertThat(next().caller()).isEqualTo("did:example:alice");
        cold.answer("alice", 1);
        assertThat(hers.next().has("docs")).isTrue();
        assertThat(cold.asked).as("one of mallory's is worked for at a time").isEmpty();
        cold.answer("mallory", 20);
        for (SocketClient one : hostile) {
            assertThat(one.next().has("docs")).isTrue();
        }
    }

    @Test
    void aPushThatIsTooLargeEndsTheSubscription() throws Exception {
        InMemoryDatabases databases = new InMemoryDatabases();
        GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                        .selector("{\"type\":\"post\"}")
                        .build()))
                .aggregator(databases)
                .settings(Settings.builder().answerBytes(2_000).build())
                .build();
        open.add(feeds);
        feeds.start();
        databases.put("userdb-alice", "{\"_id\":\"1\",\"type\":\"post\"}");
        feeds.refresh("posts").join();
        serve(new HttpService.Feeds(feeds));
        SocketClient client = subscribe("alice", "{'collection':'posts'}");
        assertThat(client.next().get("docs")).hasSize(1);

        for (int i = 2; i < 5; i++) {
            databases.put(
                    "userdb-alice", "{\"_id\":\"" + i + "\",\"type\":\"post\",\"text\":\"" + "x".repeat(1_000) + "\"}");
        }
        feeds.refresh("posts").join();

        JsonNode error = client.next();
        assertThat(error.get("error").textValue()).isEqualTo("answer_too_large");
        assertThat(client.closeCode()).isEqualTo(4009);
        SocketClient another = subscribe("alice", "{'collection':'posts','limit':1}");
        assertThat(another.next().get("docs")).hasSize(1);
    }
}
