package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the first visit after a restart looks at, when slices are held and it is known since when. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorResumptionTest extends FollowingFixture {

    @BeforeEach
    void visitOnce() throws InterruptedException {
        feed.heldSince = Instant.now();
        feed.visit(aggregator);
    }

    private void visitAfterRestart(Feeds... feeds) throws InterruptedException {
        proxy.forget();
        try (CouchAggregator restarted =
                CouchAggregator.builder(cluster).sweepAlwaysUpTo(0).build()) {
            for (Feeds one : feeds) {
                one.visit(restarted);
            }
        }
    }

    private void changeSome() {
        RAW.put(databases.name("bob"), "p2", "{}");
        RAW.drop(databases.name("alice"));
        databases.create("dave");
        RAW.put(databases.name("dave"), "p1", "{}");
    }

    private void assertFound(boolean swept) {
        assertThat(feed.moved).containsOnlyKeys(databases.name("bob"), databases.name("dave"));
        assertThat(feed.gone).containsExactly(databases.name("alice"));
        assertThat(feed.unmoved).containsExactly(databases.name("carol"));
        assertThat(feed.rows()).extracting(Row::id).containsExactly("p1", "p1", "p1", "p2");
        assertThat(proxy.count("_all_dbs") > 0).as("names were listed").isEqualTo(swept);
    }

    @Test
    void onlyWhatChangedSinceIsLookedAt() throws InterruptedException {
        assertThat(feed.checkpoint != null).isEqualTo(FOLLOWS);
        changeSome();

        visitAfterRestart(feed);

        assertFound(!FOLLOWS);
    }

    @Test
    void theVisitsAfterThatFollow() throws InterruptedException {
        visitAfterRestart(feed);
        changeSome();

        visitAfterRestart(feed);

        assertFound(!FOLLOWS);
    }

    @Test
    void nothingIsTakenForGrantedWhereNotKnownSinceWhen() throws InterruptedException {
        feed.checkpoint = null;
        changeSome();

        visitAfterRestart(feed);

        assertFound(true);
    }

    @Test
    void whatAServerThatWasStartedSinceMayHaveLostIsFound() throws InterruptedException {
        feed.heldSince = Instant.EPOCH;
        changeSome();

        visitAfterRestart(feed);

        assertFound(true);
    }

    @Test
    void aCheckpointOfAnotherHistoryOrSourceDoesNotCount() throws InterruptedException {
        for (String checkpoint : List.of(
                "{\"cluster\":\"" + proxy.url() + "\",\"history\":\"1\",\"since\":\"0\"}",
                "{\"cluster\":\"http://other\",\"history\":\"1\",\"since\":\"0\"}",
                "{\"lines\":1}",
                "something else",
                "")) {
            feed.checkpoint = checkpoint;
            visitAfterRestart(feed);
            assertThat(proxy.count("_all_dbs")).as(checkpoint).isPositive();
            assertThat(feed.unmoved).hasSize(3);
        }
    }

    @Test
    void aFeedThatHoldsADatabaseElsewhereIsBroughtForward() throws InterruptedException {
        Feeds other = Feeds.over(databases.pattern());
        other.heldSince = Instant.now();
        other.visit(aggregator);
        String carol = databases.name("carol");
        Slice held = other.slices.get(carol);
        // As if it had been read before the others: what it holds is behind.
        other.slices.put(
                carol,
                new Slice(
                        carol,
                        new Position(
                                "0", held.position().purgeSeq(), held.position().instance()),
                        List.of()));
        RAW.put(databases.name("bob"), "p2", "{}");

        visitAfterRestart(feed, other);

        assertThat(other.moved).containsOnlyKeys(carol, databases.name("bob"));
        assertThat(other.rows()).hasSize(4);
        assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
    }

    @Test
    void aFeedOfOtherDatabasesThanThoseThatAreKnownFindsThem() throws InterruptedException {
        Feeds some = Feeds.over(databases.name("*b"));
        some.heldSince = Instant.now();
        some.visit(aggregator);
        Feeds anew = Feeds.over(databases.name("*o*"));

        visitAfterRestart(some, feed, anew);

        assertThat(some.unmoved).containsExactly(databases.name("bob"));
        assertThat(feed.unmoved).hasSize(3);
        assertThat(feed.failed).isEmpty();
        assertThat(anew.moved).containsOnlyKeys(databases.name("bob"), databases.name("carol"));
    }
}
