package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.Query;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.connection.ConnectionLimits;
import dev.matview.server.http.connection.OpenConnections;
import dev.matview.server.http.exchange.Exchange;
import dev.matview.server.http.exchange.RequestBody;
import dev.matview.server.share.ShareLimits;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that send or read slowly, or not at all. They keep nobody waiting; and there is an end to each, by the clock. */
class SlowClientsTest {

    private static final String POSTS = "/data/posts/query?global=true";
    private static final ConnectionLimits LIMITS = ConnectionLimits.defaults();
    private static final int PER_CALLER = HttpSettings.MAX_REQUESTS_PER_CALLER;

    private final ManualScheduler time = new ManualScheduler();
    private final List<RawClient> clients = new ArrayList<>();
    private volatile StubFeeds.Answering answering = (collection, query) -> SomePage.empty();
    private HttpService service;
    private Http http;

    @BeforeEach
    void start() throws IOException {
        start(HttpSettings.of("127.0.0.1", 0));
    }

    private void start(HttpSettings settings) throws IOException {
        HttpService.Feeds feeds = StubFeeds.answering((collection, query) -> answering.page(collection, query));
        service = HttpService.start(settings, feeds, new SharedSecretTokens(Tokens.SECRET, time), time);
        http = new Http(service.port());
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        service.close();
    }

    private RawClient connect() throws IOException {
        RawClient client = RawClient.connect(service.port());
        clients.add(client);
        return client;
    }

    private RawClient ask(int caller, int length, String body) throws IOException {
        return connect()
                .send("POST " + POSTS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token("user-" + caller)
                        + "\r\nContent-Length: " + length + "\r\n\r\n" + body);
    }

    private static String token(String user) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + user)
                .claim("instanceId", user)
                .build());
    }

    private void othersAreAnswered() {
        HttpResponse<String> page = http.query(POSTS, "{}", "Authorization", "Bearer " + token("another"));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(http.send("GET", "/health", "").statusCode()).isEqualTo(200);
    }

    private void answerKilobytes(int kilobytes) {
        SomePage.Maker pages = SomePage.ofKilobytes(kilobytes);
        answering = (collection, query) -> pages.page();
    }

    @Test
    @Timeout(60)
    void healthAndMetricsAreAnsweredWhateverElseHappens() throws IOException {
        CountDownLatch over = hold(query -> true);
        for (int i = 0; i < 15 * PER_CALLER; i++) {
            ask(i / PER_CALLER, 2, "{}");
        }
        await().until(() -> service.requestsUnderWay() == 15 * PER_CALLER);

        assertThat(http.send("GET", "/health", "").statusCode()).isEqualTo(200);
        assertThat(http.send("GET", "/metrics", "", "Authorization", "Bearer " + token("another"))
                        .statusCode())
                .isEqualTo(403);
        over.countDown();
    }

    @Test
    @Timeout(60)
    void databasesThatAnswerSlowlyKeepNoReaderOfAFeedWaiting() throws IOException {
        CountDownLatch over = hold(query -> query.skip() == 1);
        int taken = 1 + ShareLimits.defaults().waitingPerCaller();
        for (int i = 0; i < 4 * taken; i++) {
            connect()
                    .send("POST /data/posts/query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                            + token("user-" + i / taken)
                            + "\r\nContent-Length: 26\r\n\r\n{\"selector\":{},\"skip\":1}  ");
        }
        await().until(() -> service.requestsUnderWay() == 4 * taken);

        othersAreAnswered();
        over.countDown();
    }

    /** Answers of the kind wait until the test is over. */
    private CountDownLatch hold(Predicate<Query> kind) {
        CountDownLatch over = new CountDownLatch(1);
        answering = (collection, query) -> {
            try {
                if (kind.test(query)) {
                    assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return SomePage.empty();
        };
        return over;
    }

    @Nested
    class BodiesThatComeSlowly {

        @Test
        @Timeout(20)
        void bodiesThatDoNotComeKeepNobodyWaiting() throws IOException {
            for (int i = 0; i < 11 * PER_CALLER; i++) {
                ask(i / PER_CALLER, 1000, "{");
            }
            await().until(() -> service.requestsUnderWay() == 11 * PER_CALLER);

            othersAreAnswered();
        }

        @Test
        void aBodyThatDoesNotComeInTimeIsNotWaitedFor() throws IOException {
            RawClient client = ask(1, 1000, "{");
            await().until(() -> service.requestsUnderWay() == 1);
            time.advance(RequestBody.MAX_TIME.minusSeconds(1));
            client.send(" ");
            assertThat(service.requestsUnderWay()).as("there is still time").isEqualTo(1);

            // A request that has arrived is waited for a moment later: the time goes on until it is over.
            await().until(() -> {
                time.advance(Duration.ofSeconds(3));
                return client.hasAnswer();
            });

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408 ").contains("{\"error\":\"request_timeout\",");
            await().until(() -> service.requestsUnderWay() == 0);
        }

        @Test
        void whoIsRefusedBeforeTheBodyHasComeIsToldToUseAnotherConnection() throws IOException {
            RawClient client =
                    connect().send("POST " + POSTS + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 401 ").contains("\r\nConnection: close\r\n");
        }

        @Test
        void aBodyThatComesInTimeIsAnsweredHoweverItCame() throws IOException {
            RawClient client = ask(1, 2, "");
            await().until(() -> service.requestsUnderWay() == 1);

            client.send("{");
            time.advance(Duration.ofSeconds(5));
            client.send("}");

            assertThat(client.statusLine()).isEqualTo("HTTP/1.1 200 OK");
        }

        @Test
        void largeBodiesAreReadByFewAtOnce() throws Exception {
            AtomicInteger atWork = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CountDownLatch enough = new CountDownLatch(1);
            answering = (collection, query) -> {
                most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                try {
                    assertThat(enough.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                atWork.decrementAndGet();
                return SomePage.empty();
            };
            String large = "{\"a\":\"" + "x".repeat(100_000) + "\"}";
            for (int i = 0; i < 20; i++) {
                ask(i, large.length(), large);
            }
            int few = Math.max(2, Runtime.getRuntime().availableProcessors());
            await().until(() -> service.requestsUnderWay() == 20 && atWork.get() == few);

            enough.countDown();

            for (RawClient client : clients) {
                assertThat(client.statusLine()).isEqualTo("HTTP/1.1 200 OK");
            }
            assertThat(most.get()).isEqualTo(few);
        }
    }

    @Nested
    class AnswersThatAreReadSlowly {

        @Test
        @Timeout(20)
        void readersThatDoNotReadKeepNobodyWaiting() throws IOException {
            answerKilobytes(300);
            for (int i = 0; i < 11 * PER_CALLER; i++) {
                ask(i / PER_CALLER, 2, "{}");
            }
            await().until(() -> service.requestsUnderWay() == 11 * PER_CALLER);

            answering = (collection, query) -> SomePage.empty();
            othersAreAnswered();
        }

        @Test
        void aReaderThatTakesTooLongIsCutOff() throws IOException {
            answerKilobytes(1024);
            RawClient client = ask(1, 2, "{}");
            assertThat(client.statusLine()).isEqualTo("HTTP/1.1 200 OK");
            time.advance(Exchange.SEND_TIME.plusSeconds(200));
            assertThat(service.requestsUnderWay()).as("it is a large answer").isEqualTo(1);

            time.advance(Duration.ofSeconds(100));

            await().until(() -> service.requestsUnderWay() == 0);
            assertThat(client.isClosedByServer()).isTrue();
        }

        @Test
        void whatIsKeptForSlowReadersHasABoundAndThoseWhoHaveBeenSlowForLongestMakeRoom() throws IOException {
            AtomicInteger made = new AtomicInteger();
            SomePage.Maker pages = SomePage.ofKilobytes(1024);
            answering = (collection, query) -> {
                made.incrementAndGet();
                return pages.page();
            };
            int fit = Math.toIntExact(Runtime.getRuntime().maxMemory() / 8 / (1024 * 1024));
            List<RawClient> early = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                early.add(ask(i, 2, "{}"));
            }
            for (RawClient client : early) {
                assertThat(client.statusLine()).isEqualTo("HTTP/1.1 200 OK");
            }
            time.advance(Duration.ofSeconds(5));

            for (int i = 0; i < fit; i++) {
                ask(100 + i, 2, "{}");
            }

            await().untilAsserted(() -> {
                assertThat(made.get()).isEqualTo(early.size() + fit);
                assertThat(service.requestsUnderWay()).isBetween(fit - early.size(), fit);
            });
            for (RawClient client : early) {
                assertThat(client.isClosedByServer()).isTrue();
            }
            othersAreAnswered();
        }
    }

    @Nested
    class Connections {

        @Test
        void theHeadOfARequestHasToComeInTime() throws IOException {
            RawClient half = connect().send("POST " + POSTS + " HTTP/1.1\r\nHos");
            RawClient nothing = connect();
            othersAreAnswered();
            time.advance(Duration.ofSeconds(2));
            half.send("t");

            time.advance(OpenConnections.HEAD_TIME);

            assertThat(half.isClosedByServer()).isTrue();
            nothing.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(nothing.statusLine()).isEqualTo("HTTP/1.1 200 OK");
        }

        @Test
        void aConnectionThatIsClosedCountsNoMoreWhoeverClosesIt() throws IOException {
            ask(1, 2, "{}").statusLine();
            ask(1, 1000, "{");
            connect().send("POST /");
            await().until(() -> service.connections() == 3);

            for (RawClient client : clients) {
                client.close();
            }

            await().until(() -> service.connections() == 0);
        }

        @Test
        @Timeout(60)
        void oneAddressHasOnlySoManyConnectionsAndHalfARequestMakesRoomForAWholeOne() throws IOException {
            RawClient first = connect().send("POST " + POSTS + " HTTP/1.1\r\nHos");
            await().until(() -> service.connections() == 1);
            time.advance(Duration.ofSeconds(1));
            for (int i = 0; i < LIMITS.perAddress(); i++) {
                connect().send("POST " + POSTS + " HTTP/1.1\r\nHos");
            }

            assertThat(first.isClosedByServer()).isTrue();
            RawClient whole = connect().send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(whole.statusLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(service.connections()).isLessThanOrEqualTo(LIMITS.perAddress());
        }

        @Test
        void manyAddressesTogetherHaveOnlySoManyConnectionsAndTheOneThatHasMostMakesRoom() throws IOException {
            service.close();
            start(HttpSettings.of("127.0.0.1", 0).withConnections(new ConnectionLimits(20, 15)));
            for (int i = 0; i < 20; i++) {
                clients.add(RawClient.connect(i < 12 ? "127.0.0.2" : "127.0.0.3", "127.0.0.1", service.port())
                        .send("GET /"));
            }
            await().until(() -> service.connections() == 20);

            RawClient other = connect().send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(other.statusLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(service.connections()).isEqualTo(20);
            clients.get(12).send(" HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(clients.get(12).statusLine())
                    .as("the address that has fewer")
                    .isEqualTo("HTTP/1.1 200 OK");
        }
    }
}
