package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.spi.AggregationException;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What visits make of databases, connections and servers that fail. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorFaultsTest {

    private static final String READING = "/(_all_docs|_changes\\?include_docs)";
    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();
    private static final String BROKEN = "{\"error\":\"internal_server_error\",\"reason\":\"broken\"}";

    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private final TestDatabases databases = COUCH.databases();
    private final Feeds feed = Feeds.over(databases.pattern());
    private CouchCluster cluster;
    private CouchAggregator aggregator;

    @BeforeEach
    void connect() {
        open(builder());
        for (String name : List.of("alice", "bob", "carol")) {
            databases.create(name);
            RAW.put(databases.name(name), "p1", "{}");
        }
    }

    private CouchClusterBuilder builder() {
        return COUCH.cluster(proxy.url()).backoff(Duration.ofMillis(1), Duration.ofMillis(10));
    }

    private void open(CouchClusterBuilder builder) {
        cluster = builder.build();
        aggregator = CouchAggregator.of(cluster);
    }

    @AfterEach
    void close() {
        aggregator.close();
        cluster.close();
        proxy.close();
        databases.close();
    }

    /** Whichever way the database is read. */
    private String reading(String name) {
        return RAW.path(databases.name(name)) + READING;
    }

    private String allDocs(String name) {
        return RAW.path(databases.name(name), "_all_docs");
    }

    private Feeds catchVisit(CouchAggregator other) {
        try {
            return feed.visit(other);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Nested
    class DatabasesThatFail {

        @Test
        void aDatabaseThatAnswers500IsTriedAgainAndThenFails() throws InterruptedException {
            proxy.on(allDocs("bob"), Fault.status(500, BROKEN));

            feed.visit(aggregator);

            assertThat(feed.failed).containsOnlyKeys(databases.name("bob"));
            assertThat(feed.failed.get(databases.name("bob"))).hasMessageContaining("500 internal_server_error");
            assertThat(feed.moved).containsOnlyKeys(databases.name("alice"), databases.name("carol"));
            assertThat(proxy.count(allDocs("bob"))).isEqualTo(5);
        }

        @Test
        void aDatabaseThatRecoversInTimeIsRead() throws InterruptedException {
            proxy.on(allDocs("bob"), Fault.status(500, BROKEN), 1);
            proxy.on(allDocs("bob"), Fault.status(429, "{\"error\":\"too_many_requests\"}"), 1);
            proxy.on(allDocs("bob"), Fault.cut(3), 1);

            feed.visit(aggregator);

            assertThat(feed.failed).isEmpty();
            assertThat(feed.slices).hasSize(3);
        }

        @Test
        void aDatabaseThatHangsFailsAfterTheTimeout() throws InterruptedException {
            aggregator.close();
            cluster.close();
            open(builder().socketTimeout(Duration.ofMillis(500)));
            proxy.on(allDocs("bob"), Fault.hang());

            feed.visit(aggregator);

            assertThat(feed.failed).containsOnlyKeys(databases.name("bob"));
            assertThat(feed.failed.get(databases.name("bob"))).hasMessageContaining("no answer within 500 ms");
            assertThat(feed.moved).hasSize(2);
            assertThat(proxy.count(allDocs("bob"))).isEqualTo(1);
        }

        @Test
        void aDatabaseThatIsForbiddenFailsAtOnce() throws InterruptedException {
            proxy.on(allDocs("bob"), Fault.status(403, "{\"error\":\"forbidden\",\"reason\":\"not yours\"}"));

            feed.visit(aggregator);

            assertThat(feed.failed.get(databases.name("bob"))).hasMessageContaining("403 forbidden: not yours");
            assertThat(proxy.count(allDocs("bob"))).isEqualTo(1);
        }
    }

    @Nested
    class AnswersThatBreakOff {

        @Test
        void aBrokenAnswerIsContinuedNotDoubled() throws InterruptedException {
            List<String> documents = IntStream.range(0, 500)
                    .mapToObj(i -> String.format("{\"_id\":\"d%03d\",\"text\":\"%s\"}", i, "x".repeat(200)))
                    .toList();
            RAW.bulk(databases.name("bob"), documents);
            proxy.on(allDocs("bob"), Fault.cut(60_000), 2);

            feed.visit(aggregator);

            assertThat(feed.slices.get(databases.name("bob")).rows())
                    .extracting(row -> row.id())
                    .doesNotHaveDuplicates()
                    .hasSize(501);
            assertThat(proxy.count("bob/_all_docs.*startkey=")).isEqualTo(2);
        }

        @Test
        void whatFollowsADocumentThatIsDeletedMeanwhileIsNotSkipped() throws InterruptedException {
            List<String> documents = IntStream.range(0, 500)
                    .mapToObj(i -> String.format("{\"_id\":\"d%03d\",\"text\":\"%s\"}", i, "x".repeat(200)))
                    .toList();
            RAW.bulk(databases.name("bob"), documents);
            AtomicReference<String> deleted = new AtomicReference<>();
            proxy.on(allDocs("bob"), Fault.cut(60_000), 1);
            proxy.on(allDocs("bob"), Fault.after(() -> deleted.set(deleteWhereTheReaderGoesOn())), 1);

            feed.visit(aggregator);

            assertThat(deleted.get()).startsWith("d");
            assertThat(feed.slices.get(databases.name("bob")).rows())
                    .extracting(row -> row.id())
                    .doesNotHaveDuplicates()
                    .filteredOn(id -> !id.equals(deleted.get()))
                    .hasSize(500);
        }

        private String deleteWhereTheReaderGoesOn() {
            String request = proxy.requests().get(proxy.requests().size() - 1);
            String id = request.replaceAll(".*startkey=%22(\\w+)%22.*", "$1");
            RAW.delete(databases.name("bob"), id);
            return id;
        }

        @Test
        void anErrorAfterTheFirstRowsIsNotAnEnd() throws InterruptedException {
            proxy.on(
                    allDocs("bob"),
                    Fault.rewrite(body -> body.substring(0, body.lastIndexOf(']')) + "],\"error\":\"timeout\"}"),
                    1);

            feed.visit(aggregator);

            assertThat(proxy.count(allDocs("bob"))).isEqualTo(2);
            assertThat(feed.slices.get(databases.name("bob")).rows()).hasSize(1);
        }

        @Test
        void aDatabaseThatVanishesInTheMiddleOfAnAnswerIsGone() throws InterruptedException {
            RAW.bulk(
                    databases.name("bob"),
                    IntStream.range(0, 500)
                            .mapToObj(i -> "{\"text\":\"" + "x".repeat(200) + "\"}")
                            .toList());
            proxy.on(allDocs("bob"), Fault.cut(60_000), 1);
            proxy.on(allDocs("bob"), Fault.after(() -> RAW.drop(databases.name("bob"))), 1);

            feed.visit(aggregator);

            assertThat(feed.covers).isEqualTo(2);
            assertThat(feed.slices).doesNotContainKey(databases.name("bob"));
            assertThat(feed.failed).isEmpty();
        }

        @Test
        void aDatabaseThatVanishesBeforeItIsReadIsGone() throws InterruptedException {
            feed.visit(aggregator);
            RAW.put(databases.name("bob"), "p2", "{}");
            proxy.on(reading("bob"), Fault.after(() -> RAW.drop(databases.name("bob"))), 1);

            feed.visit(aggregator);

            assertThat(feed.gone).containsExactly(databases.name("bob"));
            assertThat(feed.failed).isEmpty();
            assertThat(feed.unmoved).hasSize(2);
        }

        @Test
        void aNewDatabaseThatVanishesBeforeItIsReadIsNoLongerCovered() throws InterruptedException {
            proxy.on(allDocs("bob"), Fault.after(() -> RAW.drop(databases.name("bob"))), 1);

            feed.visit(aggregator);

            assertThat(feed.covers).isEqualTo(2);
            assertThat(feed.failed).isEmpty();
            assertThat(feed.slices).hasSize(2);
        }
    }

    @Nested
    class ServersThatFail {

        @Test
        void aWrongPasswordIsSaidClearlyAndNotTriedAgainAndAgain() {
            proxy.on(
                    "",
                    Fault.status(401, "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}"));

            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> feed.visit(aggregator))
                        .isInstanceOf(AggregationException.class)
                        .hasMessageContaining("Name or password is incorrect.")
                        .hasMessageContaining("Check the user and the password");
            }
            assertThat(proxy.requests()).hasSize(1);
        }

        @Test
        void theServerItselfRefusesAWrongPassword() {
            try (CouchCluster wrong = CouchCluster.builder(proxy.url().toString())
                            .credentials(RawCouch.stranger(), "wrong-one")
                            .build();
                    CouchAggregator refused = CouchAggregator.of(wrong)) {
                if (COUCH.capabilities().authentication()) {
                    assertThatThrownBy(() -> feed.visit(refused))
                            .isInstanceOf(AggregationException.class)
                            .hasMessageContaining("401 unauthorized")
                            .hasMessageNotContaining("wrong-one");
                    assertThat(proxy.requests()).hasSize(1);
                } else {
                    // PouchDB Server without accounts lets everybody in.
                    assertThat(catchVisit(refused).slices).hasSize(3);
                }
            }
        }

        @Test
        void aServerThatGoesAwayInTheMiddleFailsTheRestAndLosesNothing() throws InterruptedException {
            feed.visit(aggregator);
            for (String name : List.of("alice", "bob", "carol")) {
                RAW.put(databases.name(name), "p2", "{}");
            }
            proxy.on(READING, Fault.after(proxy::down), 1);
            feed.visit(aggregator);

            assertThat(feed.failed).hasSizeGreaterThanOrEqualTo(1);
            assertThat(feed.gone).isEmpty();
            proxy.up();
            feed.visit(aggregator);
            assertThat(feed.ids()).containsExactly("p1", "p1", "p1", "p2", "p2", "p2");
        }

        @Test
        void aServerThatIsBackSoonIsNotNoticed() throws InterruptedException {
            aggregator.close();
            cluster.close();
            open(builder().backoff(Duration.ofMillis(300), Duration.ofSeconds(1)));
            proxy.on(
                    allDocs("bob"),
                    Fault.after(() -> {
                        proxy.down();
                        proxy.up();
                    }),
                    1);

            feed.visit(aggregator);

            assertThat(feed.failed).isEmpty();
            assertThat(feed.slices).hasSize(3);
        }

        @Test
        void aServerThatIsNotThereIsSaidClearly() {
            proxy.down();

            assertThatThrownBy(() -> feed.visit(aggregator))
                    .isInstanceOf(AggregationException.class)
                    .hasMessageContaining("is CouchDB running there");
            proxy.up();
        }
    }

    @Nested
    class VisitsThatAreEnded {

        private final AtomicReference<Throwable> thrown = new AtomicReference<>();

        /** One on a thread of its own, which has asked for documents that do not come. */
        private Thread visitThatWaits() {
            proxy.on("_all_docs", Fault.hang());
            Thread visiting = new Thread(() -> {
                try {
                    feed.visit(aggregator);
                } catch (InterruptedException | RuntimeException e) {
                    thrown.set(e);
                }
            });
            visiting.start();
            Awaitility.await().until(() -> proxy.count("_all_docs") > 0);
            return visiting;
        }

        @Test
        void anInterruptEndsAVisitThatWaits() {
            Thread visiting = visitThatWaits();

            visiting.interrupt();

            Awaitility.await().untilAsserted(() -> assertThat(thrown.get()).isInstanceOf(InterruptedException.class));
            assertThat(feed.moved).isEmpty();
        }

        @Test
        void closingEndsAVisitThatWaits() {
            visitThatWaits();

            aggregator.close();

            Awaitility.await().untilAsserted(() -> assertThat(thrown.get()).isInstanceOf(AggregationException.class));
        }
    }
}
