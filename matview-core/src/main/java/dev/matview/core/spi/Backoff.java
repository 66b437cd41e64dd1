package dev.matview.core.spi;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait before trying again: doubling from the base to the ceiling, and of that from a half to the whole, at
 * random, so that what failed together does not come back together. Immutable.
 *
 * @param base the longest wait after the first failure
 * @param ceiling the longest wait of all
 */
public record Backoff(Duration base, Duration ceiling) {

    /** @throws IllegalArgumentException when one of them is not above zero */
    public Backoff {
        requireAboveZero(base);
        requireAboveZero(ceiling);
    }

    private static void requireAboveZero(Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("a backoff is longer than zero, not " + duration);
        }
    }

    /**
     * The wait after so many failures in a row, to the millisecond.
     *
     * @param failures from 1
     * @param random need not be thread-safe if this is called by one thread at a time
     */
    public Duration delay(int failures, RandomGenerator random) {
        long most = ceiling.toMillis();
        long longest = base.toMillis();
        for (int n = 1; n < failures && longest < most; n++) {
            longest = longest > most / 2 ? most : longest * 2;
        }
        longest = Math.max(1, Math.min(longest, most));
        return Duration.ofMillis(longest - random.nextLong((longest + 1) / 2));
    }

    /**
     * The same where the other side may have asked for a longer one, which is obeyed up to the ceiling.
     *
     * @param asked null when it did not ask
     */
    public Duration delay(int failures, @Nullable Duration asked, RandomGenerator random) {
        Duration delay = delay(failures, random);
        if (asked == null || asked.compareTo(delay) < 0) {
            return delay;
        }
        return asked.compareTo(ceiling) < 0 ? asked : ceiling;
    }
}
