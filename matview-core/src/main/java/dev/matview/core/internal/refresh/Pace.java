package dev.matview.core.internal.refresh;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How fast a visit goes on, by what it did in the last half minute: databases that did not move are done in no time, and say
 * nothing of those that are read. Thread-safe.
 */
final class Pace {

    /** How far back is looked. */
    private static final int SAMPLES = 30;

    /** What is told earlier is not worth saying. */
    private static final long FIRST_MILLIS = 1_000;

    private final Deque<Sample> samples = new ArrayDeque<>();
    private volatile long noted = Long.MIN_VALUE;

    private record Sample(long millis, int done) {}

    /** So many databases are done now; kept once a second. */
    void note(long millis, int done) {
        if (noted != Long.MIN_VALUE && millis - noted < FIRST_MILLIS) {
            return;
        }
        synchronized (samples) {
            noted = millis;
            samples.add(new Sample(millis, done));
            if (samples.size() > SAMPLES) {
                samples.remove();
            }
        }
    }

    /** About how long the rest takes; null where that cannot be told yet. */
    @Nullable
    Duration left(long millis, int done, int total) {
        Sample first;
        synchronized (samples) {
            first = samples.peek();
        }
        if (first == null || millis - first.millis() < FIRST_MILLIS || done <= first.done()) {
            return null;
        }
        double each = (double) (millis - first.millis()) / (done - first.done());
        return Duration.ofMillis(Math.round(each * Math.max(0, total - done)));
    }
}
