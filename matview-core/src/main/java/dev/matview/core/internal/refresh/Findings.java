package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus.Progress;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Coverage;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.internal.work.Failures;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What one visit to the user databases finds for one feed, from the generation it starts from. Thread-safe. */
final class Findings {

    private final FeedDefinition feed;
    private final @Nullable Snapshot base;
    private final Instant startedAt;
    private final Map<String, Position> held;

    private final AtomicInteger total = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final Map<String, Slice> moved = new ConcurrentHashMap<>();
    private final Map<String, String> failed = new ConcurrentHashMap<>();
    private final Map<String, SliceChange> changes = new ConcurrentHashMap<>();
    private final Map<String, List<Row>> others = new HashMap<>();
    private final Set<String> gone = ConcurrentHashMap.newKeySet();

    private final ViewMemory memory;
    /** What the rows of each database take that were found so far. */
    private final Map<String, Long> taken = new ConcurrentHashMap<>();

    private volatile boolean full;
    /** How much more than there was room for. */
    private volatile long wanted;

    Findings(FeedDefinition feed, @Nullable Snapshot base, Instant startedAt, ViewMemory memory) {
        this.memory = memory;
        this.feed = feed;
        this.base = base;
        this.startedAt = startedAt;
        this.held = base == null || rebuilds() ? Map.of() : base.positions();
    }

    FeedDefinition feed() {
        return feed;
    }

    @Nullable
    Snapshot base() {
        return base;
    }

    Instant startedAt() {
        return startedAt;
    }

    Demand demand() {
        return new Demand(feed, held, base == null ? null : base.head().refreshedAt());
    }

    /** Whether the rows of the base, if there is one, were made by another definition and none of them can stay. */
    boolean rebuilds() {
        return base == null || !Provenance.isOf(feed, base.head());
    }

    void covers(int databases) {
        total.set(databases);
    }

    Slice.Builder slice(String database) {
        giveBack(database);
        return Slice.builder(feed, database, new Slice.Room() {
            @Override
            public boolean take(long bytes) {
                return Findings.this.take(database, bytes);
            }

            @Override
            public void giveBack(long bytes) {
                if (taken.computeIfPresent(database, (name, all) -> all - bytes) != null) {
                    memory.giveBack(bytes);
                }
            }
        });
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

    /** Nothing of what was found is of use: others may have the room. */
    private synchronized void giveUp(long bytes) {
        if (!full) {
            wanted = bytes + taken.values().stream().mapToLong(Long::longValue).sum();
            full = true;
        }
        end();
        moved.clear();
        changes.clear();
    }

    private void giveBack(String database) {
        Long bytes = taken.remove(database);
        if (bytes != null) {
            memory.giveBack(bytes);
        }
    }

    /** Whether there was no room for all that was found: the visit is of no use. */
    boolean isFull() {
        return full;
    }

    /** Why the visit is of no use that found no room. */
    RefreshException tooLarge() {
        return memory.tooLarge(feed.collection(), wanted);
    }

    /** What was found is no longer needed, or held by others. */
    void end() {
        taken.keySet().forEach(this::giveBack);
    }

    void moved(Slice slice) {
        done.incrementAndGet();
        if (hasRoom(slice.database(), slice.rows())) {
            moved.put(slice.database(), slice);
        }
    }

    /** @return false when the change does not tell what the slice is now, and nothing is known of the database yet */
    boolean changed(SliceChange change) {
        Snapshot from = base;
        Optional<SliceChange> resolved =
                from == null || rebuilds() ? Optional.empty() : ChangedSlice.resolve(change, from, feed);
        if (resolved.isEmpty()) {
            return false;
        }
        done.incrementAndGet();
        if (hasRoom(change.database(), resolved.get().put())) {
            changes.put(change.database(), resolved.get());
        }
        return true;
    }

    /** Counts what whoever made the rows did not. */
    private boolean hasRoom(String database, List<Row> rows) {
        long more = rows.stream().mapToLong(Row::bytes).sum() - taken.getOrDefault(database, 0L);
        return !full && (more <= 0 || take(database, more));
    }

    void unmoved() {
        done.incrementAndGet();
    }

    /** It was read though it did not move; what was not noticed of it is mended now. */
    void reread(Slice slice) {
        if (base == null || base.hasSame(slice)) {
            giveBack(slice.database());
            unmoved();
        } else {
            moved(slice);
        }
    }

    void gone(String database) {
        gone.add(database);
    }

    void failed(String database, Exception cause) {
        giveBack(database);
        done.incrementAndGet();
        if (failures.incrementAndGet() <= RefreshResult.MAX_BEHIND) {
            failed.put(database, Failures.reason(cause));
        }
    }

    /** Takes back that the database moved: it stays at its last position, behind. */
    void setBack(String database, Exception cause) {
        if (moved.remove(database) != null || changes.remove(database) != null) {
            done.decrementAndGet();
            failed(database, cause);
        }
    }

    /** Gives a slice that moved other rows. */
    void expanded(Slice slice) {
        if (hasRoom(slice.database(), slice.rows())) {
            moved.replace(slice.database(), slice);
        }
    }

    /** Gives a slice that changed other rows. */
    void expanded(SliceChange change) {
        if (hasRoom(change.database(), change.put())) {
            changes.replace(change.database(), change);
        }
    }

    /** A row whose document did not change is another now. */
    void other(Row row) {
        others.computeIfAbsent(row.database(), database -> new ArrayList<>()).add(row);
    }

    /** Rows that are others now although their documents did not change, by database. */
    Map<String, List<Row>> others() {
        return others;
    }

    /** The slices that were read whole. */
    Collection<Slice> moved() {
        return moved.values();
    }

    /** What changed in slices that were not read whole, by database. */
    Map<String, SliceChange> changes() {
        return changes;
    }

    /** How many slices moved, whether or not they were read whole. */
    int movedCount() {
        return moved.size() + changes.size();
    }

    Set<String> gone() {
        return gone;
    }

    /** Whether there were databases to read, and none of them could be read. */
    boolean readNothing() {
        return failures.get() > 0 && failures.get() >= done.get();
    }

    Coverage coverage() {
        return new Coverage(startedAt, total.get(), failed, failures.get());
    }

    Progress progress() {
        return new Progress(done.get(), Math.max(total.get(), done.get()));
    }
}
