package dev.matview.examples.benchmarks.couchdb;

import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Refreshes of thousands of user databases, and how soon a continuous feed has what was written into one of them. */
public final class CouchBenchmark implements Benchmark {

    @Override
    public String name() {
        return "couchdb";
    }

    @Override
    public Duration deadline() {
        return Duration.ofMinutes(20);
    }

    @Override
    public Optional<String> missing() {
        return PlainCouch.configuredUrl().isEmpty()
                ? Optional.of("COUCHDB_URL, with an administrator's name and password in it")
                : Optional.empty();
    }

    @Override
    public List<Figure> run(Run run) throws Exception {
        PlainCouch couch = new PlainCouch(PlainCouch.configuredUrl());
        run.version("CouchDB", couch.json("GET", "/", "").path("version").asText());
        Refreshes refreshes = new Refreshes(couch, run);
        refreshes.warmUp();
        List<Figure> figures = new ArrayList<>();
        try (UserDatabases few = filled(couch, run, run.size(2_000, 20), run.size(50, 5))) {
            figures.addAll(refreshes.measure(few, run.size(50, 5), run.size(2, 1)));
        }
        try (UserDatabases many = filled(couch, run, run.size(10_000, 30), run.size(10, 2))) {
            figures.addAll(refreshes.measure(many, run.size(10, 2), run.size(2, 1)));
            figures.addAll(new Following(couch, run, many).measure());
        }
        return figures;
    }

    private static UserDatabases filled(PlainCouch couch, Run run, int databases, int documents)
            throws InterruptedException {
        long began = System.nanoTime();
        UserDatabases filled = UserDatabases.fill(couch, databases, documents);
        run.say("%,d databases x %d documents were written in %.0f s", databases, documents, Served.since(began));
        return filled;
    }
}
