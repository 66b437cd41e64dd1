package dev.matview.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A scheduler on an executor that the program has. */
@Timeout(30)
class SchedulerTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    private final Scheduler scheduler = Scheduler.of(executor);

    @AfterEach
    void shutDown() {
        executor.shutdownNow();
    }

    private static Thread threadOf(Scheduler scheduler) throws Exception {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        scheduler.schedule(Duration.ZERO, () -> ran.complete(Thread.currentThread()));
        return ran.get(10, TimeUnit.SECONDS);
    }

    @Test
    void whatIsDueRunsOnTheExecutorThatWasGiven() throws Exception {
        Thread own = executor.submit(Thread::currentThread).get();

        assertThat(threadOf(scheduler)).isSameAs(own);
    }

    @Test
    void closingItCancelsWhatItHasScheduledAndNothingElse() throws Exception {
        ScheduledFuture<?> others = executor.schedule(() -> {}, 1, TimeUnit.HOURS);
        scheduler.schedule(LONG, () -> {});
        scheduler.schedule(LONG, () -> {}).close();

        scheduler.close();
        scheduler.schedule(LONG, () -> {});

        assertThat(executor.getQueue())
                .filteredOn(task -> !((ScheduledFuture<?>) task).isCancelled())
                .hasSize(1);
        assertThat(others.isCancelled()).isFalse();
        assertThat(executor.isShutdown()).isFalse();
        assertThat(threadOf(Scheduler.of(executor))).as("it goes on").isNotNull();
    }

    @Test
    void aTaskThatFailsHoldsUpNoOther() throws Exception {
        scheduler.schedule(Duration.ZERO, () -> {
            throw new IllegalStateException("a task that fails");
        });

        assertThat(threadOf(scheduler)).isNotNull();
    }

    @Test
    void anExecutorThatIsShutDownRunsNothingMoreAndOneThatRefusesIsHeard() {
        executor.shutdown();
        scheduler.schedule(LONG, () -> {}).close();

        ScheduledThreadPoolExecutor full = new ScheduledThreadPoolExecutor(1) {
            @Override
            public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
                throw new RejectedExecutionException("full");
            }
        };
        try {
            assertThatThrownBy(() -> Scheduler.of(full).schedule(LONG, () -> {}))
                    .isInstanceOf(RejectedExecutionException.class);
        } finally {
            full.shutdownNow();
        }
    }

    @Test
    void feedsRunOnItAndLeaveItToWhoeverBuiltIt() throws Exception {
        try (InMemoryDatabases databases = new InMemoryDatabases();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(
                                FeedRegistry.of(FeedDefinition.builder("posts").build()))
                        .aggregator(databases)
                        .scheduler(scheduler)
                        .build()) {
            databases.put("userdb-ada", "{\"_id\":\"1\"}");
            feeds.start();
            assertThat(feeds.awaitReady(Duration.ofSeconds(10))).isTrue();
            assertThat(feeds.query("posts", Query.all()).size()).isOne();
        }

        assertThat(executor.isShutdown()).isFalse();
        scheduler.close();
        assertThat(executor.getQueue()).allMatch(task -> ((ScheduledFuture<?>) task).isCancelled());
    }
}
