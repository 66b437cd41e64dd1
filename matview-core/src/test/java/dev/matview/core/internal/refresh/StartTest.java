package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.PageListener;
import dev.matview.core.Query;
import dev.matview.core.QueryException;
import dev.matview.core.RegistryNotReadyException;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.access.Caller;
import dev.matview.core.event.Listeners;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.testkit.ManualScheduler;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a start waits for, which is nobody, and what is told before all is there; and that nothing is told after the end. */
@Timeout(60)
class StartTest {

    private static final FeedDefinition POSTS =
            FeedDefinition.builder("posts").selector("{\"type\":\"post\"}").build();
    private static final Query OWN =
            Query.builder().caller(new Caller("did:x:a", "userdb-a")).build();

    private final LateRegistry registry = new LateRegistry();
    private final GatedAggregator aggregator = new GatedAggregator();
    private final NodeStore store = new NodeStore(new InMemoryViewStore());
    private final CountDownLatch back = new CountDownLatch(1);
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(registry)
            .aggregator(aggregator)
            .viewStore(store)
            .build();

    @AfterEach
    void close() {
        back.countDown();
        aggregator.openGate();
        feeds.close();
    }

    private void awaitBack() {
        try {
            back.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aStartWaitsForNoStoreAndNoAggregator() {
        registry.publish(POSTS);
        store.beforeRead = this::awaitBack;
        aggregator.beforeWatching = this::awaitBack;

        CompletableFuture<Void> starting = CompletableFuture.runAsync(feeds::start);

        assertThat(starting).succeedsWithin(Duration.ofSeconds(20));
        assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(ViewNotReadyException.class);
        assertThat(feeds.status("posts").nextRefresh()).isNull();
        back.countDown();
        assertThat(feeds.refresh("posts")).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void untilTheRegistryWasReadNobodyIsToldThatThereIsNoSuchFeed() {
        feeds.start();

        assertThat(feeds.isRegistryRead()).isFalse();
        assertThatThrownBy(() -> feeds.query("posts", Query.all()))
                .isInstanceOfSatisfying(RegistryNotReadyException.class, e -> {
                    assertThat(e.error()).isEqualTo("registry_not_ready");
                    assertThat(e.retryAfter()).isPositive();
                });
        assertThatThrownBy(() -> feeds.status("posts")).isInstanceOf(RegistryNotReadyException.class);
        assertThatThrownBy(() -> feeds.queryOwn("posts", OWN)).isInstanceOf(RegistryNotReadyException.class);
        assertThatThrownBy(() -> feeds.subscribe("posts", Query.all(), page -> {}))
                .isInstanceOf(RegistryNotReadyException.class);
        for (CompletableFuture<?> asked :
                List.of(feeds.refresh("posts"), feeds.refreshIfOlder("posts", Duration.ZERO))) {
            assertThat(asked)
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableThat()
                    .havingRootCause()
                    .isInstanceOf(RegistryNotReadyException.class);
        }

        registry.publish(POSTS);

        assertThat(feeds.isRegistryRead()).isTrue();
        assertThat(feeds.refresh("posts")).succeedsWithin(Duration.ofSeconds(20));
        assertThatThrownBy(() -> feeds.query("other", Query.all())).isInstanceOf(FeedNotRegisteredException.class);
    }

    @Test
    void aRegistryThatIsReadWhileItIsLookedAtDeniesNoFeed() {
        registry.whileLooking = () -> registry.read = true;

        feeds.start();

        assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(RegistryNotReadyException.class);
        registry.whileLooking = () -> {};
        registry.publish(POSTS);
        assertThat(feeds.refresh("posts")).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void whoFollowsAnOwnDatabaseBeforeTheRegistryWasReadIsAnsweredOnceItIs() {
        ManualScheduler scheduler = new ManualScheduler();
        List<Page> pages = new CopyOnWriteArrayList<>();
        List<QueryException> refusals = new CopyOnWriteArrayList<>();
        try (GlobalFeeds early = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(aggregator)
                .scheduler(scheduler)
                .build()) {
            early.start();
            early.subscribeOwn("posts", OWN, new PageListener() {
                @Override
                public void answer(Page page) {
                    pages.add(page);
                }

                @Override
                public void refused(QueryException reason) {
                    refusals.add(reason);
                }
            });
            await().until(() -> !refusals.isEmpty());
            assertThat(refusals.get(0)).isInstanceOf(RegistryNotReadyException.class);

            registry.publish(POSTS);

            await().until(() -> {
                scheduler.advance(Duration.ofSeconds(5));
                return !pages.isEmpty();
            });
        }
    }

    @Test
    void aRegistryThatIsReadAndEmptyHasNoFeeds() {
        feeds.start();
        registry.publish();

        assertThatThrownBy(() -> feeds.query("posts", Query.all())).isInstanceOf(FeedNotRegisteredException.class);
    }

    /** A delivery that waits for its turn while everything is being closed. */
    @Test
    void nothingIsLoggedOfSubscribersAfterTheEnd() throws Exception {
        registry.publish(POSTS);
        aggregator.databases.put("userdb-a", "{\"_id\":\"p1\",\"type\":\"post\"}");
        feeds.start();
        feeds.refresh("posts").join();
        CountDownLatch delivering = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<Thread> deliverer = new AtomicReference<>();
        feeds.subscribe("posts", Query.all(), page -> {
            deliverer.set(Thread.currentThread());
            delivering.countDown();
            boolean interrupted = true;
            while (interrupted) {
                try {
                    goOn.await();
                    interrupted = false;
                } catch (InterruptedException e) {
                    // It goes on when the test says so.
                    interrupted = true;
                }
            }
        });
        delivering.await();
        aggregator.databases.put("userdb-a", "{\"_id\":\"p2\",\"type\":\"post\"}");
        feeds.refresh("posts").join();
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            registry.closing = () -> {
                goOn.countDown();
                // Until it has nothing more to deliver, whether its thread waits for the next or has ended.
                await().until(() -> Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.TERMINATED)
                        .contains(deliverer.get().getState()));
            };
            feeds.close();
        } finally {
            System.setErr(before);
        }

        assertThat(log.toString(StandardCharsets.UTF_8))
                .doesNotContain("closed")
                .doesNotContain("subscriber");
    }

    /** A registry that is read when a test says so. */
    private static final class LateRegistry implements FeedRegistry {
        private final Listeners<Contents> listeners = new Listeners<>();
        private volatile Contents contents = new Contents(List.of(), List.of());
        private volatile boolean read;
        private volatile Runnable closing = () -> {};
        private volatile Runnable whileLooking = () -> {};

        void publish(FeedDefinition... feeds) {
            contents = new Contents(List.of(feeds), List.of());
            read = true;
            listeners.tell(contents);
        }

        @Override
        public Contents contents() {
            Contents now = contents;
            whileLooking.run();
            return now;
        }

        @Override
        public boolean isRead() {
            return read;
        }

        @Override
        public Subscription watch(Consumer<Contents> listener) {
            Subscription watch = listeners.add(listener);
            return () -> {
                watch.close();
                closing.run();
            };
        }

        @Override
        public void close() {}
    }
}
