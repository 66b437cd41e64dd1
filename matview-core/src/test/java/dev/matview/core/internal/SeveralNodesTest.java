package dev.matview.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
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
        other.start();
        assertThat(json(other, "posts")).isEqualTo(json("posts"));
    }

    private void awaitOther(String json) {
        await().until(() -> json(other, "posts").equals(json));
    }

    private static Page.View view(GlobalFeeds feeds) {
        return feeds.query("posts", Query.all()).view();
    }

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
            registry.put(feed("c" + i).build());
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

    @Test
    void aNewGenerationIsReadAtOnceAlthoughTheOneBeforeCannotBeReadForLong() {
        startBoth("1");
        otherStore.away = true;
        post("userdb-a", "1", 2);
        scheduler.await(feeds.refresh("posts"));
        await().until(() -> {
            scheduler.advance(Duration.ofSeconds(1));
            return otherStore.reads.get() > 5;
        });
        otherStore.away = false;
        post("userdb-a", "1", 3);
        scheduler.await(feeds.refresh("posts"));

        awaitOther("[{\"_id\":\"1\",\"n\":3}]");
    }

    @Test
    void nobodyTriesAgainToReadAGenerationOfAFeedThatIsRemoved() {
        startBoth("1");
        otherStore.away = true;
        post("userdb-a", "1", 2);
        scheduler.await(feeds.refresh("posts"));
        await().until(() -> {
            scheduler.advance(Duration.ofSeconds(1));
            return otherStore.reads.get() > 2;
        });
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
}
