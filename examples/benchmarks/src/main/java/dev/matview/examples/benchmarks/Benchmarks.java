package dev.matview.examples.benchmarks;

import dev.matview.examples.benchmarks.couchdb.CouchBenchmark;
import dev.matview.examples.benchmarks.feed.FeedBenchmark;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Measuring;
import dev.matview.examples.benchmarks.figures.PerformancePage;
import dev.matview.examples.benchmarks.http.FirstAnswerBenchmark;
import dev.matview.examples.benchmarks.http.HttpDatabasesBenchmark;
import dev.matview.examples.benchmarks.http.HttpPageBenchmark;
import dev.matview.examples.benchmarks.http.SubscribersBenchmark;
import dev.matview.examples.benchmarks.inprocess.MatcherBenchmark;
import dev.matview.examples.benchmarks.inprocess.PageBenchmark;
import dev.matview.examples.benchmarks.inprocess.RefreshBenchmark;
import dev.matview.examples.benchmarks.inprocess.ViewBenchmark;
import java.nio.file.Path;
import java.util.List;

/**
 * The benchmarks, and the program that runs them. Its arguments: names with commas between, or {@code all}; and {@code full},
 * or {@code small} to try them out without writing the page.
 */
public final class Benchmarks {

    private Benchmarks() {}

    /** In the order of the page. */
    static List<Benchmark> all() {
        return List.of(
                new PageBenchmark(),
                new ViewBenchmark(),
                new MatcherBenchmark(),
                new FeedBenchmark(),
                new RefreshBenchmark(),
                new HttpPageBenchmark(),
                new HttpDatabasesBenchmark(),
                new SubscribersBenchmark(),
                new FirstAnswerBenchmark(),
                new CouchBenchmark());
    }

    public static void main(String[] arguments) throws Exception {
        List<String> names = List.of((arguments.length > 0 ? arguments[0] : "all").split("[, ]+"));
        boolean small = arguments.length > 1 && arguments[1].equals("small");
        Measuring measuring = new Measuring(all(), Path.of("target", "figures"));
        PerformancePage page = small ? null : PerformancePage.ofThisCheckout();
        if (!measuring.run(measuring.named(names), small, page)) {
            System.exit(1);
        }
    }
}
