package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.Views;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A first build, or a rebuild, that ends in the middle, and goes on in the next process. */
class ResumedBuildTest {

    private static final String VIEW = "_global_posts";
    private static final FeedDefinition POSTS = posts("_id", "n");

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryViewStore store = new InMemoryViewStore();
    private final List<GlobalFeeds> opened = new ArrayList<>();

    private static FeedDefinition posts(String... fields) {
        return FeedDefinition.builder("posts")
                .fields(fields)
                .interval(Duration.ofHours(1))
                .build();
    }

    private static String database(int i) {
        return "userdb-%02d".formatted(i);
    }

    private void post(int user, String id, int n) {
        databases.put(database(user), "{\"_id\":\"%s\",\"n\":%d}".formatted(id, n));
    }

    /** Says which databases it told of; waits for the test after some of them, and fails after others. */
    private final class Interrupted extends DelegatingAggregator {
        final List<String> told = Collections.synchronizedList(new ArrayList<>());
        final Semaphore waiting = new Semaphore(0);
        final Semaphore goOn = new Semaphore(0);
        private final int waitsAfter;
        private final int diesAfter;

        Interrupted(int waitsAfter, int diesAfter) {
            super(databases);
            this.waitsAfter = waitsAfter;
            this.diesAfter = diesAfter;
        }

        @Override
        public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
            super.aggregate(demands, new DelegatingSink(sink) {
                @Override
                void told(String database, boolean byChanges) {
                    Interrupted.this.told(byChanges ? database + " by its changes" : database);
                }
            });
        }

        private void told(String database) {
            told.add(database);
            if (told.size() == waitsAfter) {
                waiting.release();
                goOn.acquireUninterruptibly();
            }
            if (told.size() == diesAfter) {
                throw new AggregationException("the process dies");
            }
        }

        /** Others read the databases after it. */
        @Override
        public void close() {}
    }

    private GlobalFeeds node(FeedDefinition feed, Aggregator aggregator) {
        GlobalFeeds node = GlobalFeeds.builder()
                .registry(new InMemoryFeedRegistry(feed))
                .aggregator(aggregator)
                .viewStore(new NodeStore(store))
                .scheduler(scheduler)
                .build();
        opened.add(node);
        WorkerFixture.start(node);
        return node;
    }

    private RefreshResult refresh(GlobalFeeds node) {
        return scheduler.await(node.refresh("posts"));
    }

    /** Begins a refresh, in the middle of which something happens when a portion falls due. */
    private CompletableFuture<RefreshResult> refresh(GlobalFeeds node, Interrupted aggregator, Runnable meanwhile) {
        CompletableFuture<RefreshResult> refresh = node.refresh("posts");
        await().until(() -> {
            scheduler.advance(Duration.ZERO);
            return aggregator.waiting.tryAcquire();
        });
        scheduler.advance(StagedBuild.BATCH_TIME);
        meanwhile.run();
        aggregator.goOn.release();
        return refresh;
    }

    /** A build of which the first four of ten databases are put aside, and one more is read. */
    private void buildAndDie(FeedDefinition feed) {
        Interrupted aggregator = new Interrupted(3, 5);
        GlobalFeeds node = node(feed, aggregator);
        CompletableFuture<RefreshResult> refresh = refresh(node, aggregator, () -> {});
        assertThatThrownBy(() -> scheduler.await(refresh)).hasMessageContaining("the process dies");
        node.close();
    }

    private static String json(GlobalFeeds node) {
        return WorkerFixture.json(node, "posts");
    }

    private String posts(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj("{\"_id\":\"p\",\"n\":%d}"::formatted)
                .collect(Collectors.joining(","));
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj(ResumedBuildTest::database).toList();
    }

    @BeforeEach
    void tenDatabases() {
        for (int i = 0; i < 10; i++) {
            post(i, "p", i);
        }
    }

    @Test
    void theNextProcessDoesNotReadAgainWhatIsAside() {
        buildAndDie(POSTS);
        assertThat(store.read(VIEW, 0)).isEmpty();
        Interrupted aggregator = new Interrupted(0, 0);
        GlobalFeeds next = node(POSTS, aggregator);

        RefreshResult result = refresh(next);

        assertThat(aggregator.told).containsExactlyElementsOf(names(4, 10));
        assertThat(result.rows()).isEqualTo(10);
        assertThat(result.databases()).isEqualTo(10);
        assertThat(result.moved()).isEqualTo(6);
        assertThat(json(next)).isEqualTo("[" + posts(0, 10) + "]");
        ViewHead head = store.head(VIEW).orElseThrow();
        assertThat(head.generation()).isEqualTo(1);
        assertThat(head.bytes()).isEqualTo(next.status("posts").bytes());
        assertThat(store.stage(VIEW, 1, POSTS.fingerprint()).orElseThrow().head())
                .as("it is over")
                .isEmpty();
    }

    @Test
    void whatChangedMeanwhileIsBroughtForward() {
        buildAndDie(POSTS);
        post(0, "q", 100);
        databases.delete(database(1), "p");
        databases.drop(database(2));
        databases.drop(database(3));
        post(3, "again", 103);
        Interrupted aggregator = new Interrupted(0, 0);
        GlobalFeeds next = node(POSTS, aggregator);

        refresh(next);

        assertThat(aggregator.told)
                .hasSize(9)
                .contains(database(0) + " by its changes", database(1) + " by its changes", database(3));
        assertThat(json(next))
                .contains("{\"_id\":\"again\",\"n\":103}", "{\"_id\":\"q\",\"n\":100}", "{\"_id\":\"p\",\"n\":0}")
                .doesNotContain("\"n\":1}", "\"n\":2}", "\"n\":3}");
        assertThat(store.read(VIEW, 0).orElseThrow().slices())
                .extracting(SliceDelta::database)
                .doesNotContain(database(2))
                .hasSize(9);
    }

    @Test
    void aRebuildGoesOnWhileTheEarlierDefinitionIsServed() {
        GlobalFeeds before = node(POSTS, new Interrupted(0, 0));
        refresh(before);
        before.close();
        FeedDefinition changed = posts("n");
        buildAndDie(changed);
        assertThat(store.head(VIEW).orElseThrow().fingerprint()).isEqualTo(POSTS.fingerprint());
        Interrupted aggregator = new Interrupted(0, 0);
        GlobalFeeds next = node(changed, aggregator);

        refresh(next);

        assertThat(aggregator.told).containsExactlyElementsOf(names(4, 10));
        assertThat(json(next)).startsWith("[{\"n\":0},{\"n\":1}").endsWith("{\"n\":9}]");
        assertThat(store.head(VIEW).orElseThrow().generation()).isEqualTo(2);
    }

    @Test
    void whatAnotherDefinitionPutAsideIsReadAgain() {
        buildAndDie(POSTS);
        Interrupted aggregator = new Interrupted(0, 0);
        GlobalFeeds next = node(posts("n"), aggregator);

        refresh(next);

        assertThat(aggregator.told).containsExactlyElementsOf(names(0, 10));
        assertThat(json(next)).startsWith("[{\"n\":0},{\"n\":1}");
    }

    @Test
    void aFeedWithALimitGoesOnToo() {
        FeedDefinition limited = FeedDefinition.builder("posts")
                .fields("n")
                .sort("[{\"n\":\"desc\"}]")
                .limit(3)
                .interval(Duration.ofHours(1))
                .build();
        buildAndDie(limited);
        post(0, "q", 100);
        Interrupted aggregator = new Interrupted(0, 0);
        GlobalFeeds next = node(limited, aggregator);

        refresh(next);

        assertThat(aggregator.told).hasSize(7);
        assertThat(json(next)).isEqualTo("[{\"n\":100},{\"n\":9},{\"n\":8}]");
    }

    /** Another process commits a view with one slice, which it read when it was elsewhere. */
    private void commitOfAnother(ViewHead head) {
        List<Slice> slices = List.of(Views.slice(database(0), "elsewhere"));
        assertThat(store.commit(ViewDelta.whole(VIEW, 0, head, slices))).isTrue();
    }

    @Test
    void anEarlierCommitOfAnotherProcessStaysAndWhatItDidNotFindFollows() {
        Interrupted aggregator = new Interrupted(3, 0);
        GlobalFeeds node = node(POSTS, aggregator);
        ViewHead head = new ViewHead(1, POSTS.fingerprint(), Instant.EPOCH, 10, 0);

        RefreshResult result = scheduler.await(refresh(node, aggregator, () -> commitOfAnother(head)));

        assertThat(result.generation())
                .as("what it did not find, on top of it; and then what it found otherwise")
                .isEqualTo(3);
        assertThat(aggregator.told).as("read again").hasSize(11);
        assertThat(json(node)).isEqualTo("[" + posts(0, 10) + "]");
    }

    @Test
    void aLaterCommitOfAnotherProcessStandsForWhatItFound() {
        Interrupted aggregator = new Interrupted(3, 0);
        GlobalFeeds node = node(POSTS, aggregator);
        ViewHead head = new ViewHead(1, POSTS.fingerprint(), scheduler.instant().plusSeconds(60), 10, 0);

        RefreshResult result = scheduler.await(refresh(node, aggregator, () -> commitOfAnother(head)));

        assertThat(result.generation()).as("with what it did not find").isEqualTo(2);
        assertThat(aggregator.told).as("nothing is read again").hasSize(10);
        assertThat(json(node)).isEqualTo("[" + posts(1, 10) + "]");
    }

    @AfterEach
    void close() {
        opened.forEach(GlobalFeeds::close);
    }
}
