package dev.matview.core.internal.schedule;

import dev.matview.core.feed.Refresh;
import dev.matview.core.spi.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When refreshes are due. All randomness of the worker is here. Thread-safe. */
public final class Timetable {

    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration READERS_PACE = Duration.ofSeconds(1);
    private static final Duration MOST_JITTER = Duration.ofSeconds(30);
    private static final Duration MOST_EARLY = Duration.ofSeconds(5);

    private final Backoff backoff;
    private final RandomGenerator random;

    public Timetable(Duration maxBackoff, RandomGenerator random) {
        this.backoff = new Backoff(FIRST_BACKOFF, maxBackoff);
        this.random = random;
    }

    /**
     * When a feed whose stored generation is of that time is due after a start: when it would have been, or now, and a
     * random part of a tenth of the interval later, so that the feeds of many servers that start together do not all
     * go to the databases together. A continuous feed is due at once: of what changed meanwhile nobody has told.
     */
    public Instant first(Refresh refresh, Instant refreshedAt, Instant now) {
        if (refresh.continuous()) {
            return now;
        }
        Instant due = later(now, refreshedAt.plus(refresh.interval()));
        return due.plus(random(tenth(refresh.interval(), MOST_JITTER)));
    }

    /** When a feed is due again; the runs it missed while it was busy are one. */
    public Instant next(Refresh refresh, Instant lastStart, Instant now) {
        return later(now, lastStart.plus(refresh.interval()));
    }

    /** When a feed may be refreshed because of a change. */
    public Instant afterChange(Refresh refresh, Instant lastStart, Instant now) {
        return later(now, lastStart.plus(refresh.minInterval()));
    }

    /**
     * When a feed may be refreshed because a reader wants it younger: as often as changes may have a continuous feed
     * refreshed, and once a second otherwise.
     */
    public Instant afterReader(Refresh refresh, Instant lastStart, Instant now) {
        return later(now, lastStart.plus(refresh.continuous() ? refresh.minInterval() : READERS_PACE));
    }

    /** When to try again after the n-th failure in a row: 1 s, 2 s, 4 s and so on, less up to a half at random. */
    public synchronized Instant afterFailure(int failures, Instant now) {
        return now.plus(backoff.delay(failures, random));
    }

    /** How much earlier than it is due a feed joins another one's visit, so that one visit serves both. */
    public Duration early(Refresh refresh) {
        return tenth(refresh.interval(), MOST_EARLY);
    }

    private static Duration tenth(Duration interval, Duration most) {
        Duration tenth = interval.dividedBy(10);
        return tenth.compareTo(most) > 0 ? most : tenth;
    }

    /** One at a time: a random generator need not be thread-safe. */
    private synchronized Duration random(Duration bound) {
        long millis = bound.toMillis();
        return millis <= 0 ? Duration.ZERO : Duration.ofMillis(random.nextLong(millis));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
