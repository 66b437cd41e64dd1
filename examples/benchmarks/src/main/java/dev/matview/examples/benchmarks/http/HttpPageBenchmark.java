package dev.matview.examples.benchmarks.http;

import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import java.util.List;

/** A page of a feed over HTTP, beside a Spark route on the same Jetty that writes the same bytes. */
public final class HttpPageBenchmark implements Benchmark {

    private static final String PAGE = "A page of 100 rows (21 KB) over HTTP, 32 connections";
    private static final String PEER = "a Spark route on the same Jetty that writes the same bytes";

    @Override
    public String name() {
        return "http-page";
    }

    @Override
    public List<Figure> run(Run run) throws Exception {
        try (Child matview = Child.start(PageServer.class, "100", "10000")) {
            String port = matview.await("port");
            try (Child spark = Child.start(SparkServer.class, port);
                    Child clients = Child.start(HttpLoad.class)) {
                Rounds.Both both = new Rounds(clients, run).measure(matview, port, spark, spark.await("port"));
                return List.of(
                        Figure.ofRounds(
                                        PAGE,
                                        "answers/s",
                                        both.ours(Rounds.Round::answers),
                                        PEER,
                                        both.theirs(Rounds.Round::answers),
                                        Aim.ratioAtLeast(0.85))
                                .because(both.processor()),
                        Figure.ofRounds(
                                PAGE + ", 99 % within",
                                "ms",
                                both.ours(Rounds.Round::p99Millis),
                                PEER,
                                both.theirs(Rounds.Round::p99Millis),
                                Aim.ratioAtMost(1)));
            }
        }
    }
}
