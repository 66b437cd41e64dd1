package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.testkit.SliceReader.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The part of {@link AggregatorContract} about databases that change, fail, and are watched. */
abstract class AggregatorChangesContract extends AggregatorLeftOutContract {

    /** How long a signal may take. */
    private static final Duration SIGNAL = Duration.ofSeconds(60);

    /** How many documents are written while the database is read again and again; less for a slow backend. */
    protected int writes() {
        return 200;
    }

    @Test
    void oneFailingDatabaseDoesNotKeepOthersFromBeingRead() throws Exception {
        put(ALICE, post("p1"));
        put(BOB, post("p1"));
        put(CAROL, post("p1"));
        SliceReader reader = reader();
        reader.read(posts());
        for (String name : List.of(ALICE, BOB, CAROL)) {
            put(name, post("p2"));
        }
        fail(BOB);

        Report report = reader.read(posts());

        assertThat(report.failed).containsOnlyKeys(db(BOB));
        assertThat(report.failed.get(db(BOB))).hasMessageNotContaining("p2");
        assertThat(report.moved).containsOnlyKeys(db(ALICE), db(CAROL));
        assertThat(report.covers).isEqualTo(3);
    }

    @Test
    void aDatabaseThatFailsIsReportedAtEveryVisitUntilItRecovers() throws Exception {
        put(ALICE, post("p1"));
        SliceReader reader = reader();
        reader.read(posts());
        put(ALICE, post("p2"));
        fail(ALICE);

        assertThat(reader.read(posts()).failed).containsOnlyKeys(db(ALICE));
        assertThat(reader.read(posts()).failed).containsOnlyKeys(db(ALICE));
        recover(ALICE);

        assertThat(reader.read(posts()).moved).containsOnlyKeys(db(ALICE));
        assertThat(reader.rows(posts())).extracting(Row::id).containsExactly("p1", "p2");
    }

    @Test
    void aDatabaseThatNeverCouldBeReadIsReportedAsFailed() throws Exception {
        put(ALICE, post("p1"));
        fail(ALICE);

        Report report = reader().read(posts());

        assertThat(report.failed).containsOnlyKeys(db(ALICE));
        assertThat(report.covers).isEqualTo(1);
    }

    @Test
    void nothingIsFetchedFromADatabaseThatFails() throws Exception {
        put(ALICE, post("p1"));
        put(BOB, post("p1"));
        fail(ALICE);

        assertThatThrownBy(() -> aggregator().fetch(db(ALICE), Set.of("p1"))).isInstanceOf(AggregationException.class);
        assertThatThrownBy(() -> aggregator().read(db(ALICE), document -> true))
                .isInstanceOf(AggregationException.class);
        assertThat(aggregator().fetch(db(BOB), Set.of("p1"))).containsOnlyKeys("p1");
        recover(ALICE);
        assertThat(aggregator().fetch(db(ALICE), Set.of("p1"))).containsOnlyKeys("p1");
    }

    /** A write between two reads of one visit would show in the second: there is only one. */
    @Test
    void aDatabaseIsReadOnceForAllFeeds() throws Exception {
        put(ALICE, post("p1"));
        Map<String, Position> positions = new ConcurrentHashMap<>();
        Map<String, Integer> rows = new ConcurrentHashMap<>();
        AtomicInteger written = new AtomicInteger();
        SliceReader reader = reader().whenMoved((feed, slice) -> {
            positions.put(feed.collection(), slice.position());
            rows.put(feed.collection(), slice.rows().size());
            putUnchecked(ALICE, post("meanwhile-" + written.incrementAndGet()));
        });

        reader.readAll(feed("one").build(), feed("two").build(), posts());

        assertThat(positions).hasSize(3);
        assertThat(Set.copyOf(positions.values())).hasSize(1);
        assertThat(Set.copyOf(rows.values())).hasSize(1);
    }

    private void putUnchecked(String name, String json) {
        try {
            put(name, json);
        } catch (Exception e) {
            throw new AssertionError("a write failed", e);
        }
    }

    @Test
    void aWriteThatAVisitMissedIsFoundByALaterOne() throws Exception {
        put(ALICE, post("first"));
        SliceReader reader = reader();
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try {
            Future<?> writing = writer.submit(() -> {
                for (int i = 0; i < writes(); i++) {
                    putUnchecked(ALICE, post("p" + i));
                    if (i % 3 == 0) {
                        deleteUnchecked(ALICE, "p" + i);
                    }
                }
            });
            int seen = 0;
            do {
                reader.read(posts());
                int now = reader.rows(posts()).size();
                // A third of the documents goes again, the last one perhaps just now: the rest only grows.
                assertThat(now).isGreaterThanOrEqualTo(seen - 1);
                seen = Math.max(seen, now);
            } while (!writing.isDone());
            writing.get();
        } finally {
            writer.shutdownNow();
            assertThat(writer.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
        reader.read(posts());

        List<String> expected = new ArrayList<>(List.of("first"));
        for (int i = 0; i < writes(); i++) {
            if (i % 3 != 0) {
                expected.add("p" + i);
            }
        }
        assertThat(reader.rows(posts())).extracting(Row::id).containsExactlyInAnyOrderElementsOf(expected);
    }

    private void deleteUnchecked(String name, String id) {
        try {
            delete(name, id);
        } catch (Exception e) {
            throw new AssertionError("a deletion failed", e);
        }
    }

    @Test
    void severalThreadsCanAggregateAtOnce() throws Exception {
        for (int i = 0; i < 10; i++) {
            put("user" + i, post("p"));
        }
        SliceReader warm = reader();
        warm.read(posts());
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Map<String, Slice>>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SliceReader reader = reader();
                FeedDefinition feed = feed("feed-" + i).build();
                results.add(threads.submit(() -> {
                    reader.read(feed);
                    assertThat(reader.read(feed).unmoved).hasSize(10);
                    return reader.slices(feed);
                }));
            }
            for (Future<Map<String, Slice>> result : results) {
                assertThat(result.get()).hasSize(10);
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    void anInterruptedThreadStopsAggregating() throws Exception {
        put(ALICE, post("p1"));
        SliceReader reader = reader();
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> reader.read(posts())).isInstanceOf(InterruptedException.class);
        } finally {
            Thread.interrupted();
        }
        assertThat(reader.read(posts()).moved).containsOnlyKeys(db(ALICE));
    }

    @Test
    void aWatcherIsToldOfDatabasesThatChange() throws Exception {
        put(ALICE, post("p1"));
        put(BOB, post("p1"));
        Set<String> told = ConcurrentHashMap.newKeySet();
        Subscription watch = aggregator().watch(told::add);

        put(ALICE, post("p2"));
        awaitTold(told, ALICE);
        told.clear();
        put(CAROL, post("p1"));
        awaitTold(told, CAROL);
        told.clear();
        delete(ALICE, "p1");
        awaitTold(told, ALICE);
        told.clear();
        drop(BOB);
        awaitTold(told, BOB);
        told.clear();
        create(BOB);
        awaitTold(told, BOB);
        watch.close();
    }

    private void awaitTold(Set<String> told, String name) {
        await().atMost(SIGNAL).until(() -> told.contains(db(name)));
    }

    @Test
    void aWatcherThatLeftIsToldNoMore() throws Exception {
        put(ALICE, post("p1"));
        Set<String> leaving = ConcurrentHashMap.newKeySet();
        Set<String> staying = ConcurrentHashMap.newKeySet();
        Subscription left = aggregator().watch(leaving::add);
        Subscription stays = aggregator().watch(staying::add);
        put(ALICE, post("p2"));
        awaitTold(leaving, ALICE);
        awaitTold(staying, ALICE);

        left.close();
        left.close();
        put(BOB, post("p1"));
        awaitTold(staying, BOB);

        assertThat(leaving).doesNotContain(db(BOB));
        stays.close();
    }

    @Test
    void watchingCanBeginAgain() throws Exception {
        put(ALICE, post("p1"));
        Set<String> first = ConcurrentHashMap.newKeySet();
        aggregator().watch(first::add).close();
        Set<String> second = ConcurrentHashMap.newKeySet();
        Subscription watch = aggregator().watch(second::add);

        put(BOB, post("p1"));

        awaitTold(second, BOB);
        assertThat(first).doesNotContain(db(BOB));
        watch.close();
    }
}
