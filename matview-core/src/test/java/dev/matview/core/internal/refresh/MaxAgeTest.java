package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.Refresh;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An answer that may only be so old has the feed refreshed first. */
class MaxAgeTest extends WorkerFixture {

    private static final Duration PACE = Duration.ofSeconds(1);

    private CompletableFuture<Page> ask(Duration age) {
        return CompletableFuture.supplyAsync(
                () -> feeds.query("posts", Query.builder().maxAge(age).build()));
    }

    /** Moves the time a little at a time until the answer is there. */
    private Page answer(CompletableFuture<Page> asked) {
        await().pollInterval(Duration.ofMillis(2)).until(() -> {
            if (!asked.isDone()) {
                scheduler.advance(Duration.ofMillis(20));
            }
            return asked.isDone();
        });
        return asked.join();
    }

    /** Waits until so many readers wait, for their deadlines are scheduled then. */
    private void awaitScheduled(Duration within) {
        await().until(() -> scheduler
                .nextDue()
                .filter(due -> !due.isAfter(scheduler.instant().plus(within)))
                .isPresent());
    }

    private void startWith(int n) {
        post("userdb-a", "p", n);
        start(POSTS);
        advance(Duration.ZERO);
        advance(Duration.ofSeconds(30));
    }

    @Test
    void zeroShowsACallerWhatItHasJustWritten() {
        startWith(1);
        post("userdb-a", "p", 2);

        Page page = answer(ask(Duration.ZERO));

        assertThat(new String(page.json())).isEqualTo("[{\"_id\":\"p\",\"n\":2}]");
        assertThat(page.warning()).isEmpty();
        assertThat(visits()).isEqualTo(2);
    }

    /** A refresh that began at the very instant of the call may have begun before it. */
    @Test
    void zeroWaitsForARefreshThatBeganAfterTheCallAlsoWhenTimeStandsStill() {
        startWith(1);
        scheduler.await(feeds.refresh("posts"));
        post("userdb-a", "p", 2);

        assertThat(new String(answer(ask(Duration.ZERO)).json())).contains("\"n\":2");
    }

    @Test
    void anAnswerThatIsYoungEnoughIsGivenAsItIs() {
        startWith(1);
        post("userdb-a", "p", 2);

        Page page = feeds.query(
                "posts", Query.builder().maxAge(Duration.ofSeconds(31)).build());

        assertThat(new String(page.json())).contains("\"n\":1");
        assertThat(page.warning()).isEmpty();
        assertThat(visits()).isEqualTo(1);
        assertThat(new String(answer(ask(Duration.ofSeconds(30))).json())).contains("\"n\":2");
        assertThat(feeds.query(
                                "posts",
                                Query.builder()
                                        .maxAge(Duration.ofSeconds(Long.MAX_VALUE))
                                        .build())
                        .warning())
                .isEmpty();
    }

    @Test
    void manyWhoAskShareOneRefresh() {
        startWith(1);
        List<CompletableFuture<Boolean>> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asked.add(feeds.refreshIfOlder("posts", Duration.ofSeconds(10)));
        }

        asked.forEach(each -> assertThat(scheduler.await(each)).isTrue());

        assertThat(visits()).isEqualTo(2);
    }

    @Test
    void aRefreshUnderWayIsWaitedForByThoseForWhomItBeganLateEnough() {
        startWith(1);
        aggregator.closeGate();
        CompletableFuture<?> underWay = feeds.refresh("posts");
        awaitVisits(2);
        scheduler.advance(Duration.ofMillis(500));

        CompletableFuture<Boolean> joins = feeds.refreshIfOlder("posts", Duration.ofSeconds(1));
        CompletableFuture<Boolean> doesNot = feeds.refreshIfOlder("posts", Duration.ZERO);
        aggregator.openGate();
        assertThat(scheduler.await(joins)).isTrue();
        scheduler.await(underWay);

        assertThat(doesNot).isNotDone();
        assertThat(visits()).isEqualTo(2);
        scheduler.advance(PACE);
        assertThat(scheduler.await(doesNot)).isTrue();
        assertThat(visits()).isEqualTo(3);
    }

    @Test
    void readersCannotHaveAFeedRefreshedMoreThanOnceASecond() {
        startWith(1);
        for (int i = 0; i < 40; i++) {
            feeds.refreshIfOlder("posts", Duration.ZERO);
            scheduler.advance(Duration.ofMillis(100));
            settle();
        }

        assertThat(visits()).isBetween(4, 6);
    }

    @Test
    void norAContinuousFeedMoreOftenThanItsMinInterval() {
        post("userdb-a", "p", 1);
        start(feed("posts")
                .refresh(new Refresh(Duration.ofMinutes(5), true, Duration.ofSeconds(3)))
                .build());
        advance(Duration.ZERO);
        int before = visits();
        for (int i = 0; i < 40; i++) {
            feeds.refreshIfOlder("posts", Duration.ZERO);
            scheduler.advance(Duration.ofMillis(100));
            settle();
        }

        assertThat(visits() - before).isBetween(1, 2);
    }

    @Test
    void aRefreshThatTakesTooLongIsNotWaitedForAndTheAnswerSaysSo() {
        startWith(1);
        post("userdb-a", "p", 2);
        aggregator.closeGate();

        Page page = answer(ask(Duration.ofSeconds(1)));

        assertThat(new String(page.json())).contains("\"n\":1");
        assertThat(page.warning()).contains(FreshReads.WARNING);
        assertThat(page.view().refreshedAt()).isBefore(scheduler.instant().minusSeconds(30));
    }

    @Test
    void aFeedThatFailsIsNotTriedMoreOftenForReaders() {
        startWith(1);
        aggregator.failure = new IllegalStateException("on fire");
        assertThat(answer(ask(Duration.ZERO)).warning()).isPresent();
        int visits = visits();
        for (int i = 0; i < 8; i++) {
            advance(Duration.ofMinutes(6));
        }
        visits = visits();

        for (int i = 0; i < 10; i++) {
            assertThat(answer(ask(Duration.ZERO)).warning()).isPresent();
        }

        assertThat(visits() - visits)
                .as("in 20 seconds, backing off to five minutes")
                .isLessThanOrEqualTo(1);
    }

    @Test
    void aViewWithoutAGenerationIsWaitedForToo() {
        post("userdb-a", "p", 1);
        aggregator.closeGate();
        start(POSTS);
        scheduler.advance(Duration.ZERO);
        CompletableFuture<Page> asked = ask(Duration.ofMinutes(1));
        awaitScheduled(Duration.ofSeconds(3));

        aggregator.openGate();

        assertThat(answer(asked).size()).isEqualTo(1);
    }

    @Test
    void aPageThatABookmarkContinuesAndASubscriptionTakeTheViewAsItIs() throws InterruptedException {
        startWith(1);
        Query.Builder now = Query.builder().maxAge(Duration.ZERO);
        String bookmark = feeds.query("posts", Query.all()).bookmark();

        assertThat(feeds.query("posts", now.bookmark(bookmark).build()).size()).isZero();
        BlockingQueue<Page> answers = new LinkedBlockingQueue<>();
        try (Subscription subscription =
                feeds.subscribe("posts", now.bookmark(null).build(), answers::add)) {
            assertThat(answers.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(visits()).isEqualTo(1);
    }

    @Test
    void whoeverWaitsIsToldWhenTheFeedIsRemovedOrAllIsClosed() {
        startWith(1);
        CompletableFuture<Boolean> waits = feeds.refreshIfOlder("posts", Duration.ZERO);
        registry.remove("posts");

        assertThat(waits.join()).isFalse();
        assertThatThrownBy(() -> feeds.refreshIfOlder("posts", Duration.ZERO).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(FeedNotRegisteredException.class);
        assertThatThrownBy(() -> feeds.query(
                        "posts", Query.builder().maxAge(Duration.ZERO).build()))
                .isInstanceOf(FeedNotRegisteredException.class);
        assertThatThrownBy(() -> feeds.refreshIfOlder("posts", Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        registry.put(POSTS);
        await().until(() -> feeds.status("posts").view() != null || settled());
        CompletableFuture<Boolean> last = feeds.refreshIfOlder("posts", Duration.ZERO);
        feeds.close();
        assertThat(last.join()).isFalse();
    }

    private boolean settled() {
        scheduler.advance(Duration.ofMillis(10));
        return false;
    }
}
