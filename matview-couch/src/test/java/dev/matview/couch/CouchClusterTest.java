package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.couch.internal.client.CouchJson;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchClusterTest {

    private static final TestCouch COUCH = TestCouch.get();
    private static final CouchRequest ALL_DBS = CouchRequest.get(CouchPath.server("_all_dbs"));

    private final TestDatabases databases = COUCH.databases();
    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private CouchCluster cluster;

    @BeforeEach
    void connect() {
        cluster = builder().build();
    }

    private CouchClusterBuilder builder() {
        return COUCH.cluster(proxy.url()).backoff(Duration.ofMillis(1), Duration.ofMillis(10));
    }

    @AfterEach
    void close() {
        cluster.close();
        proxy.close();
        databases.close();
    }

    @Test
    void aDocumentIsWrittenAndReadBack() throws InterruptedException {
        String database = databases.create("a");
        cluster.client()
                .json(CouchRequest.put(
                        CouchPath.database(database, "x/y+z"),
                        CouchJson.object().put("v", "ü")));

        JsonNode document = cluster.client().json(CouchRequest.get(CouchPath.database(database, "x/y+z")));

        assertThat(document.path("v").textValue()).isEqualTo("ü");
        assertThat(document.path("_id").textValue()).isEqualTo("x/y+z");
    }

    @Test
    void whetherItAnswersIsToldByWhatRequestsFound() throws InterruptedException {
        Instant created = cluster.state().since();
        cluster.verify();
        assertThat(cluster.state()).isEqualTo(new CouchCluster.State(true, created, null));

        proxy.down();
        assertThatThrownBy(() -> cluster.verify()).isInstanceOf(CouchException.class);
        CouchCluster.State away = cluster.state();
        assertThat(away.up()).isFalse();
        assertThat(away.since()).isAfterOrEqualTo(created);
        assertThat(away.reason()).contains("is CouchDB running there").doesNotContain("admin:");
        assertThatThrownBy(() -> cluster.verify()).isInstanceOf(CouchException.class);
        assertThat(cluster.state().since()).isEqualTo(away.since());

        proxy.up();
        cluster.verify();
        assertThat(cluster.state().up()).isTrue();
        assertThat(cluster.state().since()).isAfterOrEqualTo(away.since());
        assertThat(cluster.state().reason()).isNull();
    }

    @Test
    void anErrorThatItAnswersIsAnAnswer() {
        proxy.on(".*", Fault.status(500, "{}"));

        assertThatThrownBy(() -> cluster.verify()).isInstanceOf(CouchException.class);

        assertThat(cluster.state().up()).isTrue();
    }

    @Test
    void namesWithSlashPlusAndDollarAreOneSegment() {
        assertThat(CouchPath.database("user/a+$b", "_all_docs").with("limit", 5).withJson("startkey", "a/\"ü"))
                .hasToString("/user%2Fa%2B%24b/_all_docs?limit=5&startkey=%22a%2F%5C%22%C3%BC%22");
    }

    @Test
    void anErrorCarriesItsFacts() {
        CouchException missing = catchThrowableOfType(
                CouchException.class,
                () -> cluster.client().json(CouchRequest.get(CouchPath.database(databases.name("nowhere")))));

        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.error()).isEqualTo("not_found");
        assertThat(missing.database()).isEqualTo(databases.name("nowhere"));
        assertThat(missing).hasMessageContaining(proxy.url().toString()).hasMessageContaining("not_found");
    }

    @Test
    void serverErrorsAreRetried() throws InterruptedException {
        proxy.on("_all_dbs", Fault.status(500, "{\"error\":\"internal\",\"reason\":\"a\"}"), 1);
        proxy.on("_all_dbs", Fault.status(503, "busy"), 1);
        proxy.on("_all_dbs", Fault.cut(1), 1);
        proxy.on("_all_dbs", Fault.status(429, "{\"error\":\"too_many\"}", "Retry-After: 0"), 1);

        assertThat(cluster.client().json(ALL_DBS).isArray()).isTrue();
        assertThat(proxy.count("_all_dbs")).isEqualTo(5);
    }

    @Test
    void retriesEnd() {
        proxy.on("_all_dbs", Fault.status(500, "{\"error\":\"internal\",\"reason\":\"broken\"}"));

        assertThatThrownBy(() -> cluster.client().json(ALL_DBS)).isInstanceOf(CouchException.class);
        assertThat(proxy.count("_all_dbs")).isEqualTo(5);
    }

    @Test
    void aWriteIsSentOnce() {
        proxy.on("PUT", Fault.status(500, "{}"));

        assertThatThrownBy(() -> cluster.client().json(CouchRequest.put(CouchPath.database(databases.name("b")), null)))
                .isInstanceOf(CouchException.class);
        assertThat(proxy.count("PUT")).isEqualTo(1);
    }

    @Test
    void wrongCredentialsAreTriedOnceForAWhile() throws InterruptedException {
        proxy.on(
                "", Fault.status(401, "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}"), 1);

        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> cluster.client().json(ALL_DBS))
                    .isInstanceOf(CouchException.class)
                    .hasMessageContaining("Name or password is incorrect.")
                    .hasMessageContaining("Check the user and the password");
        }
        assertThat(proxy.requests()).hasSize(1);
    }

    @Test
    void manyThreadsTryWrongCredentialsOnce() {
        proxy.on("", Fault.status(401, "{\"error\":\"unauthorized\",\"reason\":\"no\"}"));
        List<CompletableFuture<Void>> asking = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            asking.add(CompletableFuture.runAsync(() ->
                    assertThatThrownBy(() -> cluster.client().json(ALL_DBS)).isInstanceOf(CouchException.class)));
        }

        assertThat(asking).allSatisfy(one -> assertThat(one).succeedsWithin(Duration.ofSeconds(30)));
        assertThat(proxy.requests()).hasSize(1);
    }

    @Test
    void afterAWhileCredentialsAreTriedAgain() throws InterruptedException {
        try (CouchCluster patient = builder().refusalPause(Duration.ofMillis(1)).build()) {
            proxy.on("", Fault.status(401, "{\"error\":\"unauthorized\",\"reason\":\"no\"}"), 1);
            assertThatThrownBy(() -> patient.client().json(ALL_DBS)).isInstanceOf(CouchException.class);

            Awaitility.await()
                    .ignoreExceptions()
                    .untilAsserted(() ->
                            assertThat(patient.client().json(ALL_DBS).isArray()).isTrue());
        }
    }

    @Test
    void whatOnlySomeUsersMayDoCondemnsNoCredentials() throws InterruptedException {
        proxy.on("_db_updates", Fault.status(401, "{\"error\":\"unauthorized\",\"reason\":\"not an admin\"}"));

        assertThatThrownBy(() -> cluster.client().json(CouchRequest.get(CouchPath.server("_db_updates"))))
                .isInstanceOf(CouchException.class);
        assertThat(cluster.client().json(ALL_DBS).isArray()).isTrue();
    }

    @Test
    void aServerThatHangsIsGivenUp() {
        try (CouchCluster hasty =
                builder().socketTimeout(Duration.ofMillis(200)).build()) {
            proxy.on("_all_dbs", Fault.hang());

            assertThatThrownBy(() -> hasty.client().json(ALL_DBS))
                    .isInstanceOf(CouchException.class)
                    .hasMessageContaining("no answer within 200 ms");
            assertThat(proxy.count("_all_dbs")).isEqualTo(1);
        }
    }

    @Test
    void anAnswerThatDoesNotEndIsGivenUp() {
        try (CouchCluster hasty =
                builder().requestTimeout(Duration.ofMillis(200)).build()) {
            proxy.on("_all_dbs", Fault.hang());

            assertThatThrownBy(() -> hasty.client().json(ALL_DBS))
                    .isInstanceOf(CouchException.class)
                    .hasMessageContaining("no whole answer within 200 ms");
        }
    }

    @Test
    void nobodyThereIsSaidClearly() {
        proxy.down();

        assertThatThrownBy(() -> cluster.client().json(ALL_DBS))
                .isInstanceOf(CouchException.class)
                .hasMessageContaining("is CouchDB running there");
        proxy.up();
    }

    @Test
    void anInterruptEndsAWaitForAnAnswer() {
        proxy.on("_all_dbs", Fault.hang());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            try {
                cluster.client().json(ALL_DBS);
            } catch (InterruptedException | RuntimeException e) {
                thrown.set(e);
            }
        });
        reader.start();
        Awaitility.await().until(() -> proxy.count("_all_dbs") == 1);

        cluster.client().interrupt(reader);

        Awaitility.await().untilAsserted(() -> assertThat(thrown.get()).isInstanceOf(InterruptedException.class));
    }

    @Test
    void closingEndsAWaitForAnAnswer() {
        proxy.on("_all_dbs", Fault.hang());
        CompletableFuture<JsonNode> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return cluster.client().json(ALL_DBS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Awaitility.await().until(() -> proxy.count("_all_dbs") == 1);

        cluster.close();

        Awaitility.await().until(answer::isCompletedExceptionally);
    }

    @Test
    void noMoreRequestsAreUnderWayThanAllowed() throws InterruptedException {
        try (CouchCluster narrow = builder().requestsInFlight(2).build()) {
            narrow.client().json(CouchRequest.get(CouchPath.server()));
            proxy.on("_all_dbs", Fault.hang());
            List<Thread> asking = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        narrow.client().json(ALL_DBS);
                    } catch (InterruptedException | CouchException ended) {
                        // by close
                    }
                });
                thread.start();
                asking.add(thread);
            }

            // Who waits for an answer is in the operating system; who waits for its turn is parked.
            Awaitility.await()
                    .until(() -> proxy.count("_all_dbs") == 2
                            && asking.stream()
                                            .filter(thread -> thread.getState() == Thread.State.WAITING)
                                            .count()
                                    == 4);
            assertThat(proxy.count("_all_dbs")).isEqualTo(2);
        }
    }

    @Test
    void credentialsAreShownNowhere() {
        CouchCluster secret = CouchCluster.builder("http://admin:s3cret@127.0.0.1:1/couch/")
                .attempts(1)
                .build();
        try (secret) {
            assertThat(secret.toString()).isEqualTo("CouchDB at http://127.0.0.1:1/couch");
            assertThatThrownBy(() -> secret.client().json(ALL_DBS))
                    .satisfies(e -> assertThat(e.toString() + e.getCause()).doesNotContain("s3cret"));
            assertThatThrownBy(() -> CouchCluster.builder("http://admin:s3cret@host:port"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"));
        }
    }
}
