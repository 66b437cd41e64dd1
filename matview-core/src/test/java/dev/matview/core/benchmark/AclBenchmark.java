package dev.matview.core.benchmark;

import static dev.matview.core.benchmark.Measurement.heap;
import static dev.matview.core.benchmark.Measurement.mib;
import static dev.matview.core.benchmark.Measurement.print;

import com.sun.management.ThreadMXBean;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
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
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * What it costs that rows are shown to whom their ACLs allow: the index of a view, the next generation's when one row changes,
 * and after that a page and a total for each of many callers. Of the rows, four in ten are open, one is but denies two
 * users, three are shared with three users, and two are their owners' alone. Arguments: rows (1000000), users
 * (10000), how many of them ask (10000).
 */
public final class AclBenchmark {

    private static final int CHANGES = 200;
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final FeedDefinition FEED = FeedDefinition.builder("posts")
            .access(Access.ACL)
            .interval(Duration.ofDays(1))
            .build();

    private final Random random = new Random(1);
    private final int rows;
    private final int users;
    private final int callers;

    private AclBenchmark(int rows, int users, int callers) {
        this.rows = rows;
        this.users = users;
        this.callers = callers;
    }

    public static void main(String[] arguments) throws Exception {
        int[] numbers = {1_000_000, 10_000, 10_000};
        for (int i = 0; i < arguments.length; i++) {
            numbers[i] = Integer.parseInt(arguments[i]);
        }
        print("%,d rows of %,d users, %,d callers", numbers[0], numbers[1], numbers[2]);
        new AclBenchmark(numbers[0], numbers[1], numbers[2]).run();
    }

    private void run() throws Exception {
        Snapshot[] last = {Snapshot.of(whole())};
        try (Scheduler scheduler = Scheduler.system()) {
            PinnedGenerations pinned = new PinnedGenerations(settings(), scheduler);
            // What is not yet compiled is not what is measured.
            publish(new LiveView(pinned.line(), List.of(), new ViewMemory(Long.MAX_VALUE)), last[0]);
            LiveView live = new LiveView(pinned.line(), List.of(), new ViewMemory(Long.MAX_VALUE));
            long before = heap();
            long begun = THREAD.getCurrentThreadCpuTime();
            publish(live, last[0]);
            print("serving the first generation: %.2f s", seconds(begun));
            print("what is kept for ACLs: %.1f MiB", mib(heap() - before));
            for (int i = 0; i < 2_000; i++) {
                publish(live, last[0].apply(change(last[0], i)));
            }
            live.close();
            live = new LiveView(pinned.line(), List.of(), new ViewMemory(Long.MAX_VALUE));
            publish(live, last[0]);
            LiveView served = live;
            before = heap();
            measure("serving the next generation, one row changed", CHANGES, i -> {
                last[0] = last[0].apply(change(last[0], i));
                publish(served, last[0]);
            });
            print("%d generations, pinned: %.1f MiB", CHANGES, mib(heap() - before));
            live.close();
        }
        pages(last[0]);
    }

    private static void publish(LiveView live, Snapshot generation) {
        live.publish(FEED, generation, Coverage.of(generation.head()));
    }

    private void pages(Snapshot snapshot) throws Exception {
        try (InMemoryViewStore store = new InMemoryViewStore();
                InMemoryDatabases databases = new InMemoryDatabases();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(FEED))
                        .aggregator(databases)
                        .viewStore(store)
                        .settings(settings())
                        .build()) {
            Snapshot first = committed(
                    store, new ViewDelta(FEED.viewName(), 0, true, head(1), slices(snapshot), Set.of()), null);
            feeds.start();
            feeds.awaitReady(LONG);
            ask("a page for each caller, the first time", feeds);
            committed(store, change(first, 1), first);
            while (feeds.query("posts", query(0)).view().generation() < 2) {
                Thread.onSpinWait();
            }
            ask("a page for each caller, after one row has changed", feeds);
            ask("the same again", feeds);
        }
    }

    private static List<SliceDelta> slices(Snapshot snapshot) {
        return snapshot.whole().slices();
    }

    private static Snapshot committed(InMemoryViewStore store, ViewDelta delta, Snapshot base) {
        store.commit(delta);
        return base == null ? Snapshot.of(delta) : base.apply(delta);
    }

    private void ask(String what, GlobalFeeds feeds) {
        long[] took = new long[callers];
        long shown = 0;
        for (int i = 0; i < callers; i++) {
            Query query = query(i);
            long begun = THREAD.getCurrentThreadCpuTime();
            shown += feeds.query("posts", query).view().rows();
            took[i] = THREAD.getCurrentThreadCpuTime() - begun;
        }
        double all = Arrays.stream(took).sum() / 1e9;
        Arrays.sort(took);
        print(
                "%s: %.2f s for all, median %.1f us, most %.1f ms; a caller sees %,d rows",
                what, all, took[callers / 2] / 1e3, took[callers - 1] / 1e6, shown / callers);
    }

    private Query query(int caller) {
        return Query.builder()
                .caller(new Caller(did(caller), database(caller)))
                .limit(100)
                .build();
    }

    private static Settings settings() {
        return Settings.builder().queryTime(LONG).waitTime(LONG).build();
    }

    private static String database(int user) {
        return "userdb-%08x".formatted(user * 0x9E3779B9);
    }

    private static String did(int user) {
        return "did:web:users.example:%08x".formatted(user * 0x85EBCA6B);
    }

    private Row row(int number) {
        byte[] key = new byte[12];
        random.nextBytes(key);
        byte[] document = "{\"text\":\"%0180d\"}".formatted(number).getBytes(StandardCharsets.US_ASCII);
        return new Row(database(number % users), "%032x".formatted(number), key, document, acl(random.nextInt(10)));
    }

    private Acl acl(int kind) {
        if (kind < 4) {
            return Acl.OPEN;
        }
        if (kind == 4) {
            return new Acl(Set.of("*"), Set.of(), someone(2), Set.of());
        }
        return kind < 8 ? new Acl(someone(3), Set.of(), Set.of(), Set.of()) : Acl.OWNER_ONLY;
    }

    private Set<String> someone(int many) {
        Set<String> dids = new HashSet<>();
        while (dids.size() < many) {
            dids.add(did(random.nextInt(users)));
        }
        return dids;
    }

    private ViewDelta whole() {
        List<SliceDelta> slices = new ArrayList<>(users);
        for (int user = 0; user < users; user++) {
            List<Row> slice = new ArrayList<>();
            for (int number = user; number < rows; number += users) {
                slice.add(row(number));
            }
            slices.add(new SliceDelta(database(user), position(1), slice, Set.of()));
        }
        return new ViewDelta(FEED.viewName(), 0, true, head(1), slices, Set.of());
    }

    /** Every other time the row moves; it always has another ACL. */
    private ViewDelta change(Snapshot base, int turn) {
        int number = (int) (turn * 7_919L % rows);
        Row row = row(number);
        Row before = base.find(row.database(), row.id());
        byte[] key = turn % 2 == 0 ? before.sortKey() : row.sortKey();
        Row after = new Row(row.database(), row.id(), key, row.document(), row.acl());
        long generation = base.head().generation();
        SliceDelta slice = new SliceDelta(row.database(), position(generation), List.of(after), Set.of());
        return new ViewDelta(FEED.viewName(), generation, false, head(generation + 1), List.of(slice), Set.of());
    }

    private static Position position(long seq) {
        return new Position(Long.toString(seq), "0", "1");
    }

    private static ViewHead head(long generation) {
        return new ViewHead(generation, FEED.fingerprint(), Instant.now(), 1, 0);
    }

    private static void measure(String what, int times, IntConsumer action) {
        long[] took = new long[times];
        for (int i = 0; i < times; i++) {
            long begun = THREAD.getCurrentThreadCpuTime();
            action.accept(i);
            took[i] = THREAD.getCurrentThreadCpuTime() - begun;
        }
        Arrays.sort(took);
        print("%s: median %.3f ms", what, took[times / 2] / 1e6);
    }

    private static double seconds(long begun) {
        return (THREAD.getCurrentThreadCpuTime() - begun) / 1e9;
    }
}
