package dev.matview.couch.benchmark;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.Refresh;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What one write costs in a large user database, next to one in a small: a refresh right after it, and how soon a
 * continuous feed follows. Arguments: documents of the large one (50000), of the small one (20), rounds (15). It uses the
 * CouchDB that tests use; the view is in memory, so that only the reading differs.
 */
public final class OneWriteBenchmark {

    private static final RawCouch RAW = TestCouch.get().raw();
    private static final int BATCH = 5_000;

    private final String database;
    private final List<Double> refreshes = new ArrayList<>();
    private final List<Double> latencies = new ArrayList<>();
    private int written;

    private OneWriteBenchmark(String database, int documents) {
        this.database = database;
        RAW.create(database);
        for (int from = 0; from < documents; from += BATCH) {
            RAW.bulk(
                    database,
                    IntStream.range(from, Math.min(documents, from + BATCH))
                            .mapToObj(FilledDatabases::document)
                            .toList());
        }
    }

    public static void main(String[] arguments) throws Exception {
        int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        int many = numbers.length > 0 ? numbers[0] : 50_000;
        int few = numbers.length > 1 ? numbers[1] : 20;
        int rounds = numbers.length > 2 ? numbers[2] : 15;
        try (TestDatabases made = TestCouch.get().databases()) {
            OneWriteBenchmark large = new OneWriteBenchmark(made.name("large"), many);
            OneWriteBenchmark small = new OneWriteBenchmark(made.name("small"), few);
            // A JVM that is warm for both.
            small.measure(3);
            large.measure(3);
            small.forget();
            large.forget();
            small.measure(rounds);
            large.measure(rounds);
            report("a refresh after a write", small.refreshes, large.refreshes, few, many);
            report("a continuous feed has a write", small.latencies, large.latencies, few, many);
        }
    }

    private void forget() {
        refreshes.clear();
        latencies.clear();
    }

    private void measure(int rounds) throws InterruptedException {
        with(Refresh.every(Duration.ofDays(1)), feeds -> {
            for (int i = 0; i < rounds; i++) {
                write();
                // What _db_updates is late by is no part of it.
                Thread.sleep(1_000);
                long began = System.nanoTime();
                RefreshResult result = feeds.refresh("posts").join();
                refreshes.add(FilledDatabases.since(began));
                if (result.moved() != 1 || result.behindCount() > 0) {
                    throw new IllegalStateException("not the refresh that was expected: " + result);
                }
            }
        });
        with(Refresh.continuous(Duration.ofDays(1)), feeds -> follow(feeds, rounds));
    }

    private interface Work {
        void on(GlobalFeeds feeds) throws InterruptedException;
    }

    private void with(Refresh refresh, Work work) throws InterruptedException {
        FeedDefinition feed = FeedDefinition.builder("posts")
                .refresh(refresh)
                .selector("{\"type\":\"post\"}")
                .fields("_id", "content", "author", "createdAt")
                .sort("[{\"createdAt\":\"desc\"}]")
                .databases(database)
                .build();
        try (CouchCluster cluster = TestCouch.get().cluster().build();
                CouchAggregator aggregator = CouchAggregator.of(cluster);
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(feed))
                        .aggregator(aggregator)
                        .viewStore(new InMemoryViewStore())
                        .build()) {
            feeds.start();
            BlockingQueue<Page> pages = new LinkedBlockingQueue<>();
            try (Subscription subscription = feeds.subscribe("posts", Query.all(), pages::add)) {
                pages.take();
            }
            work.on(feeds);
        }
    }

    private void follow(GlobalFeeds feeds, int rounds) throws InterruptedException {
        BlockingQueue<Page> pages = new LinkedBlockingQueue<>();
        try (Subscription subscription = feeds.subscribe("posts", Query.all(), pages::add)) {
            pages.take();
            for (int i = 0; i < rounds; i++) {
                Thread.sleep(1_500);
                pages.clear();
                long began = System.nanoTime();
                write();
                if (pages.poll(60, TimeUnit.SECONDS) == null) {
                    throw new IllegalStateException("the feed did not follow");
                }
                latencies.add(FilledDatabases.since(began));
            }
        }
    }

    /** A post that is newer than all others. */
    private void write() {
        written++;
        RAW.put(
                database,
                "new-" + System.nanoTime(),
                "{\"type\":\"post\",\"content\":\"new\",\"createdAt\":\"2027-%07d\"}".formatted(written));
    }

    private static void report(String what, List<Double> small, List<Double> large, int few, int many) {
        double one = FilledDatabases.median(small);
        double other = FilledDatabases.median(large);
        System.out.printf("%s, in a database of %d documents: median %.3f s of %s%n", what, few, one, small);
        System.out.printf(
                "%s, in a database of %d documents: median %.3f s = %.2f x of %s%n",
                what, many, other, other / one, large);
    }
}
