package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.exchange.Departures;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What costs is done in turns of callers, and keeps nobody from what is ready. The time stands still until a test moves it. */
@Timeout(60)
class TurnsOverHttpTest {

    private static final String POSTS = "/data/posts/query?global=true";
    private static final String SEARCH = "{\"n\":1}";
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final ManualScheduler time = new ManualScheduler();
    private final ColdFeeds feeds = new ColdFeeds();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<AutoCloseable> open = new ArrayList<>();
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0), feeds.feeds(), new SharedSecretTokens(Tokens.SECRET, time), time);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        await().until(() -> {
            feeds.answerAll();
            return service.requestsUnderWay() == 0;
        });
        service.close();
    }

    private static String token(String user) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + user)
                .claim("instanceId", user)
                .build());
    }

    private CompletableFuture<HttpResponse<String>> ask(String user, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                .header("Authorization", "Bearer " + token(user));
        HttpRequest sent = body.isEmpty()
                ? request.build()
                : request.POST(HttpRequest.BodyPublishers.ofString(body)).build();
        // Who waits for the answer waits with join, which no timeout of a test interrupts.
        return client.sendAsync(sent, HttpResponse.BodyHandlers.ofString()).orTimeout(20, TimeUnit.SECONDS);
    }

    private CompletableFuture<HttpResponse<String>> search(String user) {
        return ask(user, POSTS, SEARCH);
    }

    private List<CompletableFuture<HttpResponse<String>>> search(String user, int times) {
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            all.add(search(user));
        }
        return all;
    }

    /** Who is worked for next. */
    private ColdFeeds.Asked next() throws InterruptedException {
        ColdFeeds.Asked next = feeds.asked.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private String nextCaller() throws InterruptedException {
        return next().caller().replace("did:example:", "");
    }

    private void readyPagesAreServed() {
        assertThat(ask("alice", POSTS, "{}").join().statusCode()).isEqualTo(200);
        assertThat(ask("alice", "/health", "").join().statusCode()).isEqualTo(200);
    }

    /** Waits until so many requests have their turn or wait for it: one that is under way may not have come so far. */
    private void awaitTaken(int count) {
        await().until(() -> service.turns().running() + service.turns().waiting() == count);
    }

    private void awaitUnderWay(int count) {
        await().until(() -> service.requestsUnderWay() == count);
    }

    @Test
    void oneSearchOfACallerIsDoneAtATimeAndEightWaitAndTheRestIsRefused() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> all = search("mallory", 12);
        await().until(() -> all.stream().filter(CompletableFuture::isDone).count() == 3);

        List<HttpResponse<String>> refused = all.stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
        assertThat(refused).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.body()).startsWith("{\"error\":\"too_many_requests\",");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        });
        assertThat(nextCaller()).isEqualTo("mallory");
        assertThat(feeds.asked).isEmpty();
        readyPagesAreServed();
        CompletableFuture<HttpResponse<String>> hers = search("alice");
        assertThat(nextCaller()).isEqualTo("alice");
        feeds.answer("alice", 1);
        assertThat(hers.join().statusCode()).isEqualTo(200);

        feeds.answer("mallory", 9);
        assertThat(all).extracting(answer -> answer.join().statusCode()).containsOnly(200, 429);
        assertThat(feeds.asked).as("those that waited").hasSize(8);
    }

    @Test
    void whatIsReadyIsTriedWithLittleAndWhatIsNearlyWithMoreWhereThereIsRoomToWait() throws Exception {
        readyPagesAreServed();
        assertThat(feeds.tried)
                .singleElement()
                .satisfies(steps -> assertThat(steps).isLessThan(ColdFeeds.HOT_STEPS));
        long ready = feeds.tried.remove();

        search("mallory");
        next();
        assertThat(feeds.tried).containsExactly(ready, ColdFeeds.HOT_STEPS);
        search("mallory", 8);
        awaitTaken(9);
        feeds.tried.clear();

        assertThat(search("mallory").join().statusCode()).isEqualTo(429);
        assertThat(feeds.tried).containsExactly(ready);
        feeds.answer("mallory", 9);
    }

    @Test
    void callersTakeTurns() throws Exception {
        int others = Math.max(2, Runtime.getRuntime().availableProcessors()) - 1;
        for (int i = 0; i < others; i++) {
            search("busy-" + i);
            next();
        }
        search("mallory", 3);
        assertThat(nextCaller()).isEqualTo("mallory");
        awaitTaken(others + 3);
        search("alice");
        search("bob");
        awaitTaken(others + 5);

        List<String> order = new ArrayList<>();
        for (String whose = "mallory"; order.size() < 4; whose = order.get(order.size() - 1)) {
            feeds.answer(whose, 1);
            order.add(nextCaller());
        }

        assertThat(order.subList(0, 3)).containsExactlyInAnyOrder("alice", "bob", "mallory");
        assertThat(order.get(3)).isEqualTo("mallory");
        for (int i = 0; i < others; i++) {
            feeds.answer("busy-" + i, 1);
        }
    }

    @Test
    void whoHasWaitedTooLongIsToldSo() throws Exception {
        CompletableFuture<HttpResponse<String>> first = search("mallory");
        next();
        CompletableFuture<HttpResponse<String>> second = search("mallory");
        awaitTaken(2);

        time.advance(LONGEST_WAIT);

        assertThat(second.join().statusCode()).isEqualTo(503);
        assertThat(second.join().body()).startsWith("{\"error\":\"too_busy\",");
        assertThat(second.join().headers().firstValue("Retry-After")).hasValue("5");
        feeds.answer("mallory", 1);
        assertThat(first.join().statusCode()).isEqualTo(200);
        assertThat(feeds.asked).isEmpty();
    }

    private RawClient searchAndLeave() throws IOException {
        RawClient leaving = RawClient.connect(service.port());
        open.add(leaving);
        return leaving.send("POST " + POSTS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token("mallory")
                + "\r\nContent-Length: " + SEARCH.length() + "\r\n\r\n" + SEARCH);
    }

    @Test
    void nothingIsComputedForAClientThatHasLeft() throws Exception {
        RawClient leaving = searchAndLeave();
        assertThat(nextCaller()).isEqualTo("mallory");
        CompletableFuture<HttpResponse<String>> another = search("mallory");
        awaitTaken(2);

        leaving.close();

        // Its work is over: the next is begun.
        await().until(() -> {
            time.advance(Departures.PERIOD);
            return !feeds.asked.isEmpty();
        });
        feeds.answer("mallory", 1);
        assertThat(another.join().statusCode()).isEqualTo(200);
    }

    @Test
    void whoLeavesWhileItWaitsWaitsNoMore() throws Exception {
        CompletableFuture<HttpResponse<String>> first = search("mallory");
        next();
        RawClient leaving = searchAndLeave();
        awaitTaken(2);

        leaving.close();

        await().until(() -> {
            time.advance(Departures.PERIOD);
            return service.requestsUnderWay() == 1;
        });
        feeds.answer("mallory", 1);
        assertThat(first.join().statusCode()).isEqualTo(200);
        assertThat(feeds.asked).isEmpty();
    }

    @Test
    void whatWaitsForDatabasesKeepsNobodyFromASearch() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> reading = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            reading.add(ask("own-" + i, "/data/notes/query", "{}"));
            reading.add(ask("expand-" + i, POSTS + "&expand=author", "{}"));
            reading.add(ask("document-" + i, "/data/expand?did=did:example:bob&ref=profile", ""));
        }
        awaitTaken(30);
        for (int i = 0; i < 8; i++) {
            assertThat(next().thread()).startsWith("matview-reading-");
        }

        CompletableFuture<HttpResponse<String>> hers = search("alice");

        assertThat(next().thread()).startsWith("matview-searching-");
        feeds.answer("alice", 1);
        assertThat(hers.join().statusCode()).isEqualTo(200);
        readyPagesAreServed();
        for (int i = 0; i < 10; i++) {
            feeds.answer("own-" + i, 1);
            feeds.answer("expand-" + i, 1);
            feeds.answer("document-" + i, 1);
        }
        assertThat(reading)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
    }

    @Test
    void whoWaitsForARefreshHoldsNoThread() {
        CompletableFuture<Boolean> refreshed = new CompletableFuture<>();
        feeds.young = refreshed;
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int caller = 0; caller < 12; caller++) {
            for (int i = 0; i < HttpSettings.MAX_REQUESTS_PER_CALLER; i++) {
                waiting.add(ask("caller-" + caller, POSTS, "{\"maxCacheAge\":2.5}"));
            }
        }
        awaitUnderWay(waiting.size());
        readyPagesAreServed();

        refreshed.complete(true);

        assertThat(waiting).allSatisfy(answer -> {
            assertThat(answer.join().statusCode()).isEqualTo(200);
            assertThat(answer.join().body()).doesNotContain("warning");
        });
        assertThat(feeds.askedAge).isEqualTo(Duration.ofMillis(2_500));
    }

    @Test
    void anAnswerThatIsOlderThanWasAskedForSaysSo() throws Exception {
        feeds.young = CompletableFuture.completedFuture(false);

        assertThat(ask("alice", POSTS, "{\"maxCacheAge\":0}").join().body())
                .contains("\"warning\":\"The feed could not");

        CompletableFuture<HttpResponse<String>> searched = ask("alice", POSTS, "{\"maxCacheAge\":0,\"n\":1}");
        assertThat(next().query().maxAge()).as("it is not waited for twice").isNull();
        feeds.answer("alice", 1);
        assertThat(searched.join().body()).contains("\"warning\":\"The feed could not");
    }
}
