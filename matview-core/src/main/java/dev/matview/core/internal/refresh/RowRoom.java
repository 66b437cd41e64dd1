package dev.matview.core.internal.refresh;

import dev.matview.core.RefreshException;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The memory that the rows take which a visit found: those of each database, and those that are put aside. Thread-safe. */
final class RowRoom {

    private final ViewMemory memory;
    /** Is told, once, that nothing of what was found is of use. */
    private final Runnable whenFull;

    private final Map<String, Long> taken = new ConcurrentHashMap<>();
    private final AtomicLong aside = new AtomicLong();

    private volatile Predicate<Row> fits = row -> true;
    private volatile boolean full;
    /** How much more than there was room for. */
    private volatile long wanted;

    /** Why nothing of what was found is of use, where it is not for want of room. */
    private volatile @Nullable RuntimeException failure;

    RowRoom(ViewMemory memory, Runnable whenFull) {
        this.memory = memory;
        this.whenFull = whenFull;
    }

    /** Rows that do not pass can be kept nowhere. */
    void keepOnly(Predicate<Row> passing) {
        fits = passing;
    }

    /** Room for the slice of a database, instead of what was taken for it before. */
    Slice.Room of(String database) {
        giveBack(database);
        return new Slice.Room() {
            @Override
            public boolean fits(Row row) {
                return fits.test(row);
            }

            @Override
            public boolean take(long bytes) {
                return RowRoom.this.take(database, bytes);
            }

            @Override
            public void giveBack(long bytes) {
                if (taken.computeIfPresent(database, (name, all) -> all - bytes) != null) {
                    memory.giveBack(bytes);
                }
            }
        };
    }

    /** Counts what whoever made the rows did not. */
    boolean has(String database, List<Row> rows) {
        long more = rows.stream().mapToLong(Row::bytes).sum() - taken.getOrDefault(database, 0L);
        return !full && (more <= 0 || take(database, more));
    }

    private boolean take(String database, long bytes) {
        if (full) {
            return false;
        }
        if (!memory.take(bytes)) {
            giveUp(bytes);
            return false;
        }
        taken.merge(database, bytes, Long::sum);
        return true;
    }

    /** Takes room for rows that were put aside earlier; says whether there is some. */
    boolean takeAside(long bytes) {
        if (!memory.take(bytes)) {
            giveUp(bytes);
            return false;
        }
        aside.addAndGet(bytes);
        return true;
    }

    /** Nothing of what was found is of use: others may have the room. */
    private synchronized void giveUp(long bytes) {
        if (!full) {
            wanted = bytes
                    + aside.get()
                    + taken.values().stream().mapToLong(Long::longValue).sum();
            full = true;
        }
        end();
        whenFull.run();
    }

    /** Nothing of what was found is of use: the store did not take it. */
    synchronized void fail(RuntimeException cause) {
        failure = cause;
        giveUp(0);
    }

    void giveBack(String database) {
        Long bytes = taken.remove(database);
        if (bytes != null) {
            memory.giveBack(bytes);
        }
    }

    /** The rows of these databases are aside, and what is there takes so much more, or less. */
    void putAside(List<String> databases, long more) {
        long found = databases.stream()
                .map(taken::remove)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
        aside.addAndGet(more);
        memory.giveBack(found - more);
    }

    /** Whether there was no room for all that was found, or nowhere to put it: the visit is of no use. */
    boolean isFull() {
        return full;
    }

    /** Why the visit is of no use that found no room. */
    RefreshException tooLarge(String collection) {
        RuntimeException cause = failure;
        if (cause != null) {
            return new RefreshException(collection, "what is found cannot be put aside: " + cause.getMessage(), cause);
        }
        return memory.tooLarge(collection, wanted);
    }

    /** What was found is no longer needed, or held by others. */
    void end() {
        taken.keySet().forEach(this::giveBack);
        memory.giveBack(aside.getAndSet(0));
    }

    /** Has what the other had taken. */
    void takeOver(RowRoom other) {
        aside.addAndGet(other.aside.getAndSet(0));
        taken.putAll(other.taken);
        other.taken.clear();
    }
}
