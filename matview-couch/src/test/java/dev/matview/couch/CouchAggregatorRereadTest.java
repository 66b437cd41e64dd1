package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Row;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TellingPositions;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What nobody noticed is mended when the database's turn comes to be read again. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorRereadTest {

    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();
    private static final Duration ROUND = Duration.ofDays(7);

    private final ManualScheduler scheduler = new ManualScheduler();
    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private final TestDatabases databases = COUCH.databases();
    private final Feeds feed = Feeds.over(databases.pattern());
    private final CouchCluster cluster =
            COUCH.cluster(proxy.url()).scheduler(scheduler).build();
    private final String alice = databases.name("alice");
    private final String bob = databases.name("bob");
    private Aggregator aggregator = CouchAggregator.of(cluster);

    @BeforeEach
    void fill() {
        for (String name : List.of("alice", "bob")) {
            databases.create(name);
            RAW.bulk(databases.name(name), List.of("{\"_id\":\"p1\"}", "{\"_id\":\"p2\"}"));
        }
    }

    @AfterEach
    void close() {
        aggregator.close();
        cluster.close();
        proxy.close();
        databases.close();
    }

    /** The slices were read when the test began. */
    private void visit() throws InterruptedException {
        feed.heldSince = scheduler.instant().minus(ROUND);
        feed.visit(aggregator);
    }

    private void visitsForARound() throws InterruptedException {
        for (int day = 0; day <= 7; day++) {
            visit();
            scheduler.advance(Duration.ofDays(1));
        }
    }

    @Test
    void anEmptyAnswerThatLookedRightIsMended() throws InterruptedException {
        proxy.on(
                RAW.path(bob, "_all_docs"),
                Fault.status(200, "{\"total_rows\":0,\"offset\":0,\"update_seq\":\"2-x\",\"rows\":[]}"));
        feed.visit(aggregator);
        assertThat(feed.slices.get(bob).rows()).isEmpty();
        proxy.heal();

        visitsForARound();

        assertThat(feed.reread).containsKeys(alice, bob);
        assertThat(feed.reread.get(bob).rows()).extracting(Row::id).containsExactlyInAnyOrder("p1", "p2");
        assertThat(feed.reread.get(bob).position())
                .isEqualTo(feed.slices.get(bob).position());
    }

    @Test
    void eachDatabaseIsReadOnceInARoundAndMovesNothing() throws InterruptedException {
        feed.visit(aggregator);
        proxy.forget();

        visitsForARound();

        assertThat(proxy.count("bob/_all_docs")).isBetween(1, 2);
        assertThat(feed.moved).isEmpty();
    }

    @Test
    void aDatabaseIsReadOnceForAllFeedsWhoseTurnItIs() throws InterruptedException {
        Feeds other = new Feeds(
                FeedDefinition.builder("other").databases(databases.pattern()).build());
        Feeds.visit(aggregator, feed, other);
        proxy.forget();
        scheduler.advance(ROUND);

        Feeds.visit(aggregator, feed, other);
        scheduler.advance(ROUND);
        Feeds.visit(aggregator, feed, other);

        assertThat(feed.reread).containsOnlyKeys(alice, bob);
        assertThat(other.reread).containsOnlyKeys(alice, bob);
        assertThat(proxy.count("bob/_all_docs")).isEqualTo(1);
    }

    @Test
    void aDatabaseThatMovedIsNotReadTwice() throws InterruptedException {
        feed.visit(aggregator);
        proxy.forget();
        scheduler.advance(ROUND);
        RAW.put(bob, "p3", "{}");

        visit();

        assertThat(feed.moved).containsOnlyKeys(bob);
        assertThat(proxy.count("bob/_all_docs")).isEqualTo(1);
    }

    /** So that a database which always moves is read whole now and then as well. */
    @Test
    void aDatabaseThatMovesIsReadWholeInItsTurnOnly() throws InterruptedException {
        new TellingPositions(proxy, RAW, databases);
        feed.visit(aggregator);
        proxy.forget();
        for (int day = 0; day <= 7; day++) {
            RAW.put(bob, "new" + day, "{}");
            visit();
            scheduler.advance(Duration.ofDays(1));
        }

        assertThat(proxy.count("bob/_all_docs")).isBetween(1, 2);
        assertThat(proxy.count("bob/_changes\\?include_docs")).isBetween(6, 7);
        assertThat(feed.slices.get(bob).rows()).hasSize(10);
    }

    @Test
    void aDatabaseInItsTurnIsTheSameForWhomItMovedAndForWhomItDidNot() throws InterruptedException {
        Feeds other = new Feeds(
                FeedDefinition.builder("other").databases(databases.pattern()).build());
        other.visit(aggregator);
        RAW.put(bob, "p3", "{}");
        feed.visit(aggregator);
        proxy.forget();
        feed.heldSince = scheduler.instant();
        scheduler.advance(ROUND);

        Feeds.visit(aggregator, feed, other);

        assertThat(feed.unmoved).containsExactlyInAnyOrder(alice, bob);
        assertThat(other.moved).containsOnlyKeys(bob);
    }

    @Test
    void zeroTurnsItOff() throws InterruptedException {
        aggregator.close();
        aggregator =
                CouchAggregator.builder(cluster).rereadInterval(Duration.ZERO).build();
        feed.visit(aggregator);
        proxy.forget();

        visitsForARound();

        assertThat(proxy.count("_all_docs")).isZero();
        assertThatThrownBy(() -> CouchAggregator.builder(cluster).rereadInterval(Duration.ofDays(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDatabaseThatCannotBeReadAgainIsBehind() throws InterruptedException {
        feed.visit(aggregator);
        proxy.on(RAW.path(bob, "_all_docs"), Fault.status(403, "{\"error\":\"forbidden\",\"reason\":\"no\"}"));
        scheduler.advance(ROUND);

        visit();

        assertThat(feed.failed).containsOnlyKeys(bob);
        assertThat(feed.slices.get(bob).rows()).hasSize(2);
    }
}
