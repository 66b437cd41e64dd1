package dev.matview.couch.internal.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait before trying again: doubling from the base to the ceiling, a random half of it, so that what failed
 * together does not come back together. Immutable.
 */
public record Backoff(Duration base, Duration ceiling) {

    /**
     * @param failures how many attempts have failed, from 1
     * @param asked what the server asked for; it is obeyed up to the ceiling
     */
    public Duration delay(int failures, @Nullable Duration asked) {
        Duration doubled = base.multipliedBy(1L << Math.min(failures - 1, 20));
        Duration longest = doubled.compareTo(ceiling) < 0 ? doubled : ceiling;
        long half = Math.max(1, longest.toMillis() / 2);
        Duration delay = Duration.ofMillis(half + ThreadLocalRandom.current().nextLong(half));
        if (asked == null || asked.compareTo(delay) < 0) {
            return delay;
        }
        return asked.compareTo(ceiling) < 0 ? asked : ceiling;
    }
}
