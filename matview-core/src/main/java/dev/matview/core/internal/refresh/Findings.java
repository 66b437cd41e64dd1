package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus.Behind;
import dev.matview.core.RefreshException;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Base;
import dev.matview.core.internal.view.Coverage;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Aggregator.Sink;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one visit to the user databases finds for one feed, from the generation it starts from. Thread-safe. */
final class Findings {

    private final FeedDefinition feed;
    private final Base.@Nullable Committed base;
    private final ReferenceIndex references;
    private final Instant startedAt;

    private final Pace pace = new Pace();
    private final FailedDatabases failed;
    private final Map<String, List<Row>> others = new HashMap<>();
    private final Set<String> gone = ConcurrentHashMap.newKeySet();

    /** The findings whose rest these are, once a commit was lost; null for those of a visit. */
    private final @Nullable Findings before;

    /** When what is held after these was known to match its sources. */
    private volatile Instant asOf;
    /** The same of the base, where changes that were noticed are all that these are to find; else null. */
    private @Nullable Instant baseAsOf;

    private final ViewMemory memory;
    private final RowRoom room;
    private final FoundSlices found;

    private boolean partial;
    private volatile @Nullable String checkpoint;

    /** @param behind the databases that the last visit could not read, some of them */
    Findings(
            FeedDefinition feed,
            Base.@Nullable Committed base,
            ReferenceIndex references,
            Instant startedAt,
            ViewMemory memory,
            List<Behind> behind) {
        this.failed = new FailedDatabases(behind, startedAt);
        this.references = references;
        this.memory = memory;
        this.found = new FoundSlices(memory);
        this.room = found.room();
        this.feed = feed;
        this.base = base;
        this.startedAt = startedAt;
        this.before = null;
        this.asOf = startedAt;
    }

    /** Rows that do not pass are left out. */
    void keepOnly(Predicate<Row> passing) {
        room.keepOnly(passing);
    }

    /** From now on, what is found is put aside in portions, beside what was before. */
    void buildIn(Build staged) {
        found.buildIn(staged);
    }

    /** What is put aside of a view that is built for the first time, or anew; null when nothing is. */
    @Nullable
    Build build() {
        return found.build();
    }

    FoundSlices found() {
        return found;
    }

    /** The slices that changes start from; null when there are none. */
    private @Nullable Base from() {
        return rebuilds() ? found.aside() : base;
    }

    /** What is left of the others after a commit that was not theirs. */
    private Findings(Findings before, Base.Committed base, Instant asOf) {
        this.failed = before.failed;
        this.references = before.references;
        this.memory = before.memory;
        this.found = new FoundSlices(memory);
        this.room = found.room();
        this.feed = before.feed;
        this.base = base;
        this.startedAt = before.startedAt;
        this.before = before;
        this.asOf = asOf;
        pace.goOnFrom(before.pace);
    }

    FeedDefinition feed() {
        return feed;
    }

    Base.@Nullable Committed base() {
        return base;
    }

    /** Which rows of the base refer to which documents; null where none of its rows can stay. */
    @Nullable
    References references(UserDatabases users) {
        Base.Committed from = base;
        return from == null || rebuilds() ? null : references.of(from, feed, users);
    }

    Instant startedAt() {
        return startedAt;
    }

    Demand demand() {
        Base from = from();
        if (from == null || from != base) {
            // What is aside was read at one time and another.
            return new Demand(feed, from == null ? Map.of() : from.positions());
        }
        Map<String, Position> held = from.positions();
        ViewHead head = from.head();
        String checkpoint = held.isEmpty() ? null : head.checkpoint();
        return new Demand(feed, held, head.refreshedAt(), checkpoint, baseAsOf != null);
    }

    /** It is enough to find the changes that were noticed. @param known when the base was last known to match its sources */
    void findNoticed(Instant known) {
        baseAsOf = known;
    }

    /** The visit saw what was written before then. What the base was known to show before is still shown. */
    void asOf(Instant told) {
        Instant known = baseAsOf;
        Instant later = known == null || known.isBefore(told) ? told : known;
        asOf = later.isBefore(startedAt) ? later.truncatedTo(ChronoUnit.MILLIS) : startedAt;
    }

    /** Whether the rows of the base, if there is one, were made by another definition and none of them can stay. */
    boolean rebuilds() {
        return base == null || !Provenance.isOf(feed, base.head());
    }

    void covers(int databases) {
        pace.covers(databases);
    }

    /** Its rows have the name as those have it that are held: a view has very many rows. */
    Slice.Builder slice(String database) {
        Base from = from();
        return Slice.builder(feed, from == null ? database : from.name(database), room.of(database));
    }

    /** Whether there was no room for all that was found: the visit is of no use. */
    boolean isFull() {
        return room.isFull();
    }

    /** Why the visit is of no use that found no room. */
    RefreshException tooLarge() {
        return room.tooLarge(feed.collection());
    }

    void end() {
        room.end();
    }

    void moved(Slice slice) {
        pace.visited();
        if (room.has(slice.database(), slice.rows())) {
            found.add(slice, pace.covered());
        }
    }

    /** @return false when the change does not tell what the slice is now, and nothing is known of the database yet */
    boolean changed(SliceChange change) {
        Base from = from();
        Optional<SliceChange> resolved = from == null ? Optional.empty() : ChangedSlice.resolve(change, from, feed);
        if (resolved.isEmpty()) {
            return false;
        }
        pace.visited();
        if (room.has(change.database(), resolved.get().put())) {
            found.add(resolved.get(), pace.covered());
        }
        return true;
    }

    void unmoved() {
        pace.visited();
    }

    /** It was read though it did not move; what was not noticed of it is mended now. Says whether there was nothing. */
    boolean reread(Slice slice) {
        Base from = from();
        if (from == null || from.hasSame(slice)) {
            room.giveBack(slice.database());
            unmoved();
            return true;
        }
        moved(slice);
        return false;
    }

    void gone(String database) {
        gone.add(database);
    }

    void failed(String database, Exception cause) {
        room.giveBack(database);
        found.failed(database);
        pace.visited();
        failed.add(database, cause);
    }

    /** Takes back that the database moved: it stays at its last position, behind. Where it is aside, it has none. */
    void setBack(String database, Exception cause) {
        if (found.remove(database) || found.withhold(database)) {
            pace.unvisited();
            failed(database, cause);
        }
    }

    /** Gives a slice that moved other rows. */
    void expanded(Slice slice) {
        if (room.has(slice.database(), slice.rows())) {
            found.whole().replace(slice.database(), slice);
        }
    }

    /** Gives a slice that changed other rows. */
    void expanded(SliceChange change) {
        if (room.has(change.database(), change.put())) {
            found.changes().replace(change.database(), change);
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
        return found.whole().values();
    }

    /** What waits to be put aside, as changes of what is. */
    List<SliceDelta> unstaged() {
        return found.unstaged();
    }

    /** What changed in slices that were not read whole, by database. */
    Map<String, SliceChange> changes() {
        return found.changes();
    }

    /** How many slices the visit found moved, whether or not they were read whole. */
    int movedCount() {
        return before == null ? found.count() : before.movedCount();
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
    Findings rebasedOn(Base.Committed next) {
        boolean later = !next.head().refreshedAt().isBefore(startedAt);
        List<Slice> whole = found.all(dropped());
        Collection<SliceChange> changed = found.aside() == null ? changes().values() : List.of();
        List<Slice> slices = new ArrayList<>(whole);
        slices.removeIf(slice -> !isOurs(slice.database(), slice.position(), next));
        List<SliceChange> ours = new ArrayList<>(changed);
        ours.removeIf(change -> !isOurs(change.database(), change.position(), next));
        boolean overlaps = whole.stream().anyMatch(slice -> isOther(slice.database(), slice.position(), next))
                || changed.stream().anyMatch(change -> isOther(change.database(), change.position(), next))
                || gone.stream().anyMatch(database -> isOther(database, null, next));
        Findings rest = new Findings(this, next, later || overlaps ? next.head().refreshedAt() : asOf);
        rest.partial = overlaps && !later;
        rest.checkpoint = later || overlaps ? next.head().checkpoint() : checkpoint;
        slices.forEach(slice -> rest.found.add(slice, pace.covered()));
        ours.forEach(change -> rest.found.add(change, pace.covered()));
        gone.stream().filter(database -> isOurs(database, null, next)).forEach(rest.gone::add);
        rest.room.takeOver(room);
        return rest;
    }

    private boolean isOurs(String database, @Nullable Position found, Base next) {
        boolean refers = !feed.expand().isEmpty();
        return Provenance.isOurs(heldAt(database), found, next.position(database), refers);
    }

    private boolean isOther(String database, @Nullable Position found, Base next) {
        return Provenance.isOther(heldAt(database), found, next.position(database));
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
        return failed.count() == 0 ? checkpoint : null;
    }

    boolean isEmpty() {
        return found.isEmpty() && gone.isEmpty() && others.isEmpty();
    }

    Set<String> gone() {
        return gone;
    }

    /** Those of which what is aside is not to be in the view. */
    Set<String> dropped() {
        Set<String> dropped = new HashSet<>(gone);
        dropped.addAll(found.withheld());
        return dropped;
    }

    /** Whether there were databases to read, and none of them could be read. */
    boolean readNothing() {
        return failed.count() > 0 && failed.count() >= pace.done();
    }

    Coverage coverage() {
        return new Coverage(asOf, pace.covered(), failed.named(), failed.count(), failed.kinds());
    }

    /** How far the visit is. */
    Pace pace() {
        return pace;
    }
}
