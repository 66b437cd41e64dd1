package dev.matview.server.http.page;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.connection.Cors;
import dev.matview.server.http.socket.SocketLimits;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A server with two feeds over the databases of three users, and the page that it serves in a browser. */
@Needs(Tool.BROWSER)
abstract class PageFixture {

    /** No pings: the time moves faster than a browser could answer them. */
    private static final SocketLimits LIMITS =
            new SocketLimits(10, Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

    private static final ClaimRules RULES = new ClaimRules(
            null, null, ClaimRules.LEEWAY, "sub", "instanceId", new ClaimRules.Required("role", "admin"));

    static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .fields("_id", "content", "author", "at")
            .sort("[{\"at\":\"desc\"}]")
            .build();
    static final FeedDefinition NOTES = FeedDefinition.builder("notes")
            .selector("{\"type\":\"note\"}")
            .access(Access.ACL)
            .build();

    static Chromium browser;

    final InMemoryDatabases databases = new InMemoryDatabases();
    final InMemoryViewStore store = new InMemoryViewStore();
    final ChangingRegistry registry = new ChangingRegistry(new Contents(List.of(POSTS, NOTES), List.of()));

    /** By which tokens expire, and waiting for a refresh ends. */
    final ManualScheduler time = new ManualScheduler();

    GlobalFeeds feeds;
    HttpService service;

    /** What visits wait for; null for nothing. */
    private volatile CountDownLatch gate;

    @BeforeAll
    static void startBrowser() {
        browser = Chromium.start();
    }

    @AfterAll
    static void stopBrowser() {
        browser.close();
    }

    @BeforeEach
    void start() throws IOException {
        for (String user : List.of("ada", "bela", "chidi")) {
            databases.put("userdb-" + user, "{\"_id\":\"profile\",\"name\":\"" + user + "\"}");
        }
        post("ada", 1, "Planted tomatoes.");
        post("bela", 2, "Fresh bread at the corner.");
        post("chidi", 3, "<img src=x onerror=alert(1)> & <b>bold</b>");
        feeds = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(new Gated())
                .viewStore(store)
                .build();
        feeds.start();
        refresh();
        service = serve(0, new SharedSecretTokens(Tokens.SECRET, RULES, time));
    }

    @AfterEach
    void stop() {
        letPass();
        service.close();
        feeds.close();
    }

    /** Serves the feeds, on the port given or any. */
    HttpService serve(int port, Authenticator authenticator) throws IOException {
        return HttpService.start(
                HttpSettings.of("127.0.0.1", port).withCors(Cors.none()).withSockets(LIMITS),
                feeds,
                authenticator,
                time);
    }

    HttpService serve(int port) throws IOException {
        return serve(port, new SharedSecretTokens(Tokens.SECRET, RULES, time));
    }

    void refresh() {
        feeds.refresh("posts").join();
        feeds.refresh("notes").join();
    }

    void post(String user, int at, String content) {
        databases.put(
                "userdb-" + user,
                "{\"_id\":\"%d\",\"type\":\"post\",\"at\":%d,\"content\":\"%s\",\"author\":{\"did\":\"did:example:%s\"}}"
                        .formatted(at, at, content, user));
    }

    String url(String route) {
        return "http://127.0.0.1:" + service.port() + "/#" + route;
    }

    static String administrator() {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:root")
                .claim("role", "admin")
                .build());
    }

    /** Opens the page there, and signs in. */
    void signIn(String route) {
        browser.look(1280, false);
        browser.open(url(route));
        Chromium.awaitPage().until(() -> browser.has("#token"));
        browser.write("#token", administrator());
        browser.click("#signin button");
        Chromium.awaitPage().until(() -> !browser.has("#token") && browser.has("main h1"));
    }

    void problem(Problem... problems) {
        registry.set(new Contents(registry.contents().feeds(), List.of(problems)));
    }

    /** Has visits wait from now on, after they have said what they cover. */
    void holdUp() {
        gate = new CountDownLatch(1);
    }

    void letPass() {
        CountDownLatch closed = gate;
        gate = null;
        if (closed != null) {
            closed.countDown();
        }
    }

    private final class Gated extends DelegatingAggregator {

        Gated() {
            super(databases);
        }

        @Override
        public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
            CountDownLatch closed = gate;
            if (closed != null) {
                demands.forEach(demand -> sink.covers(demand.feed(), 3));
                closed.await();
            }
            super.aggregate(demands, sink);
        }
    }
}
