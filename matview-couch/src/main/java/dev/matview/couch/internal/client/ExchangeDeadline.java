package dev.matview.couch.internal.client;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Ends an exchange that takes too long. Timeouts of a socket are for each read, so that an answer which drips never meets
 * one. An exchange has one deadline in all, which moves on with what it brings:
 *
 * <ol>
 *   <li>The answer must begin within the time to connect and to keep silent, and a second for every
 *       {@value #BYTES_PER_SECOND} bytes that are sent.
 *   <li>From then on it has the time it may keep silent, once, and again a second for so many bytes received.
 *   <li>Whatever it brings, it ends after the longest time for a request.
 * </ol>
 *
 * Thread-safe.
 */
public final class ExchangeDeadline implements AutoCloseable {

    /** The slowest that a line to CouchDB may be, for one request: a large answer has more time than a small one. */
    static final int BYTES_PER_SECOND = 16 << 10;

    private final Scheduler scheduler;
    private final Times times;
    private final Runnable abort;
    private final Instant started;
    private final Instant toBegin;

    /** The following are guarded by this. */
    private Instant begun = Instant.MAX;

    private long received;
    private String verdict = "";
    private boolean closed;
    private Subscription timer = () -> {};

    /**
     * How long an exchange may take.
     *
     * @param connect to connect
     * @param silence without a byte, before and in the answer
     * @param patience at the server, for something to happen, on top of that
     * @param most in all
     */
    public record Times(Duration connect, Duration silence, Duration patience, Duration most) {}

    /**
     * @param sent how many bytes the request has
     * @param abort ends the exchange; called once
     */
    public ExchangeDeadline(Scheduler scheduler, Times times, long sent, Runnable abort) {
        this.scheduler = scheduler;
        this.times = times;
        this.abort = abort;
        this.started = scheduler.instant();
        this.toBegin = started.plus(times.connect())
                .plus(times.silence())
                .plus(times.patience())
                .plus(timeFor(sent));
        check();
    }

    private static Duration timeFor(long bytes) {
        return Duration.ofMillis(bytes * TimeUnit.SECONDS.toMillis(1) / BYTES_PER_SECOND);
    }

    /** The answer has begun. */
    public synchronized void begun() {
        begun = scheduler.instant();
    }

    synchronized void received(int bytes) {
        received += bytes;
    }

    /** Why the exchange was ended; empty while it was not. */
    public synchronized String verdict() {
        return verdict;
    }

    private Instant end() {
        Instant last = started.plus(times.most());
        Instant end = begun == Instant.MAX
                ? toBegin
                : begun.plus(times.silence()).plus(times.patience()).plus(timeFor(received));
        return end.isBefore(last) ? end : last;
    }

    private void check() {
        boolean over;
        synchronized (this) {
            if (closed) {
                return;
            }
            Instant now = scheduler.instant();
            Instant end = end();
            over = !now.isBefore(end);
            if (over) {
                verdict = reason(Duration.between(started, now));
            } else {
                timer = scheduler.schedule(Duration.between(now, end), this::check);
            }
        }
        if (over) {
            abort.run();
        }
    }

    private String reason(Duration taken) {
        if (taken.compareTo(times.most()) >= 0) {
            return "no whole answer within " + times.most().toMillis() + " ms";
        }
        return begun == Instant.MAX
                ? "no answer within " + taken.toMillis() + " ms"
                : "an answer that goes on without getting on: " + received + " bytes in " + taken.toMillis() + " ms";
    }

    @Override
    public synchronized void close() {
        closed = true;
        timer.close();
    }
}
