package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus.Progress;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Coverage;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.internal.work.Failures;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Aggregator.Sink;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import dev.matview.core.spi.ViewHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What one visit to the user databases finds for one feed, from the generation it starts from. Thread-safe. */
final class Findings {

    private final FeedDefinition feed;
    private final @Nullable Snapshot base;
    private final ReferenceIndex references;
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

    /** The findings whose rest these are, once a commit was lost; null for those of a visit. */
    private final @Nullable Findings before;

    /** When what is held after these was known to match its sources. */
    private final Instant asOf;

    private final ViewMemory memory;
    /** What the rows of each database take that were found so far. */
    private final Map<String, Long> taken = new ConcurrentHashMap<>();

    private volatile boolean full;
    private boolean partial;
    private volatile @Nullable String checkpoint;
    /** How much more than there was room for. */
    private volatile long wanted;

    Findings(
            FeedDefinition feed,
            @Nullable Snapshot base,
            ReferenceIndex references,
            Instant startedAt,
            ViewMemory memory) {
        this.references = references;
        this.memory = memory;
        this.feed = feed;
        this.base = base;
        this.startedAt = startedAt;
        this.before = null;
        this.asOf = startedAt;
        this.held = base == null || rebuilds() ? Map.of() : base.positions();
    }

    /** What is left of the others after a commit that was not theirs. */
    private Findings(Findings before, Snapshot base, Instant asOf) {
        this.references = before.references;
        this.memory = before.memory;
        this.feed = before.feed;
        this.base = base;
        this.startedAt = before.startedAt;
        this.before = before;
        this.asOf = asOf;
        this.held = Map.of();
        total.set(before.total.get());
        done.set(before.done.get());
        failures.set(before.failures.get());
        failed.putAll(before.failed);
    }

    FeedDefinition feed() {
        return feed;
    }

    @Nullable
    Snapshot base() {
        return base;
    }

    /** Which rows of the base refer to which documents; null where none of its rows can stay. */
    @Nullable
    References references(UserDatabases users) {
        Snapshot from = base;
        return from == null || rebuilds() ? null : references.of(from, feed, users);
    }

    Instant startedAt() {
        return startedAt;
    }

    Demand demand() {
        if (base == null) {
            return new Demand(feed, held);
        }
        ViewHead head = base.head();
        return new Demand(feed, held, head.refreshedAt(), held.isEmpty() ? null : head.checkpoint());
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

    /** How many slices the visit found moved, whether or not they were read whole. */
    int movedCount() {
        return before == null ? moved.size() + changes.size() : before.movedCount();
    }

    /** When what is held after these was known to match its sources. */
    Instant asOf() {
        return asOf;
    }

    /** How often a commit was lost meanwhile. */
    int lost() {
        return before == null ? 0 : before.lost() + 1;
    }

    /** Whether something was discarded for what another process found earlier: the refresh is to be repeated. */
    boolean isPartial() {
        return partial || (before != null && before.isPartial());
    }

    /**
     * What of these can still be committed after another process has committed the generation: what concerns the slices
     * that it did not move. Of a slice that it moved elsewhere, its state stays. Room that was taken passes to the rest.
     */
    Findings rebasedOn(Snapshot next) {
        boolean later = !next.head().refreshedAt().isBefore(startedAt);
        List<Slice> slices = new ArrayList<>(moved.values());
        slices.removeIf(slice -> !isOurs(slice.database(), slice.position(), next));
        List<SliceChange> ours = new ArrayList<>(changes.values());
        ours.removeIf(change -> !isOurs(change.database(), change.position(), next));
        boolean overlaps = moved.values().stream().anyMatch(slice -> isOther(slice.database(), slice.position(), next))
                || changes.values().stream().anyMatch(change -> isOther(change.database(), change.position(), next))
                || gone.stream().anyMatch(database -> isOther(database, null, next));
        Findings rest = new Findings(this, next, later || overlaps ? next.head().refreshedAt() : startedAt);
        rest.partial = overlaps && !later;
        rest.checkpoint = later || overlaps ? next.head().checkpoint() : checkpoint;
        slices.forEach(slice -> rest.moved.put(slice.database(), slice));
        ours.forEach(change -> rest.changes.put(change.database(), change));
        gone.stream().filter(database -> isOurs(database, null, next)).forEach(rest.gone::add);
        rest.taken.putAll(taken);
        taken.clear();
        return rest;
    }

    /** Whether the generation has the slice where these started from; with references, what they lead to may be ours too. */
    private boolean isOurs(String database, @Nullable Position found, Snapshot next) {
        Position position = next.position(database);
        boolean same = Objects.equals(position, found);
        return same ? found != null && !feed.expand().isEmpty() : Objects.equals(position, heldAt(database));
    }

    /** Whether the generation has the slice elsewhere than it was found, and than it was. */
    private boolean isOther(String database, @Nullable Position found, Snapshot next) {
        Position position = next.position(database);
        return !Objects.equals(position, found) && !Objects.equals(position, heldAt(database));
    }

    private @Nullable Position heldAt(String database) {
        return base == null || rebuilds() ? null : base.position(database);
    }

    void checkpoint(String told) {
        if (told.length() <= Sink.MAX_CHECKPOINT) {
            checkpoint = told;
        }
    }

    /** Where the history of the sources stood; null where not all of them are as they were found then. */
    @Nullable
    String checkpoint() {
        return failures.get() == 0 ? checkpoint : null;
    }

    /** Whether nothing was found that would change anything. */
    boolean isEmpty() {
        return moved.isEmpty() && changes.isEmpty() && gone.isEmpty() && others.isEmpty();
    }

    Set<String> gone() {
        return gone;
    }

    /** Whether there were databases to read, and none of them could be read. */
    boolean readNothing() {
        return failures.get() > 0 && failures.get() >= done.get();
    }

    Coverage coverage() {
        return new Coverage(asOf, total.get(), failed, failures.get());
    }

    Progress progress() {
        return new Progress(done.get(), Math.max(total.get(), done.get()));
    }
}
