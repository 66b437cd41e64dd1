package dev.matview.examples.benchmarks.inprocess;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The newest page of a feed, asked for in process, beside a cache of one's own that has the finished answer. */
public final class PageBenchmark implements Benchmark {

    @Override
    public String name() {
        return "page";
    }

    @Override
    public List<Figure> run(Run run) throws Exception {
        Scores scores = new Jmh(run, 2, "-Xmx1g").measure(Pages.class, 0);
        run.version("Caffeine", version());
        return List.of(Figure.of(
                "the newest page of 100 rows, in process",
                "µs",
                scores.of("ours"),
                "Caffeine `get`",
                scores.of("theirs"),
                Aim.atMost(1)));
    }

    private static String version() {
        return String.valueOf(Caffeine.class.getPackage().getImplementationVersion());
    }

    /** A feed of 10,000 rows in 100 databases, and a cache whose keys are queries. */
    @State(Scope.Benchmark)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public static class Pages {

        private final InMemoryDatabases databases = new InMemoryDatabases();
        private final Cache<Query, Page> cache =
                Caffeine.newBuilder().maximumSize(1000).build();
        private final Query query = Query.builder().limit(100).build();
        private final GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                        .sort("[\"n\"]")
                        .interval(Duration.ofDays(1))
                        .build()))
                .aggregator(databases)
                .build();

        @Setup
        public void fill() throws InterruptedException {
            for (int i = 0; i < 10_000; i++) {
                databases.put("userdb-" + i % 100, "{\"_id\":\"%d\",\"n\":%d}".formatted(i, i));
            }
            feeds.start();
            if (!feeds.awaitReady(Duration.ofMinutes(1))) {
                throw new IllegalStateException("no generation");
            }
            cache.put(query, feeds.query("posts", query));
        }

        @TearDown
        public void close() {
            feeds.close();
            databases.close();
        }

        @org.openjdk.jmh.annotations.Benchmark
        public Page ours() {
            return feeds.query("posts", query);
        }

        @org.openjdk.jmh.annotations.Benchmark
        public Page theirs() {
            return Objects.requireNonNull(cache.getIfPresent(query));
        }
    }
}
