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
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** User databases spread over two clusters: two views of one server, of which each shows a part. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorClustersTest {

    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();

    private final TestDatabases databases = COUCH.databases();
    private final FaultProxy east = new FaultProxy(COUCH.url());
    private final FaultProxy west = new FaultProxy(COUCH.url());
    private final CouchCluster first = connect(east);
    private final CouchCluster second = connect(west);
    private final CouchAggregator aggregator =
            CouchAggregator.builder(first).alsoIn(List.of(second)).build();
    private final Feeds feed = Feeds.over(databases.pattern());

    private static CouchCluster connect(FaultProxy proxy) {
        return COUCH.cluster(proxy.url())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                .build();
    }

    @BeforeEach
    void spread() {
        for (String name : List.of("alice", "bob", "both")) {
            databases.create(name);
            RAW.put(databases.name(name), "p1", "{}");
        }
        east.hide(databases.name("bob"));
        west.hide(databases.name("alice"));
    }

    @AfterEach
    void close() {
        aggregator.close();
        first.close();
        second.close();
        east.close();
        west.close();
        databases.close();
    }

    @Test
    void theDatabasesOfAllClustersAreRead() throws InterruptedException {
        feed.visit(aggregator);

        assertThat(feed.slices)
                .containsOnlyKeys(databases.name("alice"), databases.name("bob"), databases.name("both"));
        assertThat(east.count("alice/_all_docs")).isEqualTo(1);
        assertThat(west.count("bob/_all_docs")).isEqualTo(1);
        assertThat(aggregator.fetch(databases.name("bob"), Set.of("p1"))).hasSize(1);
    }

    @Test
    void aNameInTwoClustersIsReadFromTheFirst() throws InterruptedException {
        feed.visit(aggregator);

        assertThat(east.count("both/_all_docs")).isEqualTo(1);
        assertThat(west.count("both/_all_docs")).isZero();
    }

    @Test
    void aClusterThatIsAwayFailsItsDatabasesAndNoOthers() throws InterruptedException {
        feed.visit(aggregator);
        RAW.put(databases.name("alice"), "p2", "{}");
        west.down();

        feed.visit(aggregator);

        assertThat(feed.moved).containsOnlyKeys(databases.name("alice"));
        assertThat(feed.failed).containsOnlyKeys(databases.name("bob"));
        assertThat(feed.gone).isEmpty();
        assertThat(feed.covers).isEqualTo(3);
        west.up();
        assertThat(feed.visit(aggregator).failed).isEmpty();
    }

    @Test
    void aClusterThatHangsIsNotWaitedForAtEachOfItsDatabases() throws InterruptedException {
        databases.create("bea");
        databases.create("ben");
        east.heal();
        east.hide(databases.name("bea"), databases.name("ben"), databases.name("bob"));
        try (CouchCluster hanging = COUCH.cluster(west.url())
                        .socketTimeout(Duration.ofMillis(300))
                        .build();
                CouchAggregator oneByOne = CouchAggregator.builder(first)
                        .alsoIn(List.of(hanging))
                        .readers(1)
                        .build()) {
            hanging.verify();
            west.on("_all_docs", Fault.hang());
            west.on("GET /$", Fault.hang());

            feed.visit(oneByOne);
        }

        assertThat(feed.moved).containsOnlyKeys(databases.name("alice"), databases.name("both"));
        assertThat(feed.failed).containsOnlyKeys(databases.name("bea"), databases.name("ben"), databases.name("bob"));
        assertThat(west.count("_all_docs")).isEqualTo(1);
    }

    @Test
    void documentsOfOneClusterAreFetchedWhileAnotherIsAway() throws InterruptedException {
        east.down();

        assertThat(aggregator.fetch(databases.name("bob"), Set.of("p1"))).hasSize(1);

        assertThatThrownBy(() -> aggregator.fetch(databases.name("alice"), Set.of("p1")))
                .isInstanceOf(AggregationException.class);
        east.up();
    }

    @Test
    void aClusterThatDidNotAnswerIsNotAskedForEachDocument() throws InterruptedException {
        try (CouchCluster hanging = COUCH.cluster(west.url())
                        .socketTimeout(Duration.ofMillis(300))
                        .build();
                CouchAggregator fetching = CouchAggregator.of(hanging)) {
            fetching.fetch(databases.name("bob"), Set.of("p1"));
            west.on("", Fault.hang());
            west.forget();

            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> fetching.fetch(databases.name("bob"), Set.of("p1")))
                        .isInstanceOf(AggregationException.class);
            }

            assertThat(west.requests()).hasSize(2);
        }
    }

    @Test
    void aDatabaseAskedForByNameMayBeInTheClusterThatIsAway() throws InterruptedException {
        Feeds own = Feeds.over(databases.name("bob"));
        east.on("_dbs_info", Fault.status(404, "{\"error\":\"not_found\",\"reason\":\"missing\"}"));
        west.down();

        own.visit(aggregator);

        assertThat(own.failed).containsOnlyKeys(databases.name("bob"));
        west.up();
    }

    @Test
    void aDatabaseAskedForByNameIsReadWhereItIsWhileAnotherClusterIsAway() throws InterruptedException {
        Feeds own = Feeds.over(databases.name("alice"));
        west.down();

        own.visit(aggregator);

        assertThat(own.ids()).containsExactly("p1");
        assertThat(own.failed).isEmpty();
        west.up();
    }

    @Test
    void aFeedIsBehindWhenAClusterWasNeverListed() throws InterruptedException {
        west.down();

        feed.visit(aggregator);

        assertThat(feed.moved).containsOnlyKeys(databases.name("alice"), databases.name("both"));
        assertThat(feed.failed).containsOnlyKeys(west.url().toString());
        west.up();
        assertThat(feed.visit(aggregator).failed).isEmpty();
    }

    @Test
    void whatIsHeldOfAClusterThatNeverAnsweredIsNotGone() throws InterruptedException {
        feed.visit(aggregator);
        west.down();
        try (CouchAggregator restarted =
                CouchAggregator.builder(first).alsoIn(List.of(second)).build()) {
            feed.visit(restarted);
        }

        assertThat(feed.failed)
                .containsOnlyKeys(databases.name("bob"), west.url().toString());
        assertThat(feed.gone).isEmpty();
        west.up();
    }
}
