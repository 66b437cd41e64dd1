package dev.matview.examples.benchmarks.http;

import java.util.Arrays;

/** Counts of times, in steps of 10 µs up to 10 seconds: as much memory for many as for few. For one thread. */
final class Latencies {

    private static final int STEP_NANOS = 10_000;
    private final long[] counts = new long[1_000_000];
    private long count;

    void add(long nanos) {
        counts[(int) Math.min(counts.length - 1, nanos / STEP_NANOS)]++;
        count++;
    }

    long count() {
        return count;
    }

    /** In microseconds. */
    long quantile(double part) {
        long rank = (long) Math.ceil(part * count);
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return (i + 1) * (STEP_NANOS / 1_000L);
            }
        }
        return 0;
    }

    void clear() {
        Arrays.fill(counts, 0);
        count = 0;
    }
}
