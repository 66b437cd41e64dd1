package dev.matview.micrometer;

import java.time.Duration;
import java.util.stream.DoubleStream;

/** The bounds of histograms: few, since each is a number of its own for each feed. */
final class Buckets {

    /** From a refresh that finds nothing to a first build of many databases. */
    static final Duration[] REFRESH = seconds(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800);

    /** From a write to the feed that shows it. */
    static final Duration[] DELAY = seconds(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800);

    /** One request to a database on the network. */
    static final Duration[] REQUEST = seconds(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120);

    private Buckets() {}

    private static Duration[] seconds(double... bounds) {
        return DoubleStream.of(bounds)
                .mapToObj(bound -> Duration.ofMillis(Math.round(bound * 1_000)))
                .toArray(Duration[]::new);
    }
}
