package dev.matview.couch.benchmark;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a visit costs, next to a bare loop that sends the same requests over as many connections and throws the answers
 * away. Arguments: number of databases (2000), documents in each (50), rounds (3). It uses the CouchDB that tests use.
 */
public final class AggregateBenchmark implements Aggregator.Sink {

    private static final int CONNECTIONS = 8;
    private static final int CHANGED = 20;
    private static final RawCouch RAW = TestCouch.get().raw();

    private final FeedDefinition feed;
    private final Map<String, Position> held = new ConcurrentHashMap<>();
    private final AtomicInteger moved = new AtomicInteger();
    private final AtomicInteger rows = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    private AggregateBenchmark(String pattern) {
        feed = FeedDefinition.builder("posts")
                .selector("{\"type\":\"post\"}")
                .fields("_id", "content", "author", "createdAt")
                .sort("[{\"createdAt\":\"desc\"}]")
                .databases(pattern)
                .build();
    }

    public static void main(String[] arguments) throws Exception {
        int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        int databases = numbers.length > 0 ? numbers[0] : 2_000;
        int documents = numbers.length > 1 ? numbers[1] : 50;
        int rounds = numbers.length > 2 ? numbers[2] : 3;
        TestDatabases made = TestCouch.get().databases();
        try (made) {
            List<String> names = fill(made, databases, documents);
            measure(made.pattern(), made.prefix(), names, rounds);
        }
    }

    static List<String> fill(TestDatabases made, int databases, int documents) throws Exception {
        long began = System.nanoTime();
        List<String> names = IntStream.range(0, databases)
                .mapToObj(i -> made.name(String.format("%06d", i)))
                .toList();
        all(names, name -> {
            RAW.create(name);
            RAW.bulk(
                    name,
                    IntStream.range(0, documents)
                            .mapToObj(AggregateBenchmark::document)
                            .toList());
        });
        say("filled %d databases x %d documents in %.1f s%n", databases, documents, since(began));
        return names;
    }

    static String document(int i) {
        return String.format(
                "{\"_id\":\"post-%04d\",\"type\":\"%s\",\"content\":\"%s\",\"author\":{\"did\":\"did:x\",\"ref\":\"me\"},"
                        + "\"createdAt\":\"2026-01-01T00:%02d:%02dZ\",\"tags\":[\"a\",\"b\"],\"likes\":%d}",
                i, i % 5 == 4 ? "draft" : "post", "lorem ipsum ".repeat(12), i / 60 % 60, i % 60, i);
    }

    private static void measure(String pattern, String prefix, List<String> names, int rounds) throws Exception {
        List<Double> bare = new ArrayList<>();
        List<Double> full = new ArrayList<>();
        List<Double> some = new ArrayList<>();
        List<Double> someLater = new ArrayList<>();
        List<Double> nothing = new ArrayList<>();
        List<Double> nothingAtOnce = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            long cpu = cpu();
            bare.add(timed(() -> bareLoop(prefix, names)));
            long bareCpu = cpu() - cpu;
            AggregateBenchmark visitor = new AggregateBenchmark(pattern);
            try (CouchCluster cluster = TestCouch.get()
                            .cluster()
                            .requestsInFlight(CONNECTIONS)
                            .build();
                    CouchAggregator aggregator = CouchAggregator.of(cluster)) {
                cpu = cpu();
                full.add(timed(() -> visitor.visit(aggregator, names.size())));
                say(
                        "this process used %.1f s of CPU for the bare loop, %.1f s for everything%n",
                        bareCpu / 1e9, (cpu() - cpu) / 1e9);
                some.add(changed(visitor, aggregator, names, 0));
                nothingAtOnce.add(timed(() -> visitor.visit(aggregator, 0)));
                someLater.add(changed(visitor, aggregator, names, 2_000));
                for (int i = 0; i < 5; i++) {
                    Thread.sleep(1_000);
                    nothing.add(timed(() -> visitor.visit(aggregator, 0)));
                }
            }
        }
        double whole = median(full);
        say("bare loop                     %s%n", bare);
        say("everything                    %s = %.2f x bare loop%n", full, whole / median(bare));
        report(CHANGED + " changed just now", some, whole);
        report(CHANGED + " changed, 2 s later", someLater, whole);
        report("nothing changed, right after", nothingAtOnce, whole);
        report("nothing changed", nothing, whole);
    }

    private static double changed(
            AggregateBenchmark visitor, CouchAggregator aggregator, List<String> names, long pause) throws Exception {
        for (int i = 0; i < CHANGED; i++) {
            int step = names.size() / CHANGED;
            RAW.put(names.get(i * step), "new-" + ThreadLocalRandom.current().nextLong(1L << 50), document(1));
        }
        Thread.sleep(pause);
        return timed(() -> visitor.visit(aggregator, CHANGED));
    }

    private static void report(String what, List<Double> seconds, double whole) {
        say("%-29s %s = %.2f %% of everything%n", what, seconds, 100 * median(seconds) / whole);
    }

    private Void visit(CouchAggregator aggregator, int expected) throws InterruptedException {
        moved.set(0);
        aggregator.aggregate(List.of(new Demand(feed, held)), this);
        if (moved.get() != expected || failed.get() != 0) {
            throw new IllegalStateException(
                    moved + " databases moved and " + failed + " failed, where " + expected + " were expected to move");
        }
        return null;
    }

    static Void bareLoop(String prefix, List<String> names) throws Exception {
        RAW.json("GET", "/_all_dbs?startkey=%22" + prefix + "%22&limit=1000", null);
        List<List<String>> batches = new ArrayList<>();
        for (int from = 0; from < names.size(); from += 100) {
            batches.add(names.subList(from, Math.min(names.size(), from + 100)));
        }
        all(batches, batch -> RAW.send("POST", "/_dbs_info", "{\"keys\":[\"" + String.join("\",\"", batch) + "\"]}"));
        all(names, name -> RAW.send("GET", RAW.path(name, "_all_docs") + "?include_docs=true&limit=5000", null));
        return null;
    }

    private interface Work<T> {
        void on(T item);
    }

    private static <T> void all(List<T> items, Work<T> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<?>> done = new ArrayList<>();
            items.forEach(item -> done.add(threads.submit(() -> work.on(item))));
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    static double timed(Callable<Void> work) throws Exception {
        long began = System.nanoTime();
        work.call();
        return since(began);
    }

    static double since(long began) {
        return Math.round((System.nanoTime() - began) / 1e6) / 1e3;
    }

    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Each value in parts of the other's of its round, as {@code 1.12, 1.08 x}. */
    static String each(List<Double> values, List<Double> others, double scale, String unit) {
        return IntStream.range(0, values.size())
                .mapToObj(i -> String.format("%.2f", scale * values.get(i) / others.get(i)))
                .collect(Collectors.joining(", ", "", " " + unit));
    }

    private static void say(String format, Object... values) {
        System.out.printf(format, values);
    }

    @Override
    public void covers(FeedDefinition feed, int databases) {}

    @Override
    public void moved(FeedDefinition feed, Slice slice) {
        held.put(slice.database(), slice.position());
        moved.incrementAndGet();
        rows.addAndGet(slice.rows().size());
    }

    @Override
    public boolean changed(FeedDefinition feed, SliceChange change) {
        held.put(change.database(), change.position());
        moved.incrementAndGet();
        return true;
    }

    @Override
    public void unmoved(FeedDefinition feed, String database) {}

    @Override
    public void failed(FeedDefinition feed, String database, Exception cause) {
        failed.incrementAndGet();
    }

    @Override
    public void gone(FeedDefinition feed, String database) {
        held.remove(database);
    }
}
