package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.Aggregator;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One database read for somebody who waits: beside visits, and through faults. */
@Timeout(120)
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorReadingTest {

    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();

    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private final TestDatabases databases = COUCH.databases();
    private final Feeds feed = Feeds.over(databases.pattern());
    private CouchCluster cluster;
    private CouchAggregator aggregator;

    @BeforeEach
    void connect() {
        cluster = COUCH.cluster(proxy.url())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                .requestsInFlight(1)
                .callersRequestsInFlight(1)
                .build();
        aggregator = CouchAggregator.of(cluster);
        for (String name : List.of("alice", "bob")) {
            databases.create(name);
            RAW.put(databases.name(name), "p1", "{}");
        }
    }

    @AfterEach
    void close() {
        aggregator.close();
        cluster.close();
        proxy.close();
        databases.close();
    }

    private String allDocs(String name) {
        return RAW.path(databases.name(name), "_all_docs");
    }

    private interface Work {
        void run() throws Exception;
    }

    private static CompletableFuture<Exception> ended(Work work, List<Thread> started) {
        CompletableFuture<Exception> ended = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                work.run();
                ended.complete(null);
            } catch (Exception e) {
                ended.complete(e);
            }
        });
        thread.setDaemon(true);
        started.add(thread);
        thread.start();
        return ended;
    }

    private List<String> read(String name) throws InterruptedException {
        List<String> ids = new ArrayList<>();
        aggregator.read(databases.name(name), taking(ids));
        return ids;
    }

    private static Predicate<ObjectNode> taking(List<String> ids) {
        return document -> ids.add(document.path("_id").textValue());
    }

    @Test
    void aReadingNeedsNoPlaceOfAVisit() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        proxy.on(allDocs("alice"), Fault.after(() -> await(goOn)), 1);
        CompletableFuture<Exception> visit = ended(() -> feed.visit(aggregator), new ArrayList<>());
        Awaitility.await().until(() -> proxy.count(allDocs("alice")) == 1);

        assertThat(read("bob")).containsExactly("p1");

        goOn.countDown();
        assertThat(visit.get(60, TimeUnit.SECONDS)).isNull();
        assertThat(feed.failed).isEmpty();
    }

    @Test
    void aVisitNeedsNoPlaceOfAReading() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Exception> slow = ended(
                () -> aggregator.read(databases.name("alice"), document -> {
                    reading.countDown();
                    await(goOn);
                    return true;
                }),
                new ArrayList<>());
        assertThat(reading.await(60, TimeUnit.SECONDS)).isTrue();

        feed.visit(aggregator);

        assertThat(feed.moved).hasSize(2);
        goOn.countDown();
        assertThat(slow.get(60, TimeUnit.SECONDS)).isNull();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anAnswerThatBreaksOffIsContinuedNotDoubled() throws Exception {
        List<String> documents = IntStream.range(0, 500)
                .mapToObj(i -> String.format("{\"_id\":\"d%03d\",\"text\":\"%s\"}", i, "x".repeat(200)))
                .toList();
        RAW.bulk(databases.name("bob"), documents);
        proxy.on(allDocs("bob"), Fault.cut(60_000), 2);

        assertThat(read("bob")).hasSize(501).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void documentsThatAreFetchedComeOnceThoughTheAnswerBreaksOff() throws Exception {
        RAW.bulk(
                databases.name("bob"),
                IntStream.range(0, 100)
                        .mapToObj(i -> String.format("{\"_id\":\"d%03d\",\"text\":\"%s\"}", i, "x".repeat(200)))
                        .toList());
        Set<String> wanted = IntStream.range(0, 100)
                .mapToObj(i -> String.format("d%03d", i))
                .collect(java.util.stream.Collectors.toSet());
        proxy.on(allDocs("bob"), Fault.cut(10_000), 1);
        List<String> ids = new ArrayList<>();

        aggregator.fetch(databases.name("bob"), wanted, taking(ids));

        assertThat(ids).hasSize(100).doesNotHaveDuplicates();
    }

    /** However silent CouchDB is: who waits for it can be called away. */
    @Test
    void anInterruptEndsAReadingThatWaitsForCouchDb() throws Exception {
        proxy.on(allDocs("bob"), Fault.hang());
        List<Thread> threads = new ArrayList<>();
        Aggregator reads = aggregator;
        CompletableFuture<Exception> ended = ended(() -> reads.read(databases.name("bob"), document -> true), threads);
        Awaitility.await().until(() -> proxy.count(allDocs("bob")) == 1);

        threads.get(0).interrupt();

        assertThat(ended.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void aDatabaseThatBreaksForGoodIsAnError() {
        proxy.on(allDocs("bob"), Fault.status(500, "{\"error\":\"internal_server_error\",\"reason\":\"broken\"}"));

        assertThatThrownBy(() -> read("bob")).hasMessageContaining("500 internal_server_error");
    }
}
