package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.ViewNotReadyException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Waiting for the first generations, on a thread of its own while the test moves the time. */
class AwaitReadyTest extends WorkerFixture {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final AtomicReference<Thread> waiting = new AtomicReference<>();

    private CompletableFuture<Boolean> ready(Duration timeout) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(feeds.awaitReady(timeout));
            } catch (InterruptedException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        waiting.set(thread);
        thread.start();
        return answer;
    }

    private void awaitWaiting() {
        await().until(() -> waiting.get().getState() == Thread.State.WAITING);
    }

    private static boolean get(CompletableFuture<Boolean> answer) throws Exception {
        return answer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void itWaitsForAllFeedsAndThenQueriesAreAnswered() throws Exception {
        post("userdb-a", "1", 1);
        Semaphore gate = aggregator.closeGate();
        start(POSTS, feed("notes").interval(Duration.ofMinutes(5)).build());
        CompletableFuture<Boolean> ready = ready(PATIENCE);
        scheduler.advance(Duration.ZERO);
        awaitWaiting();
        assertThatThrownBy(() -> json("posts")).isInstanceOf(ViewNotReadyException.class);

        gate.release(2);

        assertThat(get(ready)).isTrue();
        assertThat(json("posts")).contains("\"n\":1");
        assertThat(json("notes")).contains("\"n\":1");
    }

    @Test
    void whatIsReadyIsNotWaitedFor() throws Exception {
        start(POSTS);
        advance(Duration.ZERO);

        assertThat(feeds.awaitReady(Duration.ZERO)).isTrue();
        assertThat(feeds.awaitReady(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
    }

    @Test
    void withoutFeedsThereIsNothingToWaitFor() throws Exception {
        start();

        assertThat(feeds.awaitReady(PATIENCE)).isTrue();
    }

    @Test
    void aFirstRefreshThatFailsEndsTheWait() throws Exception {
        aggregator.failure = new IllegalStateException("the disk is full");
        start(POSTS);
        CompletableFuture<Boolean> ready = ready(PATIENCE);

        scheduler.advance(Duration.ZERO);

        assertThat(get(ready)).isFalse();
        assertThat(feeds.status("posts").lastFailure()).isEqualTo("the disk is full");
    }

    @Test
    void aFeedThatFailedDoesNotHideThatAnotherIsNotReady() throws Exception {
        aggregator.failure = new IllegalStateException("the disk is full");
        start(POSTS);
        advance(Duration.ZERO);
        aggregator.failure = null;
        Semaphore gate = aggregator.closeGate();
        registry.put(feed("notes").interval(Duration.ofMinutes(5)).build());
        CompletableFuture<Boolean> ready = ready(PATIENCE);
        awaitVisits(2);
        awaitWaiting();

        gate.release(2);

        assertThat(get(ready)).isFalse();
        assertThat(json("notes")).isNotEmpty();
    }

    @Test
    void aFeedThatIsRemovedIsNotWaitedFor() throws Exception {
        aggregator.closeGate();
        start(POSTS);
        CompletableFuture<Boolean> ready = ready(PATIENCE);
        awaitWaiting();

        registry.remove("posts");

        assertThat(get(ready)).isTrue();
    }

    @Test
    void theTimeIsTheSchedulers() throws Exception {
        aggregator.closeGate();
        start(POSTS);
        CompletableFuture<Boolean> ready = ready(Duration.ofSeconds(30));
        awaitWaiting();

        scheduler.advance(Duration.ofSeconds(29));
        awaitWaiting();
        assertThat(ready).isNotDone();
        scheduler.advance(Duration.ofSeconds(1));

        assertThat(get(ready)).isFalse();
    }

    @Test
    void zeroAsksWithoutWaiting() throws Exception {
        aggregator.closeGate();
        start(POSTS);

        assertThat(feeds.awaitReady(Duration.ZERO)).isFalse();
        assertThat(feeds.awaitReady(Duration.ofSeconds(-1))).isFalse();
    }

    @Test
    void interruptingEndsTheWait() {
        aggregator.closeGate();
        start(POSTS);
        CompletableFuture<Boolean> ready = ready(PATIENCE);
        awaitWaiting();

        waiting.get().interrupt();

        assertThatThrownBy(() -> get(ready))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void closingEndsTheWait() {
        aggregator.closeGate();
        start(POSTS);
        CompletableFuture<Boolean> ready = ready(PATIENCE);
        awaitWaiting();

        feeds.close();

        assertThatThrownBy(ready::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> feeds.awaitReady(PATIENCE)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void beforeTheStartItIsAMistake() {
        assertThatThrownBy(() -> feeds.awaitReady(PATIENCE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("start()");
    }
}
