package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.Refresh;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A refresh that comes for changes that were noticed does not wait for any that nobody has noticed yet, and says so. */
class NoticedChangeTest extends WorkerFixture {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final FeedDefinition FEED =
            feed("posts").refresh(Refresh.continuous(Duration.ofMinutes(5))).build();

    @BeforeEach
    void startFollowing() {
        start(FEED);
        advance(Duration.ZERO);
        advance(SECOND);
    }

    private Instant refreshedAt() {
        return feeds.query("posts", Query.all()).view().refreshedAt();
    }

    @Test
    void aVisitIsToldThatWhatWasNoticedIsEnough() {
        assertThat(aggregator.isNoticed).as("the first one").isFalse();
        Instant before = scheduler.instant();
        aggregator.asOf = before.plusMillis(400);
        scheduler.advance(SECOND);

        post("userdb-a", "1", 1);
        advance(Duration.ZERO);

        assertThat(aggregator.isNoticed).isTrue();
        assertThat(json("posts")).contains("\"1\"");
        assertThat(refreshedAt()).isEqualTo(before.plusMillis(400));
    }

    @Test
    void whatWasKnownToBeShownIsShownStill() {
        scheduler.await(feeds.refresh("posts"));
        Instant known = refreshedAt();
        aggregator.asOf = known.minusSeconds(3);

        post("userdb-a", "1", 1);
        advance(SECOND);

        assertThat(aggregator.isNoticed).isTrue();
        assertThat(refreshedAt()).isEqualTo(known);
    }

    @Test
    void noVisitKnowsOfWhatIsWrittenWhileItGoesOn() {
        aggregator.asOf = scheduler.instant().plusSeconds(60);

        post("userdb-a", "1", 1);
        advance(Duration.ZERO);

        assertThat(refreshedAt()).isEqualTo(scheduler.instant());
    }

    @Test
    void whoeverAsksForARefreshIsShownAllThatWasWritten() {
        aggregator.asOf = scheduler.instant().minusSeconds(3);
        scheduler.await(feeds.refresh("posts"));
        scheduler.advance(Duration.ofMillis(500));
        post("userdb-a", "1", 1);

        CompletableFuture<RefreshResult> asked = feeds.refresh("posts");
        scheduler.await(asked);

        assertThat(aggregator.isNoticed).isFalse();
        assertThat(refreshedAt()).isEqualTo(scheduler.instant());
    }

    @Test
    void aReaderWhoWantsYoungRowsIsNotContentWithOne() {
        aggregator.asOf = scheduler.instant().minusSeconds(3);
        Semaphore gate = aggregator.closeGate();
        int visits = visits();
        post("userdb-a", "1", 1);
        awaitVisits(visits + 1);

        CompletableFuture<Boolean> young = feeds.refreshIfOlder("posts", Duration.ofMillis(500));
        gate.release(2);
        settle();
        advance(SECOND);

        assertThat(young).isCompletedWithValue(true);
        assertThat(visits()).isEqualTo(visits + 2);
        assertThat(aggregator.isNoticed).isFalse();
    }

    @Test
    void afterAFailureAllIsLookedFor() {
        aggregator.failure = new IllegalStateException("away");
        post("userdb-a", "1", 1);
        advance(Duration.ZERO);
        aggregator.failure = null;

        advance(Duration.ofSeconds(5));

        assertThat(json("posts")).contains("\"1\"");
        assertThat(aggregator.isNoticed).isFalse();
    }
}
