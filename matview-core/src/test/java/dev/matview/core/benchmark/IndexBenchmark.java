package dev.matview.core.benchmark;

import static dev.matview.core.benchmark.Measurement.heap;
import static dev.matview.core.benchmark.Measurement.mib;
import static dev.matview.core.benchmark.Measurement.print;

import com.sun.management.ThreadMXBean;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.Settings;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.Coverage;
import dev.matview.core.internal.view.LiveView;
import dev.matview.core.internal.view.PinnedGenerations;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * What indexes take and cost, and what queries cost by them: how long one is made, its heap, a generation in which one row
 * changed, and pages of a stored view that is served with all of matview. Arguments: rows (1000000), authors (10000).
 */
public final class IndexBenchmark {

    private static final String VIEW = "_global_posts";
    private static final int DATABASES = 10_000;
    private static final int TAGS = 1_000;
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final int rows;
    private final int authors;
    private final FeedDefinition plain = feed("[]");
    /** So that what is measured is not optimized away. */
    private Object kept = "";

    private IndexBenchmark(int rows, int authors) {
        this.rows = rows;
        this.authors = authors;
    }

    public static void main(String[] arguments) throws Exception {
        int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int authors = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000;
        print("%,d rows in %,d databases, by %,d authors", rows, DATABASES, authors);
        new IndexBenchmark(rows, authors).run();
    }

    private static FeedDefinition feed(String indexes) {
        return FeedDefinition.builder("posts")
                .sort("[{\"at\":\"desc\"}]")
                .interval(Duration.ofDays(1))
                .indexes(indexes)
                .build();
    }

    private void run() throws Exception {
        Snapshot[] last = {Snapshot.of(whole())};
        for (String index : List.of(
                "[\"author.did\"]",
                "[\"tag\",{\"likes\":\"desc\"}]",
                "[\"at\"]",
                "[\"author.did\",{\"at\":\"desc\"}]")) {
            made(last, "[" + index + "]");
        }
        served(last);
    }

    private void made(Snapshot[] last, String index) {
        try (Scheduler scheduler = Scheduler.system()) {
            PinnedGenerations pinned = new PinnedGenerations(Settings.builder().build(), scheduler);
            LiveView live = new LiveView(pinned.line(), List.of(), new ViewMemory(Long.MAX_VALUE));
            live.publish(plain, last[0], Coverage.of(last[0].head()));
            long before = heap();
            long begun = THREAD.getCurrentThreadCpuTime();
            live.reindex(feed(index));
            double seconds = (THREAD.getCurrentThreadCpuTime() - begun) / 1e9;
            print(
                    "%s: made in %.2f s, heap %.1f MiB, counted as %.1f MiB",
                    index,
                    seconds,
                    mib(heap() - before),
                    mib(live.served().orElseThrow().indexes().bytes()));
            FeedDefinition feed = feed(index);
            measure("  a generation published, one row changed", 2_000, i -> {
                last[0] = last[0].apply(change(last[0], i));
                live.publish(feed, last[0], Coverage.of(last[0].head()));
            });
            measure("  the same change without publishing", 2_000, i -> last[0] = last[0].apply(change(last[0], i)));
            live.close();
        }
    }

    private void served(Snapshot[] last) throws Exception {
        FeedDefinition feed = feed("[[\"author.did\"],[\"tag\",{\"likes\":\"desc\"}]]");
        try (InMemoryViewStore store = new InMemoryViewStore();
                InMemoryDatabases users = new InMemoryDatabases();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(feed))
                        .aggregator(users)
                        .viewStore(store)
                        .build()) {
            ViewDelta whole = last[0].whole();
            ViewDelta stored = new ViewDelta(VIEW, 0, true, head(1), whole.slices(), Set.of());
            store.commit(stored);
            last[0] = Snapshot.of(stored);
            feeds.start();
            feeds.awaitReady(Duration.ofMinutes(5));
            measure("first page of one author, each another", 5_000, i -> kept = feeds.query("posts", by(i)));
            measure("first page of one author, the same", 100_000, i -> kept = feeds.query("posts", by(1)));
            measure("first page of a tag by likes, each another", 800, i -> kept = feeds.query("posts", liked(i)));
            measure("the author's page after the first", 2_000, i -> {
                Page page = feeds.query("posts", by(i).toBuilder().limit(20).build());
                kept = feeds.query(
                        "posts",
                        by(i).toBuilder().limit(20).bookmark(page.bookmark()).build());
            });
            afterChanges(store, feeds, last);
            print("of %,d rows", feeds.status("posts").view().rows());
            searched(
                    store,
                    feeds,
                    last,
                    Query.builder().selector("{\"at\":{\"$lt\":1}}").build());
            searched(
                    store,
                    feeds,
                    last,
                    Query.builder()
                            .sort(SortOrder.compile(Json.parse("[\"likes\",\"at\"]")))
                            .build());
        }
    }

    /** A query that no index is for: once, and then in each next generation. */
    private void searched(InMemoryViewStore store, GlobalFeeds feeds, Snapshot[] last, Query query)
            throws InterruptedException {
        Budget patient = Budget.unlimited();
        long begun = THREAD.getCurrentThreadCpuTime();
        Page page = feeds.query("posts", query, patient);
        double first = (THREAD.getCurrentThreadCpuTime() - begun) / 1e6;
        long[] took = new long[200];
        for (int i = 0; i < took.length; i++) {
            commit(store, feeds, last, i);
            begun = System.nanoTime();
            kept = feeds.query("posts", query, patient);
            took[i] = System.nanoTime() - begun;
        }
        Arrays.sort(took);
        print(
                "%s by %s, which no index is for, %d rows: %.1f ms, in each next generation %.3f ms in the median",
                query.selector(), query.sort(), page.size(), first, took[took.length / 2] / 1e6);
    }

    private void commit(InMemoryViewStore store, GlobalFeeds feeds, Snapshot[] last, int turn) {
        ViewDelta change = change(last[0], turn);
        last[0] = last[0].apply(change);
        store.commit(change);
        while (feeds.status("posts").view().generation() < last[0].head().generation()) {
            Thread.onSpinWait();
        }
    }

    /** The one that a generation concerns is asked for again after each. */
    private void afterChanges(InMemoryViewStore store, GlobalFeeds feeds, Snapshot[] last) throws InterruptedException {
        long[] took = new long[200];
        for (int i = 0; i < took.length; i++) {
            commit(store, feeds, last, i);
            long begun = System.nanoTime();
            kept = feeds.query("posts", by(i % authors));
            took[i] = System.nanoTime() - begun;
        }
        Arrays.sort(took);
        print(
                "first page of one author in each next generation: median %.3f ms, 99%% %.3f ms",
                took[took.length / 2] / 1e6, took[took.length - 3] / 1e6);
    }

    private Query by(int number) {
        return Query.builder()
                .selector("{\"author.did\":\"" + did(number % authors) + "\"}")
                .build();
    }

    private static Query liked(int number) {
        return Query.builder()
                .selector("{\"tag\":\"tag-" + number % TAGS + "\"}")
                .sort(SortOrder.compile(Json.parse("[\"tag\",{\"likes\":\"desc\"}]")))
                .build();
    }

    private static String did(int author) {
        return "did:plc:%024x".formatted(author * 0x9E3779B97F4A7C15L);
    }

    private ViewDelta whole() {
        List<SliceDelta> slices = new ArrayList<>();
        for (int database = 0; database < Math.min(DATABASES, rows); database++) {
            List<Row> slice = new ArrayList<>();
            for (int number = database; number < rows; number += DATABASES) {
                slice.add(row(number, new Random(number).nextInt(100_000)));
            }
            slices.add(new SliceDelta(database(database), new Position("1", "0", "1"), slice, Set.of()));
        }
        return new ViewDelta(VIEW, 0, true, head(1), slices, Set.of());
    }

    private static String database(int number) {
        return "userdb-%06d".formatted(number);
    }

    private Row row(int number, int likes) {
        String json =
                "{\"_id\":\"p%07d\",\"at\":%d,\"author\":{\"did\":\"%s\"},\"tag\":\"tag-%d\",\"likes\":%d,\"text\":\"%s\"}"
                        .formatted(number, number, did(number % authors), number / 7 % TAGS, likes, "x".repeat(80));
        byte[] document = json.getBytes(StandardCharsets.US_ASCII);
        byte[] key = plain.sort().key(Json.parseObject(document));
        return new Row(database(number % DATABASES), "p%07d".formatted(number), key, document, null);
    }

    private ViewHead head(long generation) {
        // As of now: no refresh is due, which would find no database.
        return new ViewHead(generation, plain.fingerprint(), Instant.now(), 1, 0);
    }

    private ViewDelta change(Snapshot base, int turn) {
        int number = (int) (turn * 7_919L % rows);
        Row after = row(number, turn);
        long generation = base.head().generation();
        SliceDelta slice = new SliceDelta(after.database(), new Position("2", "0", "1"), List.of(after), Set.of());
        return new ViewDelta(VIEW, generation, false, head(generation + 1), List.of(slice), Set.of());
    }

    /** After as many runs to warm up, the fastest of ten rounds, by the thread's processor time: others use the machine too. */
    private static void measure(String what, int times, IntConsumer action) {
        int each = Math.max(1, times / 10);
        for (int i = 0; i < times; i++) {
            action.accept(i);
        }
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long begun = THREAD.getCurrentThreadCpuTime();
            for (int i = 0; i < each; i++) {
                action.accept(times + round * each + i);
            }
            best = Math.min(best, (THREAD.getCurrentThreadCpuTime() - begun) / 1e3 / each);
        }
        print("%s: %.2f us", what, best);
    }
}
