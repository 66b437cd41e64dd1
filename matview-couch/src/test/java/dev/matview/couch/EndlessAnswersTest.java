package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.feed.RegistryException;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.Views;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that never end, from one database or from a proxy before CouchDB: whoever reads them goes on without. */
@Timeout(60)
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class EndlessAnswersTest {

    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();
    private static final Duration SOON = Duration.ofMillis(20);
    private static final String ROWS = "{\"total_rows\":9,\"update_seq\":\"9-x\",\"offset\":0,\"rows\":[\n";

    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private final TestDatabases databases = COUCH.databases();
    private final Feeds feed = Feeds.over(databases.pattern());
    private final CouchCluster cluster = COUCH.cluster(proxy.url())
            .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
            .connectTimeout(Duration.ofMillis(400))
            .socketTimeout(Duration.ofMillis(600))
            .attempts(2)
            .build();
    private final CouchAggregator aggregator = CouchAggregator.of(cluster);

    @BeforeEach
    void fill() {
        for (String name : List.of("alice", "bob", "carol")) {
            RAW.put(databases.create(name), "p1", "{}");
        }
    }

    @AfterEach
    void close() {
        aggregator.close();
        cluster.close();
        proxy.close();
        databases.close();
    }

    private static String row(int i) {
        String id = String.format("d%06d", i);
        return (i == 0 ? "" : ",\n") + "{\"id\":\"" + id + "\",\"key\":\"" + id
                + "\",\"value\":{\"rev\":\"1-x\"},\"doc\":{\"_id\":\"" + id + "\",\"_rev\":\"1-x\"}}";
    }

    static Map<String, Fault> endless() {
        return Map.of(
                "spaces", Fault.endless(200, "", i -> " ", SOON),
                "spaces at full speed", Fault.endless(200, "", i -> " ".repeat(60_000), Duration.ZERO),
                "rows now and then", Fault.endless(200, ROWS, EndlessAnswersTest::row, SOON),
                "rows at full speed", Fault.endless(200, ROWS, EndlessAnswersTest::row, Duration.ZERO),
                "the same row", Fault.endless(200, ROWS + row(0), i -> "," + row(0), Duration.ZERO),
                "a document",
                        Fault.endless(200, ROWS + "{\"id\":\"a\",\"key\":\"a\",\"doc\":{\"t\":\"", i -> "x", SOON),
                "numbers", Fault.endless(200, "{\"total_rows\":", i -> "1".repeat(5_000), Duration.ZERO),
                "true, and then spaces", Fault.unending(SOON),
                "true, and then spaces at full speed", Fault.unending(Duration.ZERO),
                "an error", Fault.endless(500, "{\"error\":\"", i -> "x", SOON));
    }

    static Stream<String> endlessNames() {
        return endless().keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("endlessNames")
    void oneDatabaseWithoutEndIsBehindAndTheOthersGoOn(String name) throws InterruptedException {
        proxy.on(RAW.path(databases.name("bob"), "_all_docs"), endless().get(name));

        feed.visit(aggregator);

        assertThat(feed.failed).containsOnlyKeys(databases.name("bob"));
        assertThat(feed.failed.get(databases.name("bob"))).hasMessageContaining("bob/_all_docs at ");
        assertThat(feed.moved).containsOnlyKeys(databases.name("alice"), databases.name("carol"));
    }

    @Test
    void whatWasLateIsNotWaitedForAtEachVisit() throws InterruptedException {
        proxy.on(RAW.path(databases.name("bob"), "_all_docs"), endless().get("spaces"));
        feed.visit(aggregator);
        int asked = proxy.count("bob/_all_docs");

        feed.visit(aggregator);

        assertThat(feed.failed.get(databases.name("bob"))).hasMessageContaining("without getting on");
        assertThat(proxy.count("bob/_all_docs")).isEqualTo(asked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"_all_dbs", "_dbs_info", "_membership", "_all_docs.*include_docs=true$"})
    void noRequestOfAVisitIsWaitedForWithoutEnd(String request) {
        proxy.on(request, Fault.endless(200, "", i -> " ", SOON));
        Throwable thrown = null;
        try {
            feed.visit(aggregator);
            aggregator.fetch(databases.name("alice"), Set.of("p1"));
        } catch (AggregationException e) {
            thrown = e;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }

        if (request.startsWith("_all")) {
            assertThat(thrown).hasMessageContaining("without getting on");
        } else {
            // What it would have told is found out in other ways.
            assertThat(feed.moved).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET .*/pointer%2F", "GET .*_all_docs", "PUT .*/pointer%2F", "POST .*_bulk_docs", "PUT [^?]*-1$"
            })
    void noRequestOfAViewStoreIsWaitedForWithoutEnd(String request) {
        String prefix = databases.prefix();
        CouchViewStore.Builder builder = CouchViewStore.builder(cluster).prefix(prefix);
        try (ViewStore filling = CouchViewStore.builder(cluster).prefix(prefix).build();
                ViewStore store = builder.build()) {
            filling.commit(Views.whole("v", 0, Views.slice("userdb-a", 1, Views.row("userdb-a", "p", "{}"))));
            proxy.on(request, Fault.endless(200, "", i -> " ", SOON));

            ThrowingCallable reading = () -> {
                store.read("v", 0);
                store.commit(Views.delta("v", 1, Views.put("userdb-b", 1, Views.row("userdb-b", "p", "{}"))));
                store.commit(Views.whole("other", 0));
            };
            assertThatThrownBy(reading)
                    .isInstanceOf(ViewStoreException.class)
                    .hasMessageContaining("without getting on");
        } finally {
            proxy.heal();
            RAW.names(prefix + "v").forEach(RAW::drop);
            RAW.names(prefix + "other").forEach(RAW::drop);
        }
    }

    @Test
    void aRegistryIsNotWaitedForWithoutEnd() {
        String registry = databases.create("feeds");
        proxy.on(RAW.path(registry, "_all_docs"), Fault.endless(200, "", i -> " ", SOON));

        assertThatThrownBy(() -> RegistryDatabase.of(cluster, registry).read())
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("without getting on");
    }
}
