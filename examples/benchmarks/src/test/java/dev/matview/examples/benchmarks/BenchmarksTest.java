package dev.matview.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each benchmark can be run, in seconds when it is small, and is on the page. */
class BenchmarksTest {

    @TestFactory
    Stream<DynamicTest> eachBenchmarkGivesItsRows() {
        return Benchmarks.all().stream().map(one -> DynamicTest.dynamicTest(one.name(), () -> givesItsRows(one)));
    }

    private static void givesItsRows(Benchmark benchmark) throws Exception {
        String missing = benchmark.missing().orElse(null);
        if (missing != null) {
            System.out.println("matview: NOT RUN: benchmark " + benchmark.name() + " needs " + missing);
        }
        Assumptions.assumeTrue(missing == null);

        List<Figure> figures = benchmark.run(new Run(true));

        assertThat(figures).isNotEmpty();
        assertThat(figures).extracting(Figure::what).doesNotHaveDuplicates();
    }

    @Test
    void noTwoHaveOneName() {
        assertThat(Benchmarks.all()).extracting(Benchmark::name).doesNotHaveDuplicates();
    }

    @Test
    void thePageHasTheRowsOfEach() throws Exception {
        String page = Files.readString(Path.of("../../docs/performance.md"));

        assertThat(Benchmarks.all()).allSatisfy(one -> assertThat(page).contains("`" + one.name() + "`"));
    }
}
