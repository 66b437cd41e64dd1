package dev.matview.couch.benchmark;

import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Many user databases, four documents in five of them posts, and what is measured in seconds of them. */
final class FilledDatabases {

    private static final int CONNECTIONS = 8;
    private static final RawCouch RAW = TestCouch.get().raw();

    private FilledDatabases() {}

    /** Their names. */
    static List<String> fill(TestDatabases made, int databases, int documents) throws Exception {
        long began = System.nanoTime();
        List<String> names = IntStream.range(0, databases)
                .mapToObj(i -> made.name(String.format("%06d", i)))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<?>> done = new ArrayList<>();
            names.forEach(name -> done.add(threads.submit(() -> fill(name, documents))));
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.printf("filled %d databases x %d documents in %.1f s%n", databases, documents, since(began));
        return names;
    }

    private static void fill(String name, int documents) {
        RAW.create(name);
        RAW.bulk(
                name,
                IntStream.range(0, documents)
                        .mapToObj(FilledDatabases::document)
                        .toList());
    }

    static String document(int i) {
        return String.format(
                "{\"_id\":\"post-%04d\",\"type\":\"%s\",\"content\":\"%s\",\"author\":{\"did\":\"did:x\",\"ref\":\"me\"},"
                        + "\"createdAt\":\"2026-01-01T00:%02d:%02dZ\",\"tags\":[\"a\",\"b\"],\"likes\":%d}",
                i, i % 5 == 4 ? "draft" : "post", "lorem ipsum ".repeat(12), i / 60 % 60, i % 60, i);
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
}
