package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that share a store. */
class SeveralNodesTest extends WorkerFixture {

    private static final String VIEW = "_global_posts";

    private final GatedAggregator otherAggregator = new GatedAggregator(aggregator.databases);
    private final NodeStore otherStore = new NodeStore(store);
    private final GlobalFeeds other = node(registry, otherAggregator, otherStore);

    @AfterEach
    void closeOther() {
        otherAggregator.openGate();
        other.close();
    }

    /** Both serve generation 1, with these posts of one user. */
    private void startBoth(String... ids) {
        for (String id : ids) {
            post("userdb-a", id, 1);
        }
        start(POSTS);
        advance(Duration.ZERO);
        start(other);
        assertThat(json(other, "posts")).isEqualTo(json("posts"));
    }

    private void awaitOther(String json) {
        await().until(() -> json(other, "posts").equals(json));
    }

    private static Page.View view(GlobalFeeds feeds) {
        return feeds.query("posts", Query.all()).view();
    }

    /** A refresh that has read the databases, and does not commit before the gate is opened. */
    private CompletableFuture<RefreshResult> read(GlobalFeeds node, Semaphore exit) {
        CompletableFuture<RefreshResult> refresh = node.refresh("posts");
        await().until(() -> {
            scheduler.advance(Duration.ZERO);
            return exit.hasQueuedThreads();
        });
        return refresh;
    }

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

    @Test
    void aNodeFollowsWhatOthersCommitAlsoWhileItsVisitsAreUnderWay() {
        startBoth("1");
        holdUpVisits();
        post("userdb-a", "1", 2);
        scheduler.await(other.refresh("posts"));

        await().until(() -> json("posts").equals("[{\"_id\":\"1\",\"n\":2}]"));
    }

    @Test
    void aNodeLoadsTheFeedsOfAChangedRegistryAlsoWhileItsVisitsAreUnderWay() {
        startBoth("1");
        holdUpVisits();

        registry.put(feed("events").build());

        await().until(() -> feeds.status("events").nextRefresh() != null);
    }

    /** Both threads that the first node has for visits are busy. */
    private void holdUpVisits() {
        aggregator.closeGate();
        for (int i = 0; i < 2; i++) {
            String collection = "c" + i;
            registry.put(feed(collection).build());
            // Before the time moves: what the other node commits by then would be loaded, and not be due.
            await().until(() -> feeds.status(collection).nextRefresh() != null);
            awaitVisits(2 + i);
        }
    }

    @Test
    void aGenerationThatCannotBeReadIsReadLater() {
        startBoth("1");
        otherStore.away = true;
        int reads = otherStore.reads.get();
        post("userdb-a", "1", 2);
        scheduler.await(feeds.refresh("posts"));
        await().until(() -> otherStore.reads.get() > reads);
        otherStore.away = false;

        scheduler.advance(Duration.ofSeconds(1));

        awaitOther("[{\"_id\":\"1\",\"n\":2}]");
    }

    /** The other node is told of a generation, and tries in vain to read it more than so many times. */
    private void missGeneration(int attempts) {
        startBoth("1");
        otherStore.away = true;
        post("userdb-a", "1", 2);
        scheduler.await(feeds.refresh("posts"));
        await().until(() -> {
            scheduler.advance(Duration.ofSeconds(1));
            return otherStore.reads.get() > attempts;
        });
    }

    @Test
    void aNewGenerationIsReadAtOnceAlthoughTheOneBeforeCannotBeReadForLong() {
        missGeneration(5);
        otherStore.away = false;
        post("userdb-a", "1", 3);
        scheduler.await(feeds.refresh("posts"));

        awaitOther("[{\"_id\":\"1\",\"n\":3}]");
    }

    @Test
    void nobodyTriesAgainToReadAGenerationOfAFeedThatIsRemoved() {
        missGeneration(2);
        registry.remove("posts");
        int reads = otherStore.reads.get();
        otherStore.away = false;

        // What is forgotten only at a later attempt shows that time enough has passed.
        await().until(() -> {
            scheduler.advance(Duration.ofMinutes(1));
            return store.read(VIEW, 0).isEmpty() && otherStore.drops.get() > 0;
        });
        assertThat(otherStore.reads).hasValueLessThanOrEqualTo(reads + 1);
    }

    @Test
    void aViewThatIsBuiltAnewIsFollowedThoughItsGenerationsCountFromOneAgain() {
        startBoth("1");
        for (int n = 2; n <= 3; n++) {
            post("userdb-a", "1", n);
            scheduler.await(feeds.refresh("posts"));
        }
        await().until(() -> view(other).generation() == 3);

        buildAnew(4);

        awaitOther("[{\"_id\":\"1\",\"n\":4}]");
        assertThat(view(other).generation()).isEqualTo(1);
    }

    @Test
    void aViewThatIsBuiltAnewIsFollowedAlsoIfItsGenerationHasTheNumberHeld() {
        startBoth("1");

        buildAnew(2);

        awaitOther("[{\"_id\":\"1\",\"n\":2}]");
    }

    private void buildAnew(int n) {
        post("userdb-a", "1", n);
        store.drop(VIEW);
        scheduler.advance(Duration.ofSeconds(1));
        scheduler.await(feeds.refresh("posts"));
    }

    @Test
    void aBookmarkHoldsAlsoWhenTheViewIsBuiltAnew() {
        startBoth("1", "2");
        Query.Builder query = Query.builder().limit(1);
        String bookmark = other.query("posts", query.build()).bookmark();

        buildAnew(2);
        awaitOther("[{\"_id\":\"1\",\"n\":2},{\"_id\":\"2\",\"n\":1}]");
        aggregator.databases.delete("userdb-a", "2");
        scheduler.await(feeds.refresh("posts"));
        awaitOther("[{\"_id\":\"1\",\"n\":2}]");

        assertThat(new String(
                        other.query("posts", query.bookmark(bookmark).build()).json()))
                .isEqualTo("[{\"_id\":\"2\",\"n\":1}]");
    }

    @Test
    void newsThatComeLateDoNotLeadBack() {
        startBoth("1");
        post("userdb-a", "1", 2);
        scheduler.await(feeds.refresh("posts"));
        awaitOther("[{\"_id\":\"1\",\"n\":2}]");
        int reads = otherStore.reads.get();

        otherStore.tell(1);

        await().until(() -> otherStore.reads.get() > reads);
        scheduler.await(other.refresh("posts"));
        assertThat(view(other).generation()).isEqualTo(2);
    }

    @Test
    void aNodeDoesNotReadWhatItCommittedItself() {
        startBoth("1");
        int reads = nodeStore.reads.get();
        for (int n = 2; n <= 5; n++) {
            post("userdb-a", "1", n);
            scheduler.await(feeds.refresh("posts"));
            int generation = n;
            await().until(() -> view(other).generation() == generation);
        }

        assertThat(nodeStore.reads).hasValue(reads);
    }

    @Test
    void aGenerationWithTheRowsOfAnEarlierOneIsFollowedAsWell() {
        otherStore.deaf = true;
        startBoth("1");
        post("userdb-b", "came", 1);
        scheduler.await(feeds.refresh("posts"));
        aggregator.databases.drop("userdb-b");
        scheduler.await(feeds.refresh("posts"));
        post("userdb-a", "1", 2);
        scheduler.advance(Duration.ofSeconds(1));

        scheduler.await(other.refresh("posts"));

        assertThat(json(other, "posts")).isEqualTo("[{\"_id\":\"1\",\"n\":2}]");
        assertThat(view(other).generation()).isEqualTo(4);
    }
}
