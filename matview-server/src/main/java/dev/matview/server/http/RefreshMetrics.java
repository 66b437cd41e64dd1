package dev.matview.server.http;

import dev.matview.core.RefreshListener;
import dev.matview.core.RefreshResult;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Counts refreshes by feed and by how they ended, and the time they took. Thread-safe. */
final class RefreshMetrics implements RefreshListener {

    /** Bounded by the feeds that there ever were: each has three at most. */
    private final Map<Key, Sum> sums = new ConcurrentHashMap<>();

    private record Key(String collection, String outcome) {}

    private record Sum(long count, long millis) {

        private static Sum of(Duration took) {
            return new Sum(1, took.toMillis());
        }

        private Sum plus(Sum other) {
            return new Sum(count + other.count, millis + other.millis);
        }
    }

    @Override
    public void refreshed(Run run, RefreshResult result) {
        count(run.collection(), result.changed() ? "changed" : "unchanged", run.took());
    }

    @Override
    public void failed(Run run, String reason) {
        count(run.collection(), "failed", run.took());
    }

    private void count(String collection, String outcome, Duration took) {
        sums.merge(new Key(collection, outcome), Sum.of(took), Sum::plus);
    }

    /**
     * Adds what was counted of these feeds. What was counted of others is kept: they may be there no more, or just not yet
     * when somebody looked which there are.
     */
    void register(MeterRegistry registry, Set<String> collections) {
        sums.forEach((key, sum) -> {
            if (collections.contains(key.collection())) {
                register(registry, key, sum);
            }
        });
    }

    private static void register(MeterRegistry registry, Key key, Sum sum) {
        FunctionTimer.builder("matview.feed.refresh", sum, Sum::count, Sum::millis, TimeUnit.MILLISECONDS)
                .description("Refreshes by how they ended, and the time they took.")
                .tag("collection", key.collection())
                .tag("outcome", key.outcome())
                .register(registry);
    }
}
