package dev.matview.core.internal.read;

import dev.matview.core.event.Episode;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What comes from the store's secret: read before the first generation is served, and again from time to time, since
 * another process may have given it a new seal. Thread-safe.
 */
public final class StoreKeys {

    /** How soon it is read again when a bookmark has a seal that is not known. */
    static final Duration SOONEST = Duration.ofSeconds(10);

    /** After how long somebody who needs it has it read again, and does not wait for that. */
    static final Duration STALE = Duration.ofMinutes(5);

    private final ViewStore store;
    private final InstantSource clock;
    /** While the store is asked in vain. */
    private final Episode unread;

    private final Duration patience;
    private final ReentrantLock reading = new ReentrantLock();
    /** Null until it was asked. */
    private final AtomicReference<@Nullable Instant> askedAt = new AtomicReference<>();

    private volatile @Nullable Keys keys;
    private volatile Runnable rereading = () -> {};

    /**
     * Keys for each purpose.
     *
     * @param seals the current one first; what any of them closed is opened
     */
    public record Keys(RowKeys rows, AnswerTag.Key answers, List<Seal> seals) {

        private static Keys of(StoreSecret secret) {
            Hmac.Key lasting = new Hmac.Key(secret.lasting());
            List<Seal> seals = secret.sealBefore()
                    .map(before -> List.of(new Seal(secret.seal()), new Seal(before)))
                    .orElseGet(() -> List.of(new Seal(secret.seal())));
            return new Keys(
                    new RowKeys(lasting.derive("keys of rows")),
                    new AnswerTag.Key(lasting.derive("tags of answers")),
                    seals);
        }

        Seal seal() {
            return seals.get(0);
        }

        Optional<Seal> seal(byte[] name) {
            return seals.stream()
                    .filter(seal -> Arrays.equals(seal.name(), name))
                    .findFirst();
        }
    }

    /** @param patience how long to wait for another thread that reads it for the first time */
    public StoreKeys(ViewStore store, InstantSource clock, Duration patience) {
        this.store = store;
        this.clock = clock;
        this.unread = new Episode(StoreKeys.class, clock);
        this.patience = patience;
    }

    /** @param rereading asks somebody to call {@link #read} soon; quick */
    public void rereadBy(Runnable rereading) {
        this.rereading = rereading;
    }

    /**
     * The keys, which are read by the first call.
     *
     * @throws ViewStoreException when the store cannot be reached
     */
    public Keys get() {
        Keys known = keys;
        if (known == null) {
            return first();
        }
        if (isDue(STALE)) {
            rereading.run();
        }
        return known;
    }

    /** Whether they have been read, so that nobody waits for the store. */
    public boolean areKnown() {
        return keys != null;
    }

    private Keys first() {
        boolean locked = false;
        try {
            locked = reading.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
            Keys known = keys;
            if (known != null) {
                return known;
            }
            if (!locked) {
                throw new ViewStoreException("the secret of the view store cannot be read");
            }
            return read();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ViewStoreException("interrupted while the secret of the view store was read", e);
        } finally {
            if (locked) {
                reading.unlock();
            }
        }
    }

    /** The keys after something was met that those known do not open: read again, unless they were a moment ago. */
    Keys newest() {
        Keys known = get();
        if (!isDue(SOONEST)) {
            return known;
        }
        try {
            return read();
        } catch (ViewStoreException e) {
            unread.begins(e, "The secret of the view store cannot be read again: {}", e.getMessage());
            return known;
        }
    }

    /** Whether the store was last asked so long ago; says so to one caller, who is to ask it. */
    private boolean isDue(Duration age) {
        Instant last = askedAt.get();
        Instant now = clock.instant();
        return (last == null || !now.isBefore(last.plus(age))) && askedAt.compareAndSet(last, now);
    }

    /** Reads them from the store. */
    public Keys read() {
        askedAt.set(clock.instant());
        Keys read = Keys.of(store.secret());
        keys = read;
        unread.ends("The secret of the view store is read again");
        return read;
    }
}
