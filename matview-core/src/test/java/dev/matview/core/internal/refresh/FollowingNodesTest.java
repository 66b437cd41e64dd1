package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.Query;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Nodes that serve what others commit. */
class FollowingNodesTest extends TwoNodesFixture {

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

    @Nested
    class GenerationsThatCannotBeRead {

        @Test
        void aGenerationThatCannotBeReadIsReadLater() {
            startBoth("1");
            otherStore.away = true;
            int reads = otherStore.reads.get();
            post("userdb-a", "1", 2);
            scheduler.await(feeds.refresh("posts"));
            await().until(() -> otherStore.reads.get() > reads);
            otherStore.away = false;

            await().until(() -> {
                scheduler.advance(Duration.ofSeconds(1));
                return json(other, "posts").equals("[{\"_id\":\"1\",\"n\":2}]");
            });
            assertThat(otherAggregator.visits).as("it was read, not refreshed").isEmpty();
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
    }

    @Nested
    class ViewsThatAreBuiltAnew {

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

            assertThat(new String(other.query("posts", query.bookmark(bookmark).build())
                            .json()))
                    .isEqualTo("[{\"_id\":\"2\",\"n\":1}]");
        }
    }
}
