package dev.matview.server.http.socket;

import java.time.Duration;
import java.time.Instant;

/** So much at once, and so much a second after that. Thread-safe. */
final class Allowance {

    private final long capacity;
    private final long perSecond;

    /** Thousandths: what a millisecond brings is less than one. */
    private long left;

    private Instant counted;

    Allowance(int capacity, int perSecond, Instant now) {
        this.capacity = capacity * 1000L;
        this.perSecond = perSecond;
        this.left = this.capacity;
        this.counted = now;
    }

    /** Takes one, if there is one. */
    synchronized boolean take(Instant now) {
        long millis = Math.max(0, Duration.between(counted, now).toMillis());
        counted = counted.plusMillis(millis);
        left = Math.min(capacity, left + Math.min(millis, capacity) * perSecond);
        if (left < 1000) {
            return false;
        }
        left -= 1000;
        return true;
    }
}
