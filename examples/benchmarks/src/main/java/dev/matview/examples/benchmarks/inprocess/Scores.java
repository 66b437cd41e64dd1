package dev.matview.examples.benchmarks.inprocess;

import dev.matview.examples.benchmarks.figures.Spread;
import java.util.Map;
import java.util.Objects;

/** What JMH measured, by the name of the method, and where there are parameters by {@code name:value}. */
record Scores(Map<String, Spread> all) {

    Spread of(String method) {
        return Objects.requireNonNull(all.get(method), () -> method + " is not among " + all.keySet());
    }
}
