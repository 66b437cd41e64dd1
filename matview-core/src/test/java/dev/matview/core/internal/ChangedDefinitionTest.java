package dev.matview.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.RefreshResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** What readers see of a feed whose definition changes. */
class ChangedDefinitionTest extends WorkerFixture {

    private static final String ROW = "[{\"_id\":\"1\",\"n\":1}]";

    @Test
    void aChangedDefinitionIsRebuiltAsideAndSwappedIn() {
        post("userdb-a", "1", 1);
        start(POSTS);
        advance(Duration.ZERO);
        Semaphore gate = aggregator.closeGate();
        registry.put(feed("posts").fields("m").build());
        awaitVisits(2);
        assertThat(json("posts")).isEqualTo("[{\"_id\":\"1\",\"n\":1}]");

        gate.release();
        settle();

        assertThat(json("posts")).isEqualTo("[{\"m\":7}]");
    }

    @Test
    void aDefinitionThatChangesDuringARefreshIsAppliedByTheNextOneAtOnce() {
        post("userdb-a", "1", 1);
        start(POSTS);
        Semaphore gate = aggregator.closeGate();
        scheduler.advance(Duration.ZERO);
        CompletableFuture<RefreshResult> refresh = feeds.refresh("posts");
        await().until(() -> visits() == 1);
        registry.put(feed("posts").fields("m").build());
        gate.release(2);
        settle();
        advance(Duration.ZERO);

        assertThat(json("posts")).isEqualTo("[{\"m\":7}]");
        assertThat(refresh).isCompleted();
    }

    @Test
    void aChangedIntervalNeedsNoRebuild() {
        post("userdb-a", "1", 1);
        start(POSTS);
        advance(Duration.ZERO);

        registry.put(feed("posts").interval(Duration.ofSeconds(20)).build());
        advance(Duration.ZERO);
        assertThat(visits()).isEqualTo(1);
        advance(Duration.ofSeconds(20));

        assertThat(visits()).isEqualTo(2);
        assertThat(feeds.status("posts").view().generation()).isEqualTo(1);
    }

    @Test
    void aViewThatGetsAnotherNameIsServedFromTheOldOneUntilTheNewOneIsThere() {
        post("userdb-a", "1", 1);
        start(POSTS);
        advance(Duration.ZERO);
        Semaphore gate = aggregator.closeGate();
        registry.put(feed("posts").viewName("elsewhere").build());
        awaitVisits(2);
        assertThat(json("posts")).contains("\"1\"");
        gate.release();
        settle();

        assertThat(json("posts")).contains("\"1\"");
        assertThat(store.read("elsewhere", 0)).isPresent();
        await().until(() -> store.read("_global_posts", 0).isEmpty());
    }
}
