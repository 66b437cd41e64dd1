package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.FeedStatus;
import dev.matview.core.FeedStatus.Behind;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.internal.view.ViewMemory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** When and how feeds are refreshed. */
class WorkerTest extends WorkerFixture {

    @Nested
    class Intervals {

        @Test
        void aFeedWithoutAGenerationIsRefreshedAtOnceAndThenAtItsInterval() {
            start(POSTS);
            advance(Duration.ZERO);
            assertThat(visits()).isEqualTo(1);

            advance(Duration.ofSeconds(299));
            assertThat(visits()).isEqualTo(1);
            advance(Duration.ofSeconds(1));
            assertThat(visits()).isEqualTo(2);
            advance(Duration.ofMinutes(5));
            assertThat(visits()).isEqualTo(3);
        }

        @Test
        void everyFeedHasItsOwnInterval() {
            start(POSTS, feed("events").interval(Duration.ofMinutes(12)).build());
            advance(Duration.ZERO);
            for (int minute = 0; minute < 12; minute++) {
                advance(Duration.ofMinutes(1));
            }

            assertThat(aggregator.visits)
                    .containsExactly(List.of("events", "posts"), List.of("posts"), List.of("posts"), List.of("events"));
        }

        @Test
        void feedsThatAreDueTogetherShareOneVisit() {
            start(POSTS, feed("events").interval(Duration.ofMinutes(5)).build());
            advance(Duration.ZERO);
            advance(Duration.ofMinutes(5));

            assertThat(aggregator.visits).containsExactly(List.of("events", "posts"), List.of("events", "posts"));
        }

        @Test
        void feedsWithoutAGenerationShareTheirFirstVisitAlsoInRealTime() {
            for (int i = 0; i < 10; i++) {
                registry.put(feed("c" + i).build());
            }
            try (GlobalFeeds realTime = GlobalFeeds.builder()
                    .registry(registry)
                    .aggregator(aggregator)
                    .build()) {
                realTime.start();
                await().until(() -> realTime.status().stream().allMatch(status -> status.view() != null));
            }

            assertThat(visits()).isEqualTo(1);
        }

        @Test
        void runsMissedDuringALongRefreshAreOne() {
            start(POSTS);
            Semaphore gate = aggregator.closeGate();
            scheduler.advance(Duration.ZERO);
            scheduler.advance(Duration.ofMinutes(23));
            gate.release();
            settle();
            aggregator.openGate();

            advance(Duration.ZERO);
            assertThat(visits()).isEqualTo(2);
            advance(Duration.ofMinutes(4));
            assertThat(visits()).isEqualTo(2);
        }

        @Test
        void aRestartServesTheStoredGenerationAtOnceAndRefreshesWhenItIsDueWithSomeJitter() {
            post("userdb-a", "1", 1);
            start(POSTS);
            advance(Duration.ZERO);
            Instant due = feeds.status("posts").nextRefresh();
            try (GlobalFeeds restarted = node()) {
                start(restarted);

                assertThat(new String(restarted.query("posts", Query.all()).json()))
                        .contains("\"1\"");
                assertThat(visits()).isEqualTo(1);
                assertThat(restarted.status("posts").nextRefresh()).isBetween(due, due.plusSeconds(30));
            }
        }
    }

    @Nested
    class RefreshesUnderWay {

        @Test
        void oneFeedIsNeverRefreshedTwiceAtOnceAndARequestMeanwhileIsServedByTheNextRefresh() {
            start(POSTS);
            Semaphore gate = aggregator.closeGate();
            awaitVisits(1);
            post("userdb-a", "late", 1);
            CompletableFuture<RefreshResult> one = feeds.refresh("posts");
            CompletableFuture<RefreshResult> other = feeds.refresh("posts");
            scheduler.advance(Duration.ofMinutes(6));
            assertThat(visits()).isEqualTo(1);
            assertThat(one).isNotDone();

            gate.release();
            await().until(() -> feeds.status("posts").nextRefresh() != null);
            assertThat(one)
                    .as("a refresh that began before the request does not count")
                    .isNotDone();
            awaitVisits(2);
            gate.release();

            assertThat(one.join()).isEqualTo(other.join());
            assertThat(json("posts")).contains("late");
            assertThat(aggregator.mostUnderWay).hasValue(1);
            assertThat(visits()).isEqualTo(2);
        }

        @Test
        void refreshesOfManyFeedsAreBoundedByThePool() {
            start();
            Semaphore gate = aggregator.closeGate();
            for (int i = 0; i < 6; i++) {
                registry.put(feed("c" + i).build());
                awaitVisits(Math.min(i + 1, 2));
            }

            gate.release(6);
            await().until(() -> {
                scheduler.advance(Duration.ZERO);
                return feeds.status().stream().allMatch(status -> status.view() != null);
            });

            assertThat(aggregator.mostUnderWay).hasValue(2);
        }

        @Test
        void progressIsShownWhileARefreshRuns() {
            for (int i = 0; i < 3; i++) {
                post("userdb-" + i, "p", i);
            }
            start(POSTS);
            assertThat(feeds.status("posts").progress()).isNull();
            Semaphore gate = aggregator.closeGate();
            scheduler.advance(Duration.ZERO);
            await().until(() -> feeds.status("posts").progress() != null);
            gate.release();
            settle();

            assertThat(feeds.status("posts").progress()).isNull();
            Findings visit = new Findings(
                    POSTS, null, new ReferenceIndex(), scheduler.instant(), new ViewMemory(1_000), List.of());
            visit.covers(3);
            visit.unmoved();
            assertThat(visit.pace().done()).isEqualTo(1);
            assertThat(visit.pace().total()).isEqualTo(3);
        }

        @Test
        void closingInterruptsARefreshAndFailsThoseWhoWait() {
            start(POSTS);
            aggregator.closeGate();
            CompletableFuture<RefreshResult> underWay = feeds.refresh("posts");
            awaitVisits(1);
            CompletableFuture<RefreshResult> next = feeds.refresh("posts");

            feeds.close();

            assertThat(underWay).isCompletedExceptionally();
            assertThat(next).isCompletedExceptionally();
            assertThat(aggregator.underWay).hasValue(0);
        }
    }

    @Nested
    class Failures {

        @Test
        void failuresAreRetriedEverMoreRarelyAndTheOldGenerationStays() {
            post("userdb-a", "1", 1);
            start(POSTS);
            advance(Duration.ZERO);
            aggregator.failure = new IllegalStateException("no route to the cluster");
            CompletableFuture<RefreshResult> refresh = feeds.refresh("posts");
            Duration before = Duration.ZERO;
            for (int failures = 1; failures <= 6; failures++) {
                advance(before);
                FeedStatus status = feeds.status("posts");
                assertThat(status.failures()).isEqualTo(failures);
                before = Duration.between(scheduler.instant(), status.nextRefresh());
                assertThat(before)
                        .isBetween(Duration.ofMillis(500L << failures - 1), Duration.ofMillis(1000L << failures - 1));
            }
            assertThatThrownBy(refresh::join)
                    .hasCauseInstanceOf(RefreshException.class)
                    .hasMessageContaining("posts")
                    .hasMessageContaining("no route to the cluster");
            assertThat(feeds.status("posts").lastFailure()).isEqualTo("no route to the cluster");
            assertThat(json("posts")).contains("\"1\"");

            aggregator.failure = null;
            advance(before);
            assertThat(feeds.status("posts").failures()).isZero();
            assertThat(feeds.status("posts").lastFailure()).isNull();
        }

        @Test
        void aFeedWithDatabasesBehindIsTriedAgainBeforeItsInterval() {
            post("userdb-a", "1", 1);
            post("userdb-b", "2", 2);
            start(POSTS);
            advance(Duration.ZERO);
            post("userdb-b", "3", 3);
            aggregator.databases.fail("userdb-b", new IllegalStateException("500"));
            feeds.refresh("posts");
            advance(Duration.ZERO);
            assertThat(feeds.status("posts").behind())
                    .extracting(Behind::database)
                    .containsExactly("userdb-b");
            aggregator.databases.recover("userdb-b");

            advance(Duration.ofSeconds(1));

            assertThat(json("posts")).contains("\"3\"");
            assertThat(feeds.status("posts").behind()).isEmpty();
        }

        @Test
        void aFirstRefreshThatCanReadNoDatabaseFails() {
            post("userdb-a", "1", 1);
            aggregator.databases.fail("userdb-a", new IllegalStateException("disk on fire"));
            start(POSTS);
            advance(Duration.ZERO);

            assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(ViewNotReadyException.class);
            assertThat(feeds.status("posts").lastFailure()).contains("userdb-a", "disk on fire");
        }

        @Test
        void stalenessGrowsUntilTheSourcesAreSeenToMatchAgain() {
            start(POSTS);
            advance(Duration.ZERO);
            advance(Duration.ofMinutes(3));
            assertThat(feeds.status("posts").staleness()).isEqualTo(Duration.ofMinutes(3));
            advance(Duration.ofMinutes(2));
            assertThat(feeds.status("posts").staleness()).isZero();
        }
    }

    @Nested
    class FeedsThatComeAndGo {

        @Test
        void aFeedThatIsAddedIsServedWithoutARestart() {
            start(POSTS);
            advance(Duration.ZERO);
            registry.put(feed("events").build());
            awaitVisits(2);
            settle();

            assertThat(json("events")).isEqualTo("[]");
        }

        @Test
        void aFeedThatIsRemovedIsRefusedAtOnceAndItsViewForgotten() {
            start(POSTS);
            advance(Duration.ZERO);

            registry.remove("posts");

            assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(FeedNotRegisteredException.class);
            await().until(() -> store.read("_global_posts", 0).isEmpty());
        }

        @Test
        void aViewThatCannotBeForgottenIsForgottenLater() {
            start(POSTS);
            advance(Duration.ZERO);
            nodeStore.away = true;
            registry.remove("posts");
            await().until(() -> nodeStore.refused.get() == 1);
            assertThat(store.read("_global_posts", 0)).isPresent();
            nodeStore.away = false;

            // More than once: it is planned after it was refused.
            await().until(() -> {
                scheduler.advance(Duration.ofSeconds(1));
                return store.read("_global_posts", 0).isEmpty();
            });
        }

        @Test
        void aViewThatCannotBeForgottenStaysWhenAFeedTakesItOver() {
            start(POSTS);
            advance(Duration.ZERO);
            nodeStore.away = true;
            registry.remove("posts");
            await().until(() -> nodeStore.refused.get() == 1);
            nodeStore.away = false;
            registry.put(POSTS);
            settle();

            scheduler.advance(Duration.ofMinutes(1));

            // What comes later and is forgotten shows that the errands before are done.
            registry.put(feed("other").build());
            settle();
            registry.remove("other");
            await().until(() -> nodeStore.drops.get() > 0);
            assertThat(nodeStore.drops).hasValue(1);
            assertThat(store.read("_global_posts", 0)).isPresent();
        }

        @Test
        void aFeedThatIsRemovedAndComesBackAtOnceKeepsItsView() {
            post("userdb-a", "1", 1);
            start(POSTS);
            advance(Duration.ZERO);
            // All threads are held up that could do what the removal leaves to do: that comes after the return.
            Semaphore gate = new Semaphore(0);
            nodeStore.beforeRead = gate::acquireUninterruptibly;
            for (int i = 0; i < 4; i++) {
                registry.put(feed("c" + i).build());
            }
            await().until(() -> gate.getQueueLength() == 4);

            registry.remove("posts");
            registry.put(POSTS);
            gate.release(1_000);
            await().until(() -> {
                scheduler.advance(Duration.ZERO);
                return feeds.status().stream().allMatch(status -> status.view() != null);
            });

            assertThat(json("posts")).contains("\"1\"");
            assertThat(store.read("_global_posts", 0)).isPresent();
            assertThat(feeds.status("posts").view().generation()).isEqualTo(1);
        }
    }
}
