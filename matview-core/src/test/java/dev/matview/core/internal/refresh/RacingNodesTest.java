package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.RefreshResult;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that refresh one view at once: one wins, the other follows it, or tries again. */
class RacingNodesTest extends TwoNodesFixture {

    @Tag("slow")
    @Test
    void bothServeTheWinnersGeneration() {
        startBoth("1");
        for (int round = 2; round < 30; round++) {
            post("userdb-a", "1", round);
            CompletableFuture<RefreshResult> mine = feeds.refresh("posts");
            CompletableFuture<RefreshResult> theirs = other.refresh("posts");
            scheduler.await(mine);
            scheduler.await(theirs);
            String expected = "[{\"_id\":\"1\",\"n\":" + round + "}]";
            await().until(() -> json("posts").equals(expected));
            awaitOther(expected);
            assertThat(view(other).generation()).isEqualTo(view(feeds).generation());
        }
    }

    @Test
    void aRefreshThatLosesToOneThatBeganBeforeItIsRepeated() {
        otherStore.deaf = true;
        startBoth("kept", "deleted");

        RefreshResult result = loseToOlderWork();

        assertThat(json(other, "posts")).isEqualTo("[{\"_id\":\"kept\",\"n\":2}]");
        assertThat(result.generation()).isEqualTo(3);
    }

    @Test
    void aRefreshWhoseBaseIsReplacedMeanwhileByOlderWorkIsRepeated() {
        startBoth("kept", "deleted");

        RefreshResult result = loseToOlderWork();

        assertThat(json(other, "posts")).isEqualTo("[{\"_id\":\"kept\",\"n\":2}]");
        assertThat(result.generation()).isEqualTo(3);
    }

    /** The first node reads before a post is deleted, and commits while the other does what it was asked for afterwards. */
    private RefreshResult loseToOlderWork() {
        post("userdb-a", "kept", 2);
        Semaphore exit = aggregator.closeExit();
        CompletableFuture<RefreshResult> older = read(feeds, exit);
        scheduler.advance(Duration.ofSeconds(5));
        aggregator.databases.delete("userdb-a", "deleted");
        scheduler.advance(Duration.ofSeconds(1));
        Semaphore otherExit = otherAggregator.closeExit();
        CompletableFuture<RefreshResult> asked = read(other, otherExit);
        exit.release();
        scheduler.await(older);
        await().until(() -> otherStore.deaf || view(other).generation() == 2);
        otherAggregator.openGate();
        return scheduler.await(asked);
    }

    @Test
    void aRefreshThatLosesToOneThatBeganAfterItIsDone() {
        startBoth("1");
        post("userdb-a", "1", 2);
        Semaphore exit = aggregator.closeExit();
        CompletableFuture<RefreshResult> older = read(feeds, exit);
        post("userdb-a", "1", 3);
        scheduler.advance(Duration.ofSeconds(5));
        scheduler.await(other.refresh("posts"));
        exit.release();

        RefreshResult result = scheduler.await(older);
        assertThat(result.changed()).isFalse();
        assertThat(result.generation()).isEqualTo(2);
        assertThat(visits()).isEqualTo(2);
    }

    @Test
    void nodesThatRefreshAtOnceSettle() {
        startBoth("1");
        post("userdb-a", "1", 2);
        Semaphore exit = aggregator.closeExit();
        CompletableFuture<RefreshResult> older = read(feeds, exit);
        scheduler.advance(Duration.ofSeconds(1));
        Semaphore otherExit = otherAggregator.closeExit();
        CompletableFuture<RefreshResult> younger = read(other, otherExit);
        exit.release();
        scheduler.await(older);
        aggregator.openGate();
        otherAggregator.openGate();
        scheduler.await(younger);
        for (int i = 0; i < 5; i++) {
            advance(Duration.ofSeconds(1));
        }

        assertThat(visits()).isEqualTo(2);
        assertThat(otherAggregator.visits).as("lost to what it found itself").hasSize(1);
        assertThat(store.read(VIEW, 0).orElseThrow().head().generation()).isEqualTo(2);
    }

    @Test
    void aRefreshThatKeepsLosingIsRepeatedEverMoreRarely() {
        startBoth("1");
        post("userdb-a", "1", 2);
        ViewHead old = store.read(VIEW, 0).orElseThrow().head();
        scheduler.advance(Duration.ofSeconds(1));
        nodeStore.beforeCommit = () -> commitAgain(old);
        CompletableFuture<RefreshResult> refresh = feeds.refresh("posts");
        awaitVisits(3);
        for (int repeated = 1; repeated <= 4; repeated++) {
            settle();
            Duration until =
                    Duration.between(scheduler.instant(), feeds.status("posts").nextRefresh());
            assertThat(until)
                    .isBetween(Duration.ofMillis(500L << repeated - 1), Duration.ofMillis(1000L << repeated - 1));
            scheduler.advance(until);
            awaitVisits(3 + repeated);
        }
        nodeStore.beforeCommit = () -> {};
        settle();
        advance(Duration.ofMinutes(1));

        // Those who wait are told after the rows are served.
        assertThat(refresh).succeedsWithin(Duration.ofSeconds(10));
        assertThat(json("posts")).isEqualTo("[{\"_id\":\"1\",\"n\":2}]");
    }

    /** Commits a generation with the same rows, which claims to be from that time. */
    private void commitAgain(ViewHead old) {
        long current = store.read(VIEW, 0).orElseThrow().head().generation();
        ViewHead next = new ViewHead(current + 1, old.fingerprint(), old.refreshedAt(), old.databases(), old.behind());
        assertThat(store.commit(new ViewDelta(VIEW, current, false, next, List.of(), Set.of())))
                .isTrue();
    }

    @Test
    void aRefreshThatFindsItsViewForgottenBuildsItAnew() {
        startBoth("1");
        post("userdb-a", "1", 2);
        store.drop(VIEW);
        scheduler.advance(Duration.ofSeconds(1));

        scheduler.await(feeds.refresh("posts"));

        assertThat(json("posts")).isEqualTo("[{\"_id\":\"1\",\"n\":2}]");
        assertThat(store.read(VIEW, 0)).isPresent();
    }
}
