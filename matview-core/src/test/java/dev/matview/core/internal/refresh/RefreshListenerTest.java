package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshListener;
import dev.matview.core.RefreshResult;
import dev.matview.core.Settings;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** How refreshes end is told to whoever wants to know: those who listen, and those who asked for one. */
class RefreshListenerTest extends WorkerFixture {

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final RefreshListener listener = new RefreshListener() {
        @Override
        public void refreshed(Run run, RefreshResult result) {
            told.add(result.collection() + " " + result.generation() + " " + result.changed() + " " + run.took());
        }

        @Override
        public void failed(Run run, String reason) {
            told.add(run.collection() + " failed: " + reason + " " + run.took());
        }
    };

    private void refresh() {
        scheduler.await(feeds.refresh("posts"));
    }

    @Test
    void eachEndIsToldBeforeWhoeverAskedHearsOfIt() {
        feeds.onRefresh(listener);
        post("userdb-a", "1", 1);
        start(POSTS);

        refresh();
        assertThat(told).containsExactly("posts 1 true PT0S");
        refresh();
        assertThat(told).hasSize(2).endsWith("posts 1 false PT0S");
    }

    @Test
    void theTimeItTookIsTold() {
        feeds.onRefresh(listener);
        start(POSTS);
        Semaphore gate = aggregator.closeGate();
        CompletableFuture<RefreshResult> refresh = feeds.refresh("posts");
        awaitVisits(1);
        scheduler.advance(Duration.ofSeconds(7));
        gate.release();
        scheduler.await(refresh);

        assertThat(told).containsExactly("posts 1 true PT7S");
    }

    @Test
    void aFailureIsToldWithItsReason() {
        feeds.onRefresh(listener);
        start(POSTS);
        aggregator.failure = new IllegalStateException("no connection");

        CompletableFuture<RefreshResult> refresh = feeds.refresh("posts");
        awaitVisits(1);

        assertThat(refresh).failsWithin(Duration.ofSeconds(10));
        assertThat(told).containsExactly("posts failed: no connection PT0S");
    }

    @Test
    void aListenerThatThrowsKeepsNobodyFromBeingTold() {
        feeds.onRefresh(new RefreshListener() {
            @Override
            public void refreshed(Run run, RefreshResult result) {
                throw new IllegalStateException("a bug");
            }

            @Override
            public void failed(Run run, String reason) {
                throw new IllegalStateException("a bug");
            }
        });
        feeds.onRefresh(listener);
        start(POSTS);

        refresh();

        assertThat(told).hasSize(1);
        assertThat(feeds.status("posts").failures()).isZero();
    }

    /** Such as a class that is missing. */
    @Test
    void aListenerThatThrowsAnErrorIsNoEndOfTheFeed() {
        Subscription broken = feeds.onRefresh(new RefreshListener() {
            @Override
            public void refreshed(Run run, RefreshResult result) {
                throw new NoClassDefFoundError("a metric");
            }

            @Override
            public void failed(Run run, String reason) {}
        });
        start(POSTS);

        refresh();

        broken.close();
        refresh();
        assertThat(feeds.status("posts").nextRefresh()).isNotNull();
    }

    @Test
    void whoeverHasLeftIsToldNothing() {
        Subscription subscription = feeds.onRefresh(listener);
        start(POSTS);
        subscription.close();

        refresh();

        assertThat(told).isEmpty();
    }

    @Test
    void aRefreshThatClosingInterruptsIsNoFailure() {
        feeds.onRefresh(listener);
        start(POSTS);
        aggregator.closeGate();
        feeds.refresh("posts");
        awaitVisits(1);

        feeds.close();

        assertThat(told).isEmpty();
    }

    @Test
    void closingFailsThoseWhoseRefreshWaitsForAThread() {
        try (GlobalFeeds narrow = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(aggregator)
                .scheduler(scheduler)
                .settings(Settings.builder().refreshThreads(1).build())
                .build()) {
            registry.put(POSTS);
            aggregator.closeGate();
            start(narrow);
            CompletableFuture<RefreshResult> underWay = narrow.refresh("posts");
            awaitVisits(1);
            registry.put(feed("events").build());
            await().until(() -> narrow.status("events").nextRefresh() != null);
            CompletableFuture<RefreshResult> queued = narrow.refresh("events");
            scheduler.advance(Duration.ZERO);
            assertThat(narrow.status("events").nextRefresh()).isNull();
            registry.put(feed("retired").build());
            await().until(() -> narrow.status("retired").nextRefresh() != null);
            CompletableFuture<RefreshResult> retired = narrow.refresh("retired");
            scheduler.advance(Duration.ZERO);
            registry.remove("retired");

            narrow.close();

            assertThat(underWay).isCompletedExceptionally();
            assertThat(queued).isCompletedExceptionally();
            assertThat(retired).isCompletedExceptionally();
        }
    }
}
