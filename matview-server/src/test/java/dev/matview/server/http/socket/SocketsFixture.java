package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.connection.Cors;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A service with two feeds, and clients of its WebSockets. The sockets' time stands still until a test moves it. */
abstract class SocketsFixture {

    /** Longer to send than between pings: a test that moves the time may be faster than the end of a message. */
    static final SocketLimits LIMITS = new SocketLimits(
            40, Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofSeconds(90));

    static final String POSTS = "{'collection':'posts'}";

    final InMemoryDatabases databases = new InMemoryDatabases();
    final InMemoryFeedRegistry registry = new InMemoryFeedRegistry(
            feed("posts").build(), feed("private").access(Access.ACL).build());
    final ManualScheduler time = new ManualScheduler();
    final List<AutoCloseable> open = new ArrayList<>();
    GlobalFeeds feeds;
    HttpService service;

    @BeforeEach
    void start() throws IOException {
        feeds = GlobalFeeds.builder().registry(registry).aggregator(databases).build();
        open.add(feeds);
        feeds.start();
        post("userdb-alice", 1, "*");
        refresh();
        service = serve(new SharedSecretTokens(Tokens.SECRET, time));
    }

    static FeedDefinition.Builder feed(String collection) {
        return FeedDefinition.builder(collection)
                .selector("{\"type\":\"post\"}")
                .fields("_id", "n")
                .sort("[{\"n\":\"desc\"}]");
    }

    HttpService serve(Authenticator authenticator) throws IOException {
        HttpSettings settings =
                HttpSettings.of("127.0.0.1", 0).withSockets(LIMITS).withCors(Cors.of("https://app.example.org"));
        HttpService started = HttpService.start(settings, feeds, authenticator, time);
        open.add(0, started);
        return started;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    void post(String database, int n, String reader) {
        databases.put(
                database,
                "{\"_id\":\"%d\",\"type\":\"post\",\"n\":%d,\"acl\":{\"read\":{\"allow\":[\"%s\"]}}}"
                        .formatted(n, n, reader));
    }

    void refresh() {
        feeds.refresh("posts").join();
        feeds.refresh("private").join();
    }

    SocketClient open(String path, String... headers) {
        SocketClient client = SocketClient.open(service.port(), path, headers);
        open.add(0, client);
        return client;
    }

    SocketClient subscribe(String query) {
        return open("/data/global").authenticate(Tokens.alice(), query);
    }

    static List<Integer> numbers(JsonNode rows) {
        List<Integer> numbers = new ArrayList<>();
        rows.forEach(row -> numbers.add(row.get("n").intValue()));
        return numbers;
    }

    static List<Integer> docs(SocketClient client) throws InterruptedException {
        JsonNode message = client.next();
        assertThat(message.fieldNames()).toIterable().containsExactly("docs", "bookmark", "view");
        return numbers(message.get("docs"));
    }

    static String token(String user, Date expiry) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + user)
                .claim("instanceId", user)
                .expirationTime(expiry)
                .build());
    }
}
