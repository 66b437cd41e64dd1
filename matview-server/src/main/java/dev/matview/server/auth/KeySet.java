package dev.matview.server.auth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import dev.matview.core.error.FailureKind;
import dev.matview.core.event.Episode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A key set, as it was last read. It is read again when it is older than {@link #KEPT}, and when a token names a key that
 * is not in it, which anybody can have a token do. So
 *
 * <ol>
 *   <li>one thread reads at a time, and not more often than once in {@link #MIN_INTERVAL};
 *   <li>those who wish to know wait for it, together, until {@link #PATIENCE} after it began, and go on with what is known
 *       then;
 *   <li>while the set cannot be read the last one stays in use for {@link #OUTAGE}.
 * </ol>
 *
 * <p>nimbus' own sources of keys read in the thread of whoever asks, and let all others wait for that one: a place that
 * answers slowly would hold every thread there is. Thread-safe.
 */
final class KeySet {

    static final Duration KEPT = Duration.ofMinutes(5);
    static final Duration MIN_INTERVAL = Duration.ofSeconds(30);
    static final Duration OUTAGE = Duration.ofHours(4);
    static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Logger log = LoggerFactory.getLogger(KeySet.class);

    private final Source source;
    private final InstantSource clock;
    private volatile Known known;

    /** Guarded by this, as is what follows. */
    private @Nullable Reading reading;

    private @Nullable Instant lastBegun;
    private final Episode failing;

    /** Where the set is read. */
    interface Source {
        /**
         * Reads it, within a time and a size that are bounded.
         *
         * @throws IOException when it cannot be read, or is none
         */
        JWKSet read() throws IOException, InterruptedException;
    }

    private record Known(JWKSet keys, Instant readAt) {}

    /** @param begun by the clock that waiting is measured with, in nanoseconds */
    private record Reading(CompletableFuture<Void> done, long begun) {}

    private KeySet(Source source, InstantSource clock, JWKSet keys) {
        this.source = source;
        this.clock = clock;
        this.failing = new Episode(KeySet.class, clock);
        this.known = new Known(keys, clock.instant());
    }

    /** Reads the set for the first time, however long the source lets that take. */
    static KeySet open(Source source, InstantSource clock) throws IOException {
        try {
            return new KeySet(source, clock, source.read());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("was not read to its end", e);
        }
    }

    /** All keys that are known. */
    List<JWK> known() {
        return known.keys().getKeys();
    }

    /** The keys that the token may be signed with, by what its header says. */
    List<JWK> candidates(JWSHeader header) {
        JWKSelector selector = new JWKSelector(JWKMatcher.forJWSHeader(header));
        List<JWK> found = select(selector);
        if (found.isEmpty() || age() >= KEPT.toMillis()) {
            Reading underWay = readAgain();
            if (underWay != null) {
                await(underWay);
                found = select(selector);
            }
        }
        return found;
    }

    private List<JWK> select(JWKSelector selector) {
        return age() < OUTAGE.toMillis() ? selector.select(known.keys()) : List.of();
    }

    private long age() {
        return Duration.between(known.readAt(), clock.instant()).toMillis();
    }

    /** The reading under way, or one that begins now; null when it is too early for the next. */
    private synchronized @Nullable Reading readAgain() {
        Instant now = clock.instant();
        if (reading == null && (lastBegun == null || !now.isBefore(lastBegun.plus(MIN_INTERVAL)))) {
            lastBegun = now;
            Reading begun = new Reading(new CompletableFuture<>(), System.nanoTime());
            Thread thread = new Thread(this::read, "matview-keys");
            thread.setDaemon(true);
            thread.start();
            reading = begun;
        }
        return reading;
    }

    private void read() {
        String failure = "was not read to its end";
        FailureKind kind = FailureKind.OTHER;
        try {
            known = new Known(source.read(), clock.instant());
            failure = null;
        } catch (IOException | RuntimeException e) {
            failure = e.getMessage();
            kind = FailureKind.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended(failure, kind);
        }
    }

    private synchronized void ended(@Nullable String failure, FailureKind kind) {
        if (failure == null) {
            failing.ends("The key set is read again");
        } else {
            failing.begins(kind, "The key set {}; the last one stays in use for {} hours", failure, OUTAGE.toHours());
        }
        if (reading != null) {
            reading.done().complete(null);
            reading = null;
        }
    }

    private static void await(Reading reading) {
        long left = PATIENCE.toNanos() - (System.nanoTime() - reading.begun());
        try {
            reading.done().get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // What is known has to do.
            log.debug("The key set is not read yet");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError("a reading is never completed with a failure", e);
        }
    }
}
