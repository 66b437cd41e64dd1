package dev.matview.core.feed;

import java.time.Duration;

/**
 * The policy by which a feed is refreshed: when, not a refresh itself. Every feed is refreshed at its interval; a continuous
 * one also as soon as a user database that it covers changes. A refresh that fails is repeated sooner, with {@linkplain
 * dev.matview.core.spi.Backoff backoff}. How one ended says {@link dev.matview.core.RefreshResult}. Immutable.
 *
 * @param interval time from the start of one refresh to the next
 * @param continuous whether a change of a database starts a refresh too
 * @param minInterval the least time between the starts of two refreshes that changes cause; of no meaning for a feed
 *     that is not continuous
 */
public record Refresh(Duration interval, boolean continuous, Duration minInterval) {

    /** How often a continuous feed is refreshed at most, unless it says so itself. */
    public static final Duration DEFAULT_MIN_INTERVAL = Duration.ofSeconds(1);

    /** The least that both may be: a feed that is refreshed without a pause keeps a core, and CouchDB, busy with nothing. */
    public static final Duration LEAST = Duration.ofSeconds(1);

    /** @throws IllegalArgumentException when a duration is shorter than {@link #LEAST} */
    public Refresh {
        requireLeast(interval, "interval");
        requireLeast(minInterval, "minInterval");
    }

    /** At the interval alone. */
    public static Refresh every(Duration interval) {
        return new Refresh(interval, false, DEFAULT_MIN_INTERVAL);
    }

    /** As soon as databases change, at most every {@link #DEFAULT_MIN_INTERVAL}; and at the interval all the same. */
    public static Refresh continuous(Duration interval) {
        return new Refresh(interval, true, DEFAULT_MIN_INTERVAL);
    }

    /**
     * As soon as databases change, at most once in {@code minInterval}; and at the interval all the same.
     *
     * @throws IllegalArgumentException when a duration is shorter than {@link #LEAST}
     */
    public static Refresh continuous(Duration interval, Duration minInterval) {
        return new Refresh(interval, true, minInterval);
    }

    private static void requireLeast(Duration duration, String name) {
        if (duration.compareTo(LEAST) < 0) {
            throw new IllegalArgumentException(name + " must be at least a second, not " + duration);
        }
    }
}
