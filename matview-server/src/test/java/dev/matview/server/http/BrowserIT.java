package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import com.sun.net.httpserver.HttpServer;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.connection.Cors;
import dev.matview.server.http.page.Chromium;
import dev.matview.server.http.socket.SocketLimits;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;

/**
 * A page of another origin in a real Chromium, which does what the clients' {@code hub.html} does; the page at {@code /} has tests of its own. Debian's packages
 * {@code chromium} and {@code chromium-driver} are what it needs, or their like in the path.
 */
@Needs(Tool.BROWSER)
class BrowserIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** No pings: the time moves faster than a browser could answer them. */
    private static final SocketLimits LIMITS =
            new SocketLimits(10, Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

    private static final ClaimRules RULES = new ClaimRules(
            null, null, ClaimRules.LEEWAY, "sub", "instanceId", new ClaimRules.Required("role", "admin"));

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryViewStore store = new InMemoryViewStore();

    /** By which tokens expire. */
    private final ManualScheduler time = new ManualScheduler();

    private GlobalFeeds feeds;
    private HttpService service;
    private HttpServer pages;
    private Chromium chromium;
    private ChromeDriver browser;

    @BeforeEach
    void start() throws IOException {
        databases.put("userdb-ada", """
                {"_id":"profile","name":"Ada","acl":{"read":{"allow":["*"]}}}""");
        databases.put("userdb-bela", """
                {"_id":"profile","name":"Bela"}""");
        post("userdb-ada", 1, "Planted tomatoes.");
        post("userdb-bela", 2, "Fresh bread at the corner.");
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                        .selector("{\"type\":\"post\"}")
                        .fields("_id", "content", "author", "at")
                        .sort("[{\"at\":\"desc\"}]")
                        .build()))
                .aggregator(databases)
                .viewStore(store)
                .build();
        feeds.start();
        feeds.refresh("posts").join();
        pages = pages();
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0).withCors(Cors.of(origin())).withSockets(LIMITS),
                feeds,
                new SharedSecretTokens(Tokens.SECRET, RULES, time),
                time);
        chromium = Chromium.start();
        browser = chromium.driver();
    }

    /** Waits for what a page shows, which may change while it is looked at. */
    private static ConditionFactory awaitPage() {
        return await().atMost(PATIENCE).ignoreException(StaleElementReferenceException.class);
    }

    private void post(String database, int at, String content) {
        databases.put(
                database,
                "{\"_id\":\"%d\",\"type\":\"post\",\"at\":%d,\"content\":\"%s\",\"author\":{\"did\":\"did:example:%s\",\"ref\":\"profile\"}}"
                        .formatted(at, at, content, database.substring(7)));
    }

    private static HttpServer pages() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] page = BrowserIT.class.getResourceAsStream("hub.html").readAllBytes();
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/html;charset=utf-8");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        return server;
    }

    private String origin() {
        return "http://localhost:" + pages.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        for (AutoCloseable one :
                Arrays.<AutoCloseable>asList(chromium, service, feeds, pages == null ? null : () -> pages.stop(0))) {
            closeQuietly(one, problem -> System.err.println("after the test: " + problem));
        }
    }

    private static void closeQuietly(AutoCloseable one, Consumer<Exception> told) {
        try {
            if (one != null) {
                one.close();
            }
        } catch (Exception e) {
            told.accept(e);
        }
    }

    private String text(String id) {
        return browser.findElement(By.id(id)).getText();
    }

    private List<String> items(String id) {
        return browser.findElements(By.cssSelector("#" + id + " li")).stream()
                .map(WebElement::getText)
                .toList();
    }

    @Test
    void aPageOfAnotherOriginReadsTheFeedSeesItLiveAndIsRefusedWhenItsTokenExpires() throws IOException {
        String token = Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:ada")
                .claim("instanceId", "ada")
                .expirationTime(Date.from(time.instant().plusSeconds(600)))
                .build());

        browser.get(origin() + "/hub.html#server=127.0.0.1:" + service.port() + "&token=" + token);

        String hers = "Ada: Planted tomatoes.";
        String his = "did:example:bela: Fresh bread at the corner.";
        awaitPage().untilAsserted(() -> assertThat(items("docs")).containsExactly(his, hers));
        assertThat(text("status")).isEqualTo("200, ETag readable");
        awaitPage().untilAsserted(() -> assertThat(items("pushed")).containsExactly(his, hers));

        post("userdb-ada", 3, "And watered them.");
        feeds.refresh("posts").join();
        awaitPage()
                .untilAsserted(() -> assertThat(items("pushed")).containsExactly("Ada: And watered them.", his, hers));
        assertThat(text("push")).isEqualTo("open");

        time.advance(Duration.ofMinutes(9));
        assertThat(text("push")).isEqualTo("open");
        time.advance(Duration.ofMinutes(2));
        awaitPage().untilAsserted(() -> assertThat(text("refusal")).isEqualTo("401 unauthorized"));
        assertThat(text("push")).isEqualTo("closed with 4001");
        Files.createDirectories(Path.of("target"));
        Files.write(Path.of("target", "browser.png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    @Test
    void aPageOfAnOriginThatIsNotAllowedReadsNothing() {
        String elsewhere = origin().replace("localhost", "127.0.0.1");

        browser.get(elsewhere + "/hub.html#server=127.0.0.1:" + service.port() + "&token=" + Tokens.alice());

        awaitPage().untilAsserted(() -> assertThat(text("status")).contains("TypeError"));
        assertThat(items("docs")).isEmpty();
    }
}
