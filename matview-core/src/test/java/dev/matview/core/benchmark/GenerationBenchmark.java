package dev.matview.core.benchmark;

import static dev.matview.core.benchmark.Measurement.heap;
import static dev.matview.core.benchmark.Measurement.mib;
import static dev.matview.core.benchmark.Measurement.print;

import com.sun.management.ThreadMXBean;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.Settings;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.view.Coverage;
import dev.matview.core.internal.view.LiveView;
import dev.matview.core.internal.view.PinnedGenerations;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
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
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * What a view in memory takes, and what the next generation costs when one row changes: in the view, and committed to the
 * store in memory; what the generations take that bookmarks pin; and a page. Arguments: rows (1000000), databases (10000).
 */
public final class GenerationBenchmark {

    private static final int DOCUMENT = 200;
    private static final int PINNED = 300;
    private static final String VIEW = "v";
    private static final FeedDefinition FEED = FeedDefinition.builder("posts").build();
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Random random = new Random(1);
    private final int rows;
    private final int databases;
    private final String[] names;
    /** So that the bare rows can be weighed. */
    private Object kept = "";

    private GenerationBenchmark(int rows, int databases) {
        this.rows = rows;
        this.databases = databases;
        this.names = new String[databases];
        Arrays.setAll(names, i -> "userdb-%016x".formatted(random.nextLong()));
    }

    public static void main(String[] arguments) throws Exception {
        int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int databases = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000;
        print("%,d rows of %d bytes in %,d databases", rows, DOCUMENT, databases);
        new GenerationBenchmark(rows, databases).run();
        plainPage();
    }

    private void run() {
        long nothing = heap();
        Row[] all = new Row[rows];
        Arrays.setAll(all, this::row);
        kept = all;
        long bare = heap();
        Snapshot snapshot = Snapshot.of(whole(all));
        kept = "";
        all = null;
        long view = heap();
        print(
                "heap of the view: %.1f MiB, of which rows %.1f MiB",
                mib(view - nothing), mib(bare - 4L * rows - nothing));
        print(
                "beside its rows: %.1f bytes a row, %.1f bytes a database",
                (double) (view - bare) / rows + 4, (view - bare + 4.0 * rows) / databases);
        Snapshot[] last = {snapshot};
        snapshot = null;
        measure("the next generation, one row changed", 3_000, i -> last[0] = next(last[0], i));
        measure(
                "a page of 100 after a row",
                100_000,
                i -> kept = last[0].page(last[0].page(null, 7, 1).get(0), i % rows, 100));
        pinned(last);
        Snapshot ended = last[0];
        try (InMemoryViewStore store = new InMemoryViewStore()) {
            committed(store, ended);
        }
    }

    private Row row(int number) {
        String database = names[number % databases];
        return new Row(database, id(number), key(), document(number), null);
    }

    private static String id(int number) {
        return "%032x".formatted(number * 0x9E3779B97F4A7C15L);
    }

    private byte[] key() {
        byte[] key = new byte[12];
        random.nextBytes(key);
        return key;
    }

    private static byte[] document(int number) {
        return ("{\"n\":%0" + (DOCUMENT - 6) + "d}")
                .formatted(number)
                .replace(":0", ":1")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * As a CouchDB of one node says it of databases of two shards: strings of their own, of which the purge sequences are
     * equal, and the first 51 bytes of the update sequences.
     */
    private Position position(long seq) {
        byte[] opaque = new byte[91];
        random.nextBytes(opaque);
        Arrays.fill(opaque, 0, 51, (byte) 7);
        String purge = "0-" + Base64.getUrlEncoder().encodeToString(new byte[78]);
        long instance = 1_700_000_000L + random.nextInt(10_000_000);
        return new Position(
                seq + "-" + Base64.getUrlEncoder().withoutPadding().encodeToString(opaque),
                purge,
                Long.toString(instance));
    }

    private ViewDelta whole(Row[] all) {
        List<SliceDelta> slices = new ArrayList<>(databases);
        for (int database = 0; database < databases; database++) {
            List<Row> slice = new ArrayList<>();
            for (int number = database; number < rows; number += databases) {
                slice.add(all[number]);
            }
            slices.add(new SliceDelta(names[database], position(1000 + database % 1000), slice, Set.of()));
        }
        return new ViewDelta(VIEW, 0, true, head(1), slices, Set.of());
    }

    private static ViewHead head(long generation) {
        return new ViewHead(generation, "f", Instant.ofEpochSecond(generation), 1, 0);
    }

    private Snapshot next(Snapshot base, int turn) {
        ViewDelta delta = change(base, turn);
        base.totalsAfter(delta.slices(), delta.dropped());
        return base.apply(delta);
    }

    /** Every other time the row moves. */
    private ViewDelta change(Snapshot base, int turn) {
        int number = (int) (turn * 7_919L % rows);
        Row before = base.find(names[number % databases], id(number));
        byte[] key = turn % 2 == 0 ? before.sortKey() : key();
        Row after = new Row(before.database(), before.id(), key, before.document(), null);
        long generation = base.head().generation();
        SliceDelta slice = new SliceDelta(before.database(), position(generation), List.of(after), Set.of());
        return new ViewDelta(VIEW, generation, false, head(generation + 1), List.of(slice), Set.of());
    }

    private void pinned(Snapshot[] last) {
        Settings settings =
                Settings.builder().bookmarkGrace(Duration.ofMinutes(5)).build();
        try (Scheduler scheduler = Scheduler.system()) {
            PinnedGenerations pinned = new PinnedGenerations(settings, scheduler);
            LiveView warm = new LiveView(pinned.line(), List.of(), new ViewMemory(Long.MAX_VALUE));
            publish(warm, last);
            warm.close();
            LiveView live = new LiveView(pinned.line(), List.of(), new ViewMemory(Long.MAX_VALUE));
            long before = heap();
            long begun = THREAD.getCurrentThreadCpuTime();
            List<String> tags = publish(live, last);
            double micros = (THREAD.getCurrentThreadCpuTime() - begun) / 1e3 / PINNED;
            long found = tags.stream()
                    .filter(tag -> live.generation(tag).isPresent())
                    .count();
            print(
                    "%d generations, one row changed in each: %d are pinned, and take %.1f MiB; publishing each: %.2f us",
                    PINNED, found, mib(heap() - before), micros);
            live.close();
        }
    }

    private List<String> publish(LiveView live, Snapshot[] last) {
        live.publish(FEED, last[0], Coverage.of(last[0].head()));
        List<String> tags = new ArrayList<>();
        for (int i = 0; i < PINNED; i++) {
            tags.add(last[0].tag());
            last[0] = next(last[0], 2 * i + 1);
            live.publish(FEED, last[0], Coverage.of(last[0].head()));
        }
        return tags;
    }

    private void committed(InMemoryViewStore store, Snapshot snapshot) {
        Map<String, List<Row>> rowsOf = new HashMap<>();
        snapshot.forEach(row -> rowsOf.computeIfAbsent(row.database(), name -> new ArrayList<>())
                .add(row));
        List<SliceDelta> slices = new ArrayList<>();
        rowsOf.forEach((name, all) -> slices.add(new SliceDelta(name, position(1), all, Set.of())));
        ViewDelta whole = new ViewDelta(VIEW, 0, true, head(1), slices, Set.of());
        store.commit(whole);
        Snapshot[] base = {Snapshot.of(whole)};
        measure("a commit to the store in memory, one row changed", 1_000, i -> {
            ViewDelta delta = change(base[0], i);
            store.commit(delta);
            base[0] = base[0].apply(delta);
        });
        measure(
                "of that a reader one generation behind is told",
                1_000,
                i -> store.read(VIEW, base[0].head().generation() - 1));
    }

    private static void plainPage() throws InterruptedException {
        FeedDefinition posts = FeedDefinition.builder("posts")
                .sort("[\"n\"]")
                .interval(Duration.ofDays(1))
                .build();
        try (InMemoryDatabases users = new InMemoryDatabases();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(posts))
                        .aggregator(users)
                        .build()) {
            for (int i = 0; i < 10_000; i++) {
                users.put("userdb-" + i % 100, "{\"_id\":\"%d\",\"n\":%d}".formatted(i, i));
            }
            feeds.start();
            feeds.awaitReady(Duration.ofMinutes(1));
            Query query = Query.builder().limit(100).build();
            measure("a plain page by GlobalFeeds.query", 2_000_000, i -> feeds.query("posts", query));
        }
    }

    /** After as many runs to warm up, the fastest of ten rounds, by the thread's processor time: others use the machine too. */
    private static void measure(String what, int times, IntConsumer action) {
        int each = Math.max(1, times / 10);
        for (int i = 0; i < times; i++) {
            action.accept(i);
        }
        double best = Double.MAX_VALUE;
        long allocated = 0;
        for (int round = 0; round < 10; round++) {
            long bytes = THREAD.getCurrentThreadAllocatedBytes();
            long begun = THREAD.getCurrentThreadCpuTime();
            for (int i = 0; i < each; i++) {
                action.accept(round * each + i);
            }
            best = Math.min(best, (THREAD.getCurrentThreadCpuTime() - begun) / 1e3 / each);
            allocated = (THREAD.getCurrentThreadAllocatedBytes() - bytes) / each;
        }
        print("%s: %.2f us, %,.1f KB", what, best, allocated / 1e3);
    }
}
