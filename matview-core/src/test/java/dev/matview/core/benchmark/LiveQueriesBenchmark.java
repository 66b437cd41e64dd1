package dev.matview.core.benchmark;

import static dev.matview.core.benchmark.Measurement.print;

import com.sun.management.OperatingSystemMXBean;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.PageListener;
import dev.matview.core.Query;
import dev.matview.core.QueryException;
import dev.matview.core.Settings;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
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
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a generation costs where many follow a feed, each with a query of its own, and one row changes: until the one whom it
 * concerns has heard, and in processor time until all is quiet. Every other time the row leaves that one's full page.
 * Arguments: rows (1000000), queries (10000), and {@code indexed} or {@code searched} (indexed).
 */
public final class LiveQueriesBenchmark {

    private static final int PAGE = 20;
    private static final int ROUNDS = 40;
    private static final int DATABASES = 1_000;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final int rows;
    private final int queries;
    private final FeedDefinition feed;
    private final InMemoryViewStore store = new InMemoryViewStore();
    private final AtomicInteger answers = new AtomicInteger();
    private final Semaphore[] heard;
    private final int[] turns;

    private LiveQueriesBenchmark(int rows, int queries, boolean indexed) {
        this.rows = rows;
        this.queries = queries;
        FeedDefinition.Builder posts = FeedDefinition.builder("posts").interval(Duration.ofDays(1));
        this.feed = indexed ? posts.indexes("[[\"author.did\"]]").build() : posts.build();
        this.heard = new Semaphore[queries];
        Arrays.setAll(heard, i -> new Semaphore(0));
        this.turns = new int[queries];
    }

    public static void main(String[] arguments) throws Exception {
        int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int queries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000;
        boolean indexed = arguments.length < 3 || arguments[2].equals("indexed");
        print("%,d rows, %,d live queries, %s", rows, queries, indexed ? "an index listed" : "no index listed");
        new LiveQueriesBenchmark(rows, queries, indexed).run();
    }

    private Row row(int number, int author) {
        String id = "%08d".formatted(number);
        String json = "{\"_id\":\"%s\",\"author\":{\"did\":\"did:plc:%06d\"},\"text\":\"%s\"}"
                .formatted(id, author, "x".repeat(120));
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        return new Row("userdb-" + number % DATABASES, id, key, json.getBytes(StandardCharsets.UTF_8), null);
    }

    private ViewHead head(long generation) {
        return new ViewHead(generation, feed.fingerprint(), Instant.now(), DATABASES, 0);
    }

    private static Position position(long seq) {
        return new Position(seq + "-x", "0-x", "1700000000");
    }

    private void fill() {
        List<SliceDelta> slices = new ArrayList<>();
        for (int database = 0; database < DATABASES; database++) {
            List<Row> all = new ArrayList<>();
            for (int number = database; number < rows; number += DATABASES) {
                all.add(row(number, number % queries));
            }
            slices.add(new SliceDelta("userdb-" + database, position(1), all, Set.of()));
        }
        store.commit(new ViewDelta(feed.viewName(), 0, true, head(1), slices, Set.of()));
    }

    private Query query(int author) {
        return Query.builder()
                .selector("{\"author.did\":\"did:plc:%06d\"}".formatted(author))
                .limit(PAGE)
                .build();
    }

    private PageListener listener(int author) {
        return new PageListener() {
            @Override
            public void answer(Page page) {
                answers.incrementAndGet();
                heard[author].release();
            }

            @Override
            public void refused(QueryException reason) {
                throw new IllegalStateException(reason);
            }
        };
    }

    private void run() throws Exception {
        fill();
        Settings settings = Settings.builder().queryTime(Duration.ofMinutes(5)).build();
        try (InMemoryDatabases none = new InMemoryDatabases();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(feed))
                        .aggregator(none)
                        .viewStore(store)
                        .settings(settings)
                        .build()) {
            long begun = System.nanoTime();
            feeds.start();
            if (!feeds.awaitReady(Duration.ofMinutes(5))) {
                throw new IllegalStateException("no generation");
            }
            print("loaded in %.2f s", seconds(begun));
            begun = System.nanoTime();
            for (int author = 0; author < queries; author++) {
                feeds.subscribe("posts", query(author), listener(author));
            }
            for (Semaphore one : heard) {
                one.acquire();
            }
            quiet();
            print("all %,d have their first answer after %.2f s", queries, seconds(begun));
            rounds();
        } finally {
            store.close();
        }
    }

    private void rounds() throws Exception {
        double[] cpu = new double[ROUNDS];
        double[] late = new double[ROUNDS];
        for (int round = -ROUNDS; round < ROUNDS; round++) {
            int author = Math.floorMod(round * 7_919, queries);
            long before = PROCESS.getProcessCpuTime();
            long begun = System.nanoTime();
            change(round + ROUNDS + 1, author);
            if (!heard[author].tryAcquire(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("nothing heard");
            }
            double waited = seconds(begun);
            quiet();
            if (round >= 0) {
                cpu[round] = (PROCESS.getProcessCpuTime() - before) / 1e6;
                late[round] = waited * 1e3;
            }
        }
        Arrays.sort(cpu);
        Arrays.sort(late);
        print("processor time of a generation: median %.1f ms, most %.1f ms", cpu[ROUNDS / 2], cpu[ROUNDS - 1]);
        print("until the one has heard: median %.1f ms, most %.1f ms", late[ROUNDS / 2], late[ROUNDS - 1]);
    }

    /** The first row of the author's page goes to nobody. */
    private void change(long generation, int author) {
        int number = author + turns[author]++ * queries;
        Row gone = row(number, queries + author);
        SliceDelta slice = new SliceDelta(gone.database(), position(generation), List.of(gone), Set.of());
        store.commit(new ViewDelta(feed.viewName(), generation, false, head(generation + 1), List.of(slice), Set.of()));
    }

    /** Until the process has done nothing for a while. */
    private static void quiet() throws InterruptedException {
        long last = -1;
        while (PROCESS.getProcessCpuTime() - last > 3_000_000 || last < 0) {
            last = PROCESS.getProcessCpuTime();
            TimeUnit.MILLISECONDS.sleep(60);
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
