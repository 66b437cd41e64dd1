package dev.matview.core.internal.refresh;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How far a visit is, and how fast it goes on, by what it did in the last half minute: databases that did not move are done in no time, and say
 * nothing of those that are read. Thread-safe.
 */
final class Pace {

    /** How far back is looked. */
    private static final int SAMPLES = 30;

    /** What is told earlier is not worth saying. */
    private static final long FIRST_MILLIS = 1_000;

    private final AtomicInteger covered = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final Deque<Sample> samples = new ArrayDeque<>();
    /** When it was first noted; a time that never comes before that. */
    private volatile long begun = Long.MAX_VALUE;

    private volatile long noted;

    private record Sample(long millis, int done) {}

    /** So many databases are to be visited, as far as is known. */
    void covers(int databases) {
        covered.set(databases);
    }

    /** As {@link #covers} said last. */
    int covered() {
        return covered.get();
    }

    /** One more is done. */
    void visited() {
        done.incrementAndGet();
    }

    /** One that was done is not. */
    void unvisited() {
        done.decrementAndGet();
    }

    /** Is as far as the other. */
    void goOnFrom(Pace other) {
        covered.set(other.covered());
        done.set(other.done());
    }

    /** How many databases are done. */
    int done() {
        return done.get();
    }

    /** How many there are to do: no fewer than are done. */
    int total() {
        return Math.max(covered(), done());
    }

    /** Notes how many are done by then; once a second. */
    void note(long millis) {
        if (!isWorthNoting(millis)) {
            return;
        }
        synchronized (samples) {
            if (begun == Long.MAX_VALUE) {
                begun = millis;
            }
            if (millis - begun < FIRST_MILLIS) {
                // What is done at once did not move: it is counted from after that.
                samples.clear();
            } else if (!isWorthNoting(millis)) {
                return;
            }
            noted = millis;
            samples.add(new Sample(millis, done()));
            if (samples.size() > SAMPLES) {
                samples.remove();
            }
        }
    }

    private boolean isWorthNoting(long millis) {
        return millis - begun < FIRST_MILLIS || millis - noted >= FIRST_MILLIS;
    }

    /** About how long the rest takes; null where that cannot be told yet. */
    @Nullable
    Duration left(long millis) {
        int done = done();
        Sample first;
        synchronized (samples) {
            first = samples.peek();
        }
        if (first == null || millis - first.millis() < FIRST_MILLIS || done <= first.done()) {
            return null;
        }
        double each = (double) (millis - first.millis()) / (done - first.done());
        return Duration.ofMillis(Math.round(each * Math.max(0, total() - done)));
    }
}
