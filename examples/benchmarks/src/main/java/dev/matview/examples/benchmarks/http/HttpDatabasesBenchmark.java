package dev.matview.examples.benchmarks.http;

import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import java.util.List;

/** The same page of a view of many user databases, and of few. */
public final class HttpDatabasesBenchmark implements Benchmark {

    @Override
    public String name() {
        return "http-databases";
    }

    @Override
    public List<Figure> run(Run run) throws Exception {
        String rows = Integer.toString(run.size(100_000, 1_000));
        try (Child many = Child.start(PageServer.class, rows, rows);
                Child few = Child.start(PageServer.class, "100", rows);
                Child clients = Child.start(HttpLoad.class)) {
            Rounds.Both both = new Rounds(clients, run).measure(many, many.await("port"), few, few.await("port"));
            return List.of(Figure.ofRounds(
                            "The same page of 100,000 rows in 100,000 user databases",
                            "answers/s",
                            both.ours(Rounds.Round::answers),
                            "matview, the same rows in 100 user databases",
                            both.theirs(Rounds.Round::answers),
                            Aim.ratioAtLeast(0.9))
                    .because(both.processor()));
        }
    }
}
