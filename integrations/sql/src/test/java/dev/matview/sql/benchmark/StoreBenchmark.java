package dev.matview.sql.benchmark;

import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.PagedViewStore.IndexKey;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.sql.SqlViewStore;
import dev.matview.sql.harness.PostgresServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What pages and commits cost in a view of many rows: the first argument is how many, 1,000,000 unless given. On a PostgreSQL of its
 * own, with the settings that docs/operations.md advises for small machines.
 */
public final class StoreBenchmark {

    private static final String VIEW = "posts";
    private static final int OF_A_DATABASE = 50;
    private static final int PORTION = 400;
    private static final Indexing BY_AUTHOR_AND_TAG = row -> List.of(
            new IndexKey("author", row.database().getBytes(StandardCharsets.US_ASCII)),
            new IndexKey("tag", new byte[] {row.sortKey()[7]}));

    private final Random random = new Random(1);
    private final PostgresServer postgres;
    private final SqlViewStore store;
    private final int databases;
    private long generation;

    private StoreBenchmark(PostgresServer postgres, int rows) {
        this.postgres = postgres;
        this.databases = rows / OF_A_DATABASE;
        this.store = SqlViewStore.builder(postgres.url("matview"))
                .cleanupGrace(Duration.ofSeconds(5))
                .build();
    }

    public static void main(String[] arguments) throws Exception {
        int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        try (PostgresServer postgres = PostgresServer.start()) {
            StoreBenchmark benchmark = new StoreBenchmark(postgres, rows);
            benchmark.build();
            benchmark.pages("after the build");
            benchmark.commits();
            benchmark.pages("after the commits");
            benchmark.topEdits();
            benchmark.store.close();
        }
    }

    private static String database(int number) {
        return "userdb-" + String.format("%07d", number);
    }

    private Row row(int database, int number, long at) {
        byte[] key = Arrays.copyOf(
                ByteBuffer.allocate(8).putLong(Long.MAX_VALUE - at).array(), 14);
        ByteBuffer.wrap(key, 8, 6).putInt(database).putShort((short) number);
        String json = "{\"_id\":\"post-" + number + "\",\"type\":\"post\",\"content\":\"" + "lorem ipsum ".repeat(10)
                + random.nextInt() + "\",\"createdAt\":" + at + "}";
        return new Row(database(database), "post-" + number, key, json.getBytes(StandardCharsets.UTF_8), null);
    }

    private ViewHead head(long of) {
        return new ViewHead(of, "f", Instant.EPOCH, databases, 0);
    }

    private void build() throws SQLException {
        long begun = System.nanoTime();
        PagedViewStage stage = store.pagedStage(VIEW, 0, "f").orElseThrow();
        for (int first = 0; first < databases; first += PORTION) {
            List<SliceDelta> slices = new ArrayList<>();
            for (int n = first; n < Math.min(databases, first + PORTION); n++) {
                List<Row> rows = new ArrayList<>();
                for (int i = 0; i < OF_A_DATABASE; i++) {
                    rows.add(row(n, i, random.nextInt(1 << 30)));
                }
                slices.add(new SliceDelta(database(n), new Position("1-" + n, "0", "0"), rows, Set.of()));
            }
            stage.add(new ViewDelta(VIEW, 0, true, head(1), slices, Set.of()), BY_AUTHOR_AND_TAG);
        }
        stage.commit(new ViewDelta(VIEW, 0, true, head(1), List.of(), Set.of()), BY_AUTHOR_AND_TAG);
        generation = 1;
        double seconds = (System.nanoTime() - begun) / 1e9;
        long rows = (long) databases * OF_A_DATABASE;
        System.out.printf("built: %,d rows in %.0f s, %,.0f rows/s%n", rows, seconds, rows / seconds);
        for (String table : List.of("rows", "entries", "slices")) {
            long bytes = ask("select pg_total_relation_size('matview." + table + "')");
            System.out.printf("%s: %,d MB, %,d bytes a row%n", table, bytes >> 20, bytes / rows);
        }
    }

    private long ask(String sql) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement();
                var answer = statement.executeQuery(sql)) {
            answer.next();
            return answer.getLong(1);
        }
    }

    private interface Measured {
        void run() throws Exception;
    }

    private static void measure(String what, int times, Measured measured) throws Exception {
        double[] took = new double[times];
        for (int i = 0; i < times; i++) {
            long begun = System.nanoTime();
            measured.run();
            took[i] = (System.nanoTime() - begun) / 1e6;
        }
        Arrays.sort(took);
        System.out.printf(
                "%s: p50 %.2f ms, p99 %.2f ms, of %d%n", what, took[times / 2], took[times * 99 / 100], times);
    }

    private void pages(String when) throws Exception {
        PagedGeneration current = store.current(VIEW).orElseThrow();
        for (int warm = 0; warm < 200; warm++) {
            current.page(row(0, 0, (1 << 24) + random.nextInt(1 << 29)), 0, 100);
        }
        measure("page of 100 anywhere, " + when, 2_000, () -> {
            if (current.page(row(0, 0, (1 << 24) + random.nextInt(1 << 29)), 0, 100)
                            .size()
                    != 100) {
                throw new IllegalStateException("no whole page");
            }
        });
        measure("newest page of 100, " + when, 500, () -> current.page(null, 0, 100));
        measure("page of 50 of one author, " + when, 500, () -> {
            byte[] author = database(random.nextInt(databases)).getBytes(StandardCharsets.US_ASCII);
            if (current.entries(Range.of("author", author), null, false, 100).size() < 45) {
                throw new IllegalStateException("no whole page");
            }
        });
        measure("page of 100 of one tag, " + when, 500, () -> {
            byte[] tag = {(byte) random.nextInt()};
            if (current.entries(Range.of("tag", tag), null, false, 100).isEmpty()) {
                throw new IllegalStateException("no page");
            }
        });
    }

    private void commit(List<Row> rows) {
        Map<String, List<Row>> slices = new HashMap<>();
        rows.forEach(row -> slices.computeIfAbsent(row.database(), name -> new ArrayList<>())
                .add(row));
        List<SliceDelta> deltas = new ArrayList<>();
        slices.forEach((name, put) ->
                deltas.add(new SliceDelta(name, new Position(generation + "-", "0", "0"), put, Set.of())));
        ViewDelta delta = new ViewDelta(VIEW, generation, false, head(generation + 1), deltas, Set.of());
        if (!store.commit(delta, BY_AUTHOR_AND_TAG)) {
            throw new IllegalStateException("somebody else commits");
        }
        generation++;
    }

    private List<Row> changed(int count) {
        Map<Integer, Row> rows = new HashMap<>();
        while (rows.size() < count) {
            int database = random.nextInt(databases);
            rows.put(database, row(database, random.nextInt(OF_A_DATABASE), random.nextInt(1 << 30)));
        }
        return List.copyOf(rows.values());
    }

    private void commits() throws Exception {
        for (int warm = 0; warm < 20; warm++) {
            commit(changed(100));
        }
        measure("commit of 100 rows of 100 databases", 300, () -> commit(changed(100)));
    }

    private void topEdits() throws Exception {
        List<Row> top = store.current(VIEW).orElseThrow().page(null, 0, 100);
        for (int edit = 0; edit < 100; edit++) {
            int n = edit;
            commit(top.stream()
                    .map(row -> new Row(
                            row.database(),
                            row.id(),
                            row.sortKey(),
                            ("{\"n\":" + n + "}").getBytes(StandardCharsets.UTF_8),
                            null))
                    .toList());
        }
        measure(
                "newest page right after 10,000 edits of its rows",
                50,
                () -> store.current(VIEW).orElseThrow().page(null, 0, 100));
        long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (ask("select count(*) from matview.rows where died is not null") > 100 && System.nanoTime() < deadline) {
            commit(changed(1));
        }
        PagedGeneration current = store.current(VIEW).orElseThrow();
        current.page(null, 0, 100);
        measure("newest page after cleanup", 50, () -> current.page(null, 0, 100));
    }
}
