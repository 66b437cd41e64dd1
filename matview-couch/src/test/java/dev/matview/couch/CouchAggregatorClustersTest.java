package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** User databases spread over two clusters: two views of one server, of which each shows a part. */
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
    void whatIsHeldOfAClusterThatNeverAnsweredIsNotGone() throws InterruptedException {
        feed.visit(aggregator);
        west.down();
        try (CouchAggregator restarted =
                CouchAggregator.builder(first).alsoIn(List.of(second)).build()) {
            feed.visit(restarted);
        }

        assertThat(feed.failed).containsOnlyKeys(databases.name("bob"));
        assertThat(feed.gone).isEmpty();
        west.up();
    }

    @Test
    void aClusterOfWhichNothingIsKnownYetIsBehindAsOne() throws InterruptedException {
        west.down();

        feed.visit(aggregator);

        assertThat(feed.moved).containsOnlyKeys(databases.name("alice"), databases.name("both"));
        assertThat(feed.failed).containsOnlyKeys(west.url().toString());
        assertThat(feed.covers).isEqualTo(3);
        west.up();
        assertThat(feed.visit(aggregator).failed).isEmpty();
        assertThat(feed.slices).containsKey(databases.name("bob"));
        assertThat(feed.covers).isEqualTo(3);
    }

    @Test
    void aDatabaseOfAGivenNameIsReadWhereItIsAndFailsWhereThatCannotBeTold() throws InterruptedException {
        Feeds own = Feeds.over(databases.name("alice"));
        Feeds unseen = Feeds.over(databases.name("zoe"));
        west.down();

        own.visit(aggregator);
        unseen.visit(aggregator);

        assertThat(own.slices).containsOnlyKeys(databases.name("alice"));
        assertThat(own.failed).isEmpty();
        assertThat(unseen.failed).containsOnlyKeys(west.url().toString());
        west.up();
    }
}
