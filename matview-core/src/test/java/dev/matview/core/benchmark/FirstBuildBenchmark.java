package dev.matview.core.benchmark;

import static dev.matview.core.benchmark.Measurement.heap;
import static dev.matview.core.benchmark.Measurement.mib;
import static dev.matview.core.benchmark.Measurement.print;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.refresh.DelegatingViewStage;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.SliceMaker;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.VisitReport;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.DelegatingViewStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How much heap a first build takes beside the view that it makes: what waits to be put aside, and what is in use when a
 * portion is put aside and when all is committed. The view is in memory, its source is generated. Each argument is a number
 * of rows (250000, 1000000), of 200 bytes and in databases of 100.
 */
public final class FirstBuildBenchmark {

    private static final int IN_A_DATABASE = 100;

    /** Garbage is collected for each look. */
    private static final int DATABASES_BETWEEN_LOOKS = 500;

    private static final String TEXT = "x".repeat(150);

    private final int databases;
    private final long[] looks;
    private final long[] rowsAt;
    private int count;
    private int portions;
    private long emitted;

    private FirstBuildBenchmark(int rows) {
        databases = rows / IN_A_DATABASE;
        int most = 2 * databases / DATABASES_BETWEEN_LOOKS + 1_000;
        looks = new long[most];
        rowsAt = new long[most];
    }

    public static void main(String[] arguments) throws Exception {
        String[] all = arguments.length > 0 ? arguments : new String[] {"250000", "1000000"};
        for (String rows : all) {
            new FirstBuildBenchmark(Integer.parseInt(rows)).run();
        }
    }

    private void run() throws InterruptedException {
        FeedDefinition posts = FeedDefinition.builder("posts")
                .sort("[\"n\"]")
                .interval(Duration.ofDays(1))
                .build();
        long nothing = heap();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(posts))
                .aggregator(new Generated())
                .viewStore(new Watched())
                .build()) {
            feeds.start();
            if (!feeds.awaitReady(Duration.ofMinutes(30))) {
                throw new IllegalStateException("not built: " + feeds.status());
            }
            double view = heap() - nothing;
            double beside = IntStream.range(0, count)
                    .mapToDouble(i -> looks[i] - nothing - view * rowsAt[i] / emitted)
                    .max()
                    .orElseThrow();
            print(
                    "%,d rows: the view takes %.0f MiB; beside it at most %.1f MiB, of %d looks; %d portions",
                    emitted, mib((long) view), mib((long) beside), count, portions);
        }
    }

    private void look() {
        looks[count] = heap();
        rowsAt[count] = emitted;
        count++;
    }

    /** As many databases as are asked for, of documents that nobody keeps. */
    private final class Generated extends DelegatingAggregator {

        Generated() {
            super(new InMemoryDatabases());
        }

        @Override
        public void aggregate(List<Demand> demands, Sink sink) {
            VisitReport report = new VisitReport(demands, sink);
            Set<String> names =
                    IntStream.range(0, databases).mapToObj(i -> "userdb-" + i).collect(Collectors.toSet());
            report.begin(names);
            int number = 0;
            for (String name : names) {
                SliceMaker slices = report.slices(name, demands);
                for (int i = 0; i < IN_A_DATABASE; i++) {
                    slices.add(document(i));
                }
                slices.report(new Position("1", "0", "1"));
                emitted += IN_A_DATABASE;
                if (++number % DATABASES_BETWEEN_LOOKS == 0) {
                    look();
                }
            }
        }

        private static ObjectNode document(int i) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            return document.put("_id", "post-%012d".formatted(i)).put("n", i).put("text", TEXT);
        }
    }

    /** Looks when a portion is put aside, and when all is committed: there is most then. */
    private final class Watched extends DelegatingViewStore {

        Watched() {
            super(new InMemoryViewStore());
        }

        @Override
        public boolean commit(ViewDelta delta) {
            look();
            return super.commit(delta);
        }

        @Override
        public Optional<ViewStage> stage(String view, long base, String fingerprint) {
            return super.stage(view, base, fingerprint).map(Staged::new);
        }

        private final class Staged extends DelegatingViewStage {

            Staged(ViewStage stage) {
                super(stage);
            }

            @Override
            public boolean add(ViewDelta delta) {
                portions++;
                look();
                return super.add(delta);
            }

            @Override
            public boolean commit(ViewDelta delta) {
                look();
                return super.commit(delta);
            }
        }
    }
}
