package dev.matview.examples.benchmarks.figures;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Measures something of matview's and of a peer's in the same run. Has a constructor without arguments. */
public interface Benchmark {

    /** What it is asked for by: small letters and dashes. */
    String name();

    /** Options of the JVM that it is run in alone, its heap for one. */
    default List<String> jvmOptions() {
        return List.of("-Xmx1g");
    }

    /** By when its JVM has to be done; it is ended then, and its rows are missing. */
    default Duration deadline() {
        return Duration.ofMinutes(5);
    }

    /** What it needs and is not found here, so that it cannot be run; empty when it can. */
    default Optional<String> missing() {
        return Optional.empty();
    }

    /** Measures. What only some rows need and is not here is told by {@link Run#leaveOut}. */
    List<Figure> run(Run run) throws Exception;
}
