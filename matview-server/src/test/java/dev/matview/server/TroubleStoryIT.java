package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.server.http.Http;
import dev.matview.server.http.page.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bad hour of the jar that users run, on a CouchDB with 500 user databases: three of them fail, then the CouchDB is away,
 * then the registry is wrong. The page, {@code /feeds/posts}, the log, the numbers and the alerts each tell what, why and
 * since when, once, and that it is over. The CouchDB is away until a refresh has failed, of which each request was tried
 * five times: half a minute would mean the same, and more attempts that are not told.
 */
@Tag("couchdb")
@Needs({Tool.COUCHDB, Tool.BROWSER, Tool.PROMTOOL})
class TroubleStoryIT {

    private static final int DATABASES = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ROW = "table.feeds tbody tr";
    private static final String BEHIND = "section[aria-labelledby='behind-heading']";
    private static final String OLDEST = "matview_feed_behind_oldest_seconds";
    private static final String FAILURES = "matview_feed_refresh_failures{collection=\"posts\"}";
    private static final String STALENESS = "matview_feed_staleness_seconds";

    private final TestCouch couch = TestCouch.get();
    private final TestDatabases databases = couch.databases();
    private final FaultProxy proxy = new FaultProxy(couch.url());

    @TempDir
    Path directory;

    private Path registry;
    private ServerJar jar;
    private Process server;
    private Http http;
    private Chromium browser;
    private AlertsOfMoments alerts;

    @BeforeEach
    void start() throws Exception {
        // Meanwhile: it takes its time.
        CompletableFuture<Chromium> opening = CompletableFuture.supplyAsync(Chromium::start);
        forEachDatabase(i -> {
            // Of one shard each: they are made and dropped in half the time.
            couch.raw().json("PUT", couch.raw().path(user(i)) + "?q=1", null);
            post(i, "first");
        });
        alerts = new AlertsOfMoments();
        jar = new ServerJar(directory, couch.user());
        registry = directory.resolve("feeds.json");
        register("3s");
        server = jar.start(
                proxy.url().toString(),
                couch.password(),
                "--registry",
                registry.toString(),
                "--no-auth",
                "--port",
                "0");
        browser = opening.join();
        http = new Http(jar.port(server));
        browser.look(1280, false);
        browser.open("http://127.0.0.1:" + jar.port(server) + "/");
    }

    @AfterEach
    void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        jar.close();
        proxy.close();
        forEachDatabase(i -> couch.raw().drop(user(i)));
        couch.raw().names("matview-" + databases.prefix()).forEach(couch.raw()::drop);
        databases.close();
    }

    private static void forEachDatabase(IntConsumer work) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int i = 0; i < DATABASES; i++) {
                int number = i;
                threads.execute(() -> work.accept(number));
            }
        } finally {
            threads.shutdown();
            assertThat(threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    private String user(int number) {
        return databases.name("user-%03d".formatted(number));
    }

    private void post(int number, String id) {
        couch.raw().put(user(number), id, "{\"type\":\"post\"}");
    }

    private void register(String interval) throws IOException {
        Files.writeString(registry, """
                [{"collectionName": "posts", "materializedViewName": "%sposts", "aggregationInterval": "%s",
                  "databases": "%suser-*", "query": {"selector": {"type": "post"}}}]
                """.formatted(databases.prefix(), interval, databases.prefix()));
    }

    private JsonNode posts() throws IOException {
        return new ObjectMapper().readTree(http.send("GET", "/feeds/posts", "").body());
    }

    private JsonNode source() throws IOException {
        return new ObjectMapper()
                .readTree(http.send("GET", "/feeds", "").body())
                .at("/server/sources/0");
    }

    private String metrics() {
        return http.send("GET", "/metrics", "").body();
    }

    private void awaitNumber(String series, double least) {
        await().atMost(PATIENCE)
                .until(() -> metrics()
                        .lines()
                        .filter(line -> line.startsWith(series + " "))
                        .anyMatch(line -> Double.parseDouble(line.substring(series.length() + 1)) >= least));
    }

    private static void isBetween(JsonNode time, Instant begin) {
        assertThat(Instant.parse(time.textValue())).isBetween(begin, Instant.now());
    }

    /** What was warned of, and told to be over, without the time and the level before it. */
    private List<String> told() throws IOException {
        return jar.log(server)
                .lines()
                .filter(line -> line.contains(" WARN ") || line.contains(", after "))
                .map(line -> line.replaceFirst("^\\S+ (WARN|INFO) +", "$1 "))
                .toList();
    }

    @Test
    void eachTroubleIsToldOnceWithReasonAndTimeAndSoIsItsEnd() throws Exception {
        browser.awaitText(ROW, "posts", "Fresh", "500");
        alerts.add(metrics(), Set.of());
        assertThat(told()).isEmpty();

        threeDatabasesFail();
        couchDbIsAway();
        theRegistryIsWrong();

        assertThat(told())
                .hasSize(8)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith(
                                        "WARN RefreshLog: posts: 3 of 500 databases could not be read and are behind, such as "
                                                + user(7))
                                .contains("the disk is full"),
                        line -> assertThat(line)
                                .startsWith("INFO RefreshLog: posts: no database is behind any more, after "),
                        line -> assertThat(line).contains("CouchDB at " + proxy.url() + " is away: ", "no connection"),
                        line -> assertThat(line)
                                .startsWith("WARN RefreshLog: posts: the refresh failed: ")
                                .contains("no connection"),
                        line -> assertThat(line).contains("CouchDB at " + proxy.url() + " is back, after "),
                        line -> assertThat(line).startsWith("INFO RefreshLog: posts: refreshed again, after "),
                        line -> assertThat(line)
                                .startsWith("WARN JsonFileRegistry: ")
                                .contains("feeds.json cannot be used"),
                        line -> assertThat(line)
                                .startsWith("INFO JsonFileRegistry: ")
                                .contains("can be used again, after "));
        assertThat(jar.log(server)).as("what is wrong in the registry").containsOnlyOnce("aggregationInterval");
        alerts.check(directory);
    }

    private void threeDatabasesFail() throws IOException {
        Instant begin = Instant.now();
        proxy.on(
                databases.prefix() + "user-00[789]",
                Fault.status(500, "{\"error\":\"internal_server_error\",\"reason\":\"the disk is full\"}"));
        for (int i = 7; i < 10; i++) {
            post(i, "second");
        }

        browser.awaitText(ROW, "3 behind");
        browser.awaitText(BEHIND, user(7), user(8), user(9), "the disk is full", "ago");
        JsonNode behind = posts();
        assertThat(behind.path("behindDatabases")).hasSize(3).allSatisfy(one -> {
            assertThat(one.path("kind").textValue()).isEqualTo("error");
            assertThat(one.path("reason").textValue()).contains("the disk is full");
            isBetween(one.path("since"), begin);
        });
        assertThat(behind.at("/view/rows").intValue()).as("all that was there").isEqualTo(DATABASES);
        String metrics = metrics();
        assertThat(metrics)
                .contains("matview_feed_databases_behind{collection=\"posts\"} 3.0")
                .contains("matview_feed_databases_behind_by_reason{collection=\"posts\",reason=\"error\"} 3.0")
                .doesNotContain("user-007");
        alerts.add(metrics, Set.of(OLDEST), "MatviewDatabasesBehind");

        proxy.heal();
        browser.awaitText(ROW, "Fresh", "503");
        assertThat(browser.has(BEHIND)).isFalse();
        assertThat(posts().path("behindDatabases")).isEmpty();
        alerts.add(metrics(), Set.of());
    }

    private void couchDbIsAway() throws IOException {
        Instant begin = Instant.now();
        proxy.down();

        browser.awaitText("main .alert", proxy.url() + " is away since", "no connection");
        browser.awaitText(ROW, "Failing", "no connection");
        awaitNumber(FAILURES, 1);
        assertThat(source().path("state").textValue()).isEqualTo("away");
        assertThat(source().path("reason").textValue()).contains("no connection");
        isBetween(source().path("since"), begin);
        JsonNode failing = posts();
        assertThat(failing.path("lastFailure").textValue()).contains("no connection");
        int failures = failing.path("failures").intValue();
        isBetween(failing.path("refreshes").get(failures - 1).path("startedAt"), begin.minusSeconds(5));
        String metrics = metrics();
        assertThat(metrics).contains("matview_couchdb_up{couchdb=\"" + proxy.url() + "\"} 0.0");
        Set<String> firing = new HashSet<>(Set.of("MatviewCouchDbAway", "MatviewFeedStale"));
        if (!metrics.contains(FAILURES + " 1.0") && !metrics.contains(FAILURES + " 2.0")) {
            firing.add("MatviewRefreshFailing");
        }
        alerts.add(metrics, Set.of(STALENESS), firing.toArray(String[]::new));

        proxy.up();
        browser.awaitText(ROW, "Fresh");
        assertThat(browser.has("main .alert")).isFalse();
        assertThat(posts().path("failures").intValue()).isZero();
        assertThat(source().path("state").textValue()).isEqualTo("up");
        alerts.add(metrics(), Set.of());
    }

    private void theRegistryIsWrong() throws IOException {
        register("often");

        browser.awaitText("main .alert", "Wrong in the registry", "feeds.json", "posts", "aggregationInterval");
        browser.awaitText(ROW, "Fresh");
        JsonNode wrong = posts();
        assertThat(wrong.path("problems")).singleElement().satisfies(problem -> {
            assertThat(problem.path("key").textValue()).isEqualTo("aggregationInterval");
            assertThat(problem.path("message").textValue()).contains("often");
        });
        assertThat(wrong.at("/definition/aggregationInterval").textValue()).isEqualTo("3s");
        assertThat(metrics()).contains("matview_registry_problems 1.0");
        alerts.add(metrics(), Set.of(), "MatviewRegistryWrong");

        register("4s");
        Chromium.awaitPage().until(() -> !browser.has("main .alert"));
        assertThat(posts().path("problems")).isEmpty();
        alerts.add(metrics(), Set.of());
    }
}
