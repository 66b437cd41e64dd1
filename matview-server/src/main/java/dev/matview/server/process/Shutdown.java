package dev.matview.server.process;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes what a process has opened when it is told to end, the last first, and says in the log what it waits for, and how
 * long that took. Whoever closes all of it otherwise closes this then. Thread-safe.
 */
public final class Shutdown implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Shutdown.class);

    private final InstantSource clock;
    private final Deque<Step> steps = new ArrayDeque<>();
    private volatile boolean begun;
    private boolean closed;

    private record Step(String what, Supplier<List<String>> underWay, AutoCloseable closed) {}

    public Shutdown(InstantSource clock) {
        this.clock = clock;
    }

    /** Ends with the process, from now on. */
    public void withProcess() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "shutdown"));
    }

    /**
     * This is to be closed, before what was added earlier.
     *
     * @param what it is called
     * @param underWay what there is to wait for in it, such as {@code 2 requests}
     */
    public synchronized void add(String what, Supplier<List<String>> underWay, AutoCloseable closed) {
        steps.push(new Step(what, underWay, closed));
    }

    /** Whether the process is told to end. */
    public boolean hasBegun() {
        return begun;
    }

    /** All is closed already: nothing is closed, or told, when the process ends. */
    @Override
    public synchronized void close() {
        closed = true;
        steps.clear();
    }

    /** Closes all; once. */
    public synchronized void end() {
        if (begun || closed) {
            return;
        }
        begun = true;
        List<String> underWay =
                steps.stream().flatMap(step -> underWay(step).stream()).toList();
        log.info("Ending; under way: {}", underWay.isEmpty() ? "nothing" : String.join(", ", underWay));
        Instant start = clock.instant();
        List<String> times = new ArrayList<>();
        for (Step step : steps) {
            Instant before = clock.instant();
            close(step);
            times.add(step.what() + " " + seconds(before));
        }
        log.info("Ended after {}: {}", seconds(start), String.join(", ", times));
    }

    private static List<String> underWay(Step step) {
        try {
            return step.underWay().get();
        } catch (RuntimeException e) {
            // What is only to be told keeps nothing from being closed.
            log.warn("What is under way cannot be told: {}", step.what(), e);
            return List.of();
        }
    }

    private static void close(Step step) {
        try {
            step.closed().close();
        } catch (Exception e) {
            // The others are to be closed all the same.
            log.warn("Closing went wrong: {}", step.what(), e);
        }
    }

    private String seconds(Instant since) {
        long millis = Duration.between(since, clock.instant()).toMillis();
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
