package dev.matview.server.http.page;

import static dev.matview.server.http.page.Chromium.awaitPage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.socket.SocketLimits;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;

/** What the page shows of work that takes its time, and of hours that have passed, by a clock that a test moves. */
@Needs(Tool.BROWSER)
class PageOverTimeIT {

    private static final int DATABASES = 200;
    private static final int REFRESHES = 130;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SocketLimits LIMITS = new SocketLimits(10, Duration.ofSeconds(10), HOUR, HOUR, HOUR);
    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .interval(Duration.ofMinutes(1))
            .build();

    private static Chromium browser;

    private final ManualScheduler time = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();

    /** One for each database that may be read. */
    private final Semaphore reads = new Semaphore(0);

    private GlobalFeeds feeds;
    private HttpService service;

    @BeforeAll
    static void startBrowser() {
        browser = Chromium.start();
        browser.look(1280, false);
    }

    @AfterAll
    static void stopBrowser() {
        browser.close();
    }

    @BeforeEach
    void start() throws IOException {
        // Hours ago, by the browser's clock.
        time.advance(Duration.between(time.instant(), Instant.now().minus(Duration.ofMinutes(REFRESHES + 10))));
        for (int i = 0; i < DATABASES; i++) {
            databases.put("userdb-" + i, "{\"_id\":\"p\",\"type\":\"post\"}");
        }
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(POSTS))
                .aggregator(new Paced())
                .scheduler(time)
                .build();
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0).withSockets(LIMITS), feeds, Authenticator.none(), time);
        feeds.start();
        await().until(() -> feeds.status("posts").nextRefresh() != null);
        time.advance(Duration.ZERO);
    }

    @AfterEach
    void stop() {
        reads.release(1_000_000);
        service.close();
        feeds.close();
        assertThat(browser.faults()).isEmpty();
    }

    /** Each database that has moved waits for its turn. */
    private final class Paced extends DelegatingAggregator {

        Paced() {
            super(databases);
        }

        @Override
        public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
            Sink paced = (Sink) Proxy.newProxyInstance(
                    Sink.class.getClassLoader(), new Class<?>[] {Sink.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("moved") || method.getName().equals("changed")) {
                            reads.acquire();
                        }
                        try {
                            return method.invoke(sink, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
            super.aggregate(demands, paced);
        }
    }

    private void open(String route) {
        browser.open("http://127.0.0.1:" + service.port() + "/#" + route);
    }

    private void read(int databases, int done) {
        reads.release(databases);
        await().until(() -> feeds.status("posts").progress().done() == done);
        time.advance(Duration.ofSeconds(2));
    }

    @Test
    void aFirstBuildShowsHowFarItIsAndTheTimeLeftUntilItHasEnded() {
        open("/feeds/posts");
        browser.awaitText("main", "Being built", "0 of 200 databases", "None before the first build has ended.");

        read(40, 40);
        browser.awaitText("main .progress", "40 of 200 databases");
        read(40, 80);
        read(20, 100);
        browser.awaitText("main .progress", "100 of 200 databases, about ", " s left");
        assertThat(browser.element("main progress").getAttribute("value")).isEqualTo("100");
        assertThat(browser.element("main progress").getAttribute("max")).isEqualTo("200");

        reads.release(100);
        browser.awaitText(".title", "Fresh");
        browser.awaitText("section[aria-labelledby='rows-heading'] .note", "Live: the first 20 of 200 rows");
        browser.awaitText("section[aria-labelledby='refreshes-heading'] tbody", "first build", "200 of 200");
        assertThat(browser.has("main .progress")).isFalse();
    }

    /** A refresh that takes some seconds, by the clock. */
    private void takeLong(int number) {
        reads.drainPermits();
        databases.put("userdb-" + number, "{\"_id\":\"late\",\"type\":\"post\"}");
        time.advance(Duration.ofMinutes(1));
        await().until(() -> feeds.status("posts").progress() != null);
        time.advance(Duration.ofSeconds(5 + number));
        reads.release(1_000_000);
        await().until(() -> feeds.status("posts").nextRefresh() != null);
    }

    @Test
    void hoursOfRefreshesAreListedAndDrawn() {
        reads.release(1_000_000);
        Subscription following = time.follow(feeds);
        for (int i = 0; i < REFRESHES; i++) {
            if (i % 3 > 0) {
                databases.put("userdb-" + i, "{\"_id\":\"n\",\"type\":\"post\"}");
            }
            if (i == REFRESHES / 2) {
                databases.fail("userdb-7", new IOException("the disk is full"));
            }
            time.advance(Duration.ofMinutes(1));
        }
        following.close();
        for (int i = 0; i < 5; i++) {
            takeLong(i);
        }

        open("/");
        browser.awaitText("table.feeds tbody tr", "posts", "291");
        awaitPage()
                .until(() -> browser.driver()
                                .findElements(By.cssSelector("table.feeds .spark"))
                                .size()
                        == 2);
        open("/feeds/posts");
        browser.awaitText(".plots", "now 291 · 200 to 291");
        awaitPage()
                .until(() -> browser.driver()
                                .findElements(By.cssSelector(".plots canvas"))
                                .size()
                        == 3);
        assertThat(inked())
                .as("pixels of each plot's line")
                .allSatisfy(pixels -> assertThat(pixels).isGreaterThan(100));
        String refreshes = "section[aria-labelledby='refreshes-heading']";
        assertThat(browser.driver().findElements(By.cssSelector(refreshes + " tbody tr")))
                .hasSize(12);
        browser.click(refreshes + " button");
        awaitPage()
                .until(() -> browser.driver()
                                .findElements(By.cssSelector(refreshes + " tbody tr"))
                                .size()
                        == 100);
        browser.awaitText(refreshes, "interval", "unchanged, 1 behind", "generation");
    }

    /** How many pixels of each canvas have the colour of its line or bars. */
    private static List<Long> inked() {
        Object found = browser.driver().executeScript("""
                const probe = document.createElement("canvas").getContext("2d");
                probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
                probe.fillRect(0, 0, 1, 1);
                const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
                return [...document.querySelectorAll(".plots canvas")].map((canvas) => {
                  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                  let inked = 0;
                  for (let i = 0; i < data.length; i += 4) {
                    const far = Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b);
                    if (data[i + 3] > 128 && far < 60) inked++;
                  }
                  return inked;
                });
                """);
        return ((List<?>) found).stream().map(pixels -> (Long) pixels).toList();
    }
}
