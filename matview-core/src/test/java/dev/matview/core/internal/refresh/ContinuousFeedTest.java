package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.Refresh;
import dev.matview.core.memory.InMemoryFeedRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How feeds follow changes of user databases. */
class ContinuousFeedTest extends WorkerFixture {

    @Test
    void aContinuousFeedFollowsAChangeButNotMoreOftenThanItsLeastInterval() {
        start(feed("posts")
                .refresh(new Refresh(Duration.ofHours(1), true, Duration.ofSeconds(10)))
                .build());
        advance(Duration.ZERO);
        post("userdb-a", "1", 1);
        advance(Duration.ofSeconds(9));
        assertThat(visits()).isEqualTo(1);
        advance(Duration.ofSeconds(1));
        assertThat(visits()).isEqualTo(2);
        assertThat(json("posts")).contains("\"1\"");

        advance(Duration.ofMinutes(1));
        assertThat(visits()).as("nothing changed").isEqualTo(2);
        post("userdb-a", "2", 2);
        post("userdb-a", "3", 3);
        advance(Duration.ZERO);
        assertThat(visits()).isEqualTo(3);
        post("otherdb-a", "4", 4);
        advance(Duration.ofMinutes(1));
        assertThat(visits()).as("a database that the feed does not cover").isEqualTo(3);
        advance(Duration.ofHours(1));
        assertThat(visits()).as("the interval holds all the same").isEqualTo(4);
    }

    @Test
    void aChangeDuringARefreshOfAContinuousFeedCausesAnother() {
        start(feed("posts").refresh(Refresh.continuous(Duration.ofHours(1))).build());
        Semaphore gate = aggregator.closeGate();
        awaitVisits(1);
        post("userdb-a", "1", 1);
        gate.release(2);
        settle();

        advance(Duration.ofSeconds(1));

        assertThat(visits()).isEqualTo(2);
    }

    @Test
    void aRestartLooksAtOnceForWhatChangedMeanwhile() {
        stored("userdb-a", "1");
        post("userdb-a", "2", 2);
        try (GlobalFeeds restarted = node(FeedRegistry.of(continuous("posts")))) {
            start(restarted);

            scheduler.advance(Duration.ZERO);

            await().until(() -> json(restarted, "posts").contains("\"2\""));
        }
    }

    @Test
    void aRestartServesWhatIsStoredBeforeTheDatabasesAreWatched() {
        stored("userdb-a", "1");
        List<String> meanwhile = new ArrayList<>();
        try (GlobalFeeds restarted = node(FeedRegistry.of(continuous("posts")))) {
            aggregator.beforeWatching = () -> meanwhile.add(json(restarted, "posts"));

            start(restarted);
            await().until(() -> !meanwhile.isEmpty());
        }

        assertThat(meanwhile).singleElement().asString().contains("\"1\"");
    }

    @Test
    void aFeedThatIsAddedLooksAtOnceForWhatChangedMeanwhile() {
        stored("userdb-a", "1");
        post("userdb-a", "2", 2);
        InMemoryFeedRegistry own = new InMemoryFeedRegistry();
        own.put(continuous("events"));
        try (GlobalFeeds watching = node(own)) {
            start(watching);
            own.put(continuous("posts"));
            await().until(() -> watching.status("posts").nextRefresh() != null);

            scheduler.advance(Duration.ZERO);

            await().until(() -> json(watching, "posts").contains("\"2\""));
        }
    }

    /** A generation of the posts in the store, and a node that does not look at them again in this test. */
    private void stored(String user, String id) {
        post(user, id, 1);
        start(POSTS);
        advance(Duration.ZERO);
    }

    private static FeedDefinition continuous(String collection) {
        return feed(collection).refresh(Refresh.continuous(Duration.ofDays(1))).build();
    }

    @Test
    void databasesAreWatchedOnlyWhileAFeedIsContinuous() {
        start(POSTS);
        advance(Duration.ZERO);
        assertThat(aggregator.watchers).hasValue(0);

        registry.put(
                feed("posts").refresh(Refresh.continuous(Duration.ofMinutes(5))).build());
        await().untilAtomic(aggregator.watchers, is(1));
        registry.put(feed("events")
                .refresh(Refresh.continuous(Duration.ofMinutes(5)))
                .build());
        registry.put(POSTS);
        settle();
        assertThat(aggregator.watchers).hasValue(1);

        registry.remove("events");
        await().untilAtomic(aggregator.watchers, is(0));
    }

    @Test
    void aWatchThatCannotBeginIsTriedAgain() {
        start(POSTS);
        advance(Duration.ZERO);
        AtomicInteger attempts = new AtomicInteger();
        aggregator.beforeWatching = () -> {
            if (attempts.getAndIncrement() == 0) {
                throw new IllegalStateException("no route to the cluster");
            }
        };
        registry.put(continuous("posts"));
        await().untilAtomic(attempts, is(1));

        await().until(() -> {
            scheduler.advance(Duration.ofSeconds(1));
            return aggregator.watchers.get() == 1;
        });
    }

    @Test
    void aFeedThatBecomesContinuousCatchesUp() {
        start(POSTS, continuous("events"));
        advance(Duration.ofMinutes(1));
        post("userdb-a", "1", 1);

        registry.put(
                feed("posts").refresh(Refresh.continuous(Duration.ofMinutes(5))).build());
        advance(Duration.ZERO);

        assertThat(json("posts")).contains("\"1\"");
    }

    @Test
    void aChangeBeforeTheWatchHadBegunIsNotMissed() {
        Semaphore gate = aggregator.closeGate();
        aggregator.beforeWatching = () -> {
            scheduler.advance(Duration.ZERO);
            await().until(() -> visits() == 1);
        };
        start(feed("posts").refresh(Refresh.continuous(Duration.ofHours(1))).build());
        gate.release(2);
        // The errand that begins to watch may end later than the visit.
        await().until(() -> {
            Instant next = feeds.status("posts").nextRefresh();
            return visits() == 1
                    && next != null
                    && !next.isAfter(scheduler.instant().plusSeconds(1));
        });

        advance(Duration.ofSeconds(1));

        assertThat(visits()).isEqualTo(2);
    }
}
