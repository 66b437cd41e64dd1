package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus.Behind;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.core.RefreshResult.RowChanges;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.keep.Keeping;
import dev.matview.core.internal.keep.PagedKeeping;
import dev.matview.core.internal.read.StoreKeys;
import dev.matview.core.internal.view.Base;
import dev.matview.core.internal.view.Coverage;
import dev.matview.core.internal.view.LiveView;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewFormatException;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one view in the store and what readers are served in step.
 *
 * <ol>
 *   <li>The base is the generation the store held when last looked at. A refresh starts from it.
 *   <li>What the refresh found becomes a delta, which is committed if the base is still current.
 *   <li>Committed, the next generation is the base with the delta applied, and is served.
 *   <li>Not committed, another process was faster: its generation is read and served, and is the base from now on. What was
 *       found of slices that it did not move is {@linkplain Findings#rebasedOn rebased} and tried again; the rest is
 *       discarded. What it found stands in for that if it began no earlier, by the clocks of both processes, which are
 *       taken to agree.
 *   <li>A generation of an older format is no base: its rows are not read, and all of it is replaced. One of a newer
 *       format ends it: nothing is served any more, written or dropped, until the store has something else.
 * </ol>
 *
 * Thread-safe; the lock is held while the store is asked, so that a commit and following another's do not cross.
 */
final class ViewWriter {

    private static final Logger log = LoggerFactory.getLogger(ViewWriter.class);

    /** How many commits in a row may be lost before all is read again. */
    private static final int MAX_LOST = 5;

    private final ViewStore store;
    private final StoreKeys keys;
    private final ViewMemory memory;
    private final String view;
    private final LiveView live;
    private final ReferenceIndex references = new ReferenceIndex();
    /** Some of the databases that the last visit could not read. */
    volatile List<Behind> behind = List.of();

    private final Keeping keeping;

    private Base.@Nullable Committed base;
    /** The number of the generation the store held, also of one that is no base; 0 for none. */
    private long generation;

    private volatile @Nullable ViewFormatException refusal;
    private boolean loaded;
    private boolean dropped;
    /** The generation last committed here, until the store tells of it; else 0. */
    private long own;

    ViewWriter(ViewStore store, Keeping keeping, StoreKeys keys, ViewMemory memory, String view, LiveView live) {
        this.store = store;
        this.keeping = keeping;
        this.keys = keys;
        this.memory = memory;
        this.view = view;
        this.live = live;
    }

    String view() {
        return view;
    }

    /** Which rows refer to which documents, of the generations that refreshes start from. */
    ReferenceIndex references() {
        return references;
    }

    /** Why the view is left alone: a later version of matview wrote it; null when it is not. */
    public @Nullable ViewFormatException refusal() {
        return refusal;
    }

    /**
     * The generation a refresh starts from, read from the store at the first call; null when there is none.
     *
     * @throws ViewFormatException when a later version of matview wrote the view
     */
    synchronized Base.@Nullable Committed load(FeedDefinition feed) {
        if (!loaded) {
            // First: what is served can then be answered with, also while the store is away.
            keys.get();
            base = null;
            generation = 0;
            readCurrent(feed);
            loaded = true;
        }
        return base;
    }

    /**
     * The same, with where its slices stand. Where the store has gone on meanwhile, it is what it has now.
     *
     * @throws ViewFormatException as {@link #load}
     */
    synchronized Base.@Nullable Committed start(FeedDefinition feed) {
        Base.Committed start = load(feed);
        try {
            return requirePositions(start);
        } catch (PastGenerationException overtaken) {
            readCurrent(feed);
            return requirePositions(base);
        }
    }

    private static Base.@Nullable Committed requirePositions(Base.@Nullable Committed start) {
        if (start != null) {
            start.positions();
        }
        return start;
    }

    /** The generation of that tag, where the store keeps earlier ones; needs no lock, and waits for the store. */
    Optional<Served> kept(FeedDefinition feed, String tag) {
        return keeping.kept(feed, tag).map(generation -> LiveView.past(feed, generation));
    }

    /** What is put aside of a view that is built for the first time, or anew; null when nothing is. */
    synchronized @Nullable Build build(FeedDefinition feed, InstantSource clock) {
        if (dropped) {
            return null;
        }
        return keeping instanceof PagedKeeping paged
                ? PagedBuild.open(paged, view, feed, generation, clock)
                : StagedBuild.open(store, view, feed, generation, clock);
    }

    /** Whether a row of the feed can be kept at all; needs no lock. */
    boolean fits(FeedDefinition feed, Row row) {
        return keeping.fits(feed, row);
    }

    /** What that generation says of itself. */
    @Nullable
    ViewHead loadHead(FeedDefinition feed) {
        Base.Committed stored = load(feed);
        return stored == null ? null : stored.head();
    }

    /**
     * Serves the store's generation after it told of one. Its number does not say whether that is later than the base: a
     * view that was forgotten and built anew counts from 1 again. What the store has now does, whichever it told of.
     */
    synchronized void follow(FeedDefinition feed, long told) {
        boolean mine = told == own;
        own = 0;
        if (dropped) {
            return;
        }
        if (!loaded) {
            load(feed);
        } else if (!mine) {
            readCurrent(feed);
        }
    }

    /** What became of findings. */
    sealed interface Outcome {

        /** They are committed, or there was nothing to commit. */
        record Done(RefreshResult result) implements Outcome {}

        /** A commit was lost. This is left to be expanded and written: it stands on the generation that won. */
        record Rebased(Findings rest) implements Outcome {}

        /** Some were discarded, and what is there instead does not stand in for them: the refresh is to be repeated. */
        record Overtaken() implements Outcome {}
    }

    /**
     * Commits what a visit found.
     *
     * @throws RefreshException when no database could be read and there is nothing to keep, or what was found is more
     *     than memory has room for
     */
    synchronized Outcome write(Findings visit) {
        FeedDefinition feed = visit.feed();
        if (visit.isFull()) {
            throw visit.tooLarge();
        }
        if (dropped || visit.base() != base) {
            return lost(visit);
        }
        if (visit.rebuilds() && visit.readNothing()) {
            throw new RefreshException(
                    feed.collection(),
                    "none of " + visit.coverage().behindCount() + " databases could be read, for example "
                            + visit.coverage().example(),
                    null);
        }
        Base.Committed before = base;
        ViewDelta delta = delta(visit);
        if (before != null && delta.isEmpty()) {
            live.verify(feed, before, visit.coverage());
            return ended(visit, false, RowChanges.NONE);
        }
        Build build = visit.build();
        Base.Committed next =
                commit(feed, () -> build == null ? keeping.commit(feed, before, delta) : build.commit(delta));
        if (next == null) {
            return lost(visit);
        }
        hold(next);
        generation = next.head().generation();
        own = generation;
        live.publish(feed, next, visit.coverage());
        return ended(visit, true, next.rowChanges(before, delta));
    }

    private Outcome ended(Findings visit, boolean changed, RowChanges rows) {
        behind = visit.coverage().behind();
        return visit.isPartial()
                ? new Outcome.Overtaken()
                : new Outcome.Done(StatusReport.result(visit, live.served(), changed, rows));
    }

    private Outcome lost(Findings visit) {
        if (dropped
                || base == null
                || !Provenance.isOf(visit.feed(), base.head())
                || !visit.found().canBeRebased()) {
            return new Outcome.Overtaken();
        }
        boolean standsIn = !base.head().refreshedAt().isBefore(visit.startedAt());
        if (visit.lost() == MAX_LOST) {
            return standsIn ? ended(visit, false, RowChanges.NONE) : new Outcome.Overtaken();
        }
        Findings rest = visit.rebasedOn(base);
        return rest.isEmpty() && standsIn ? ended(rest, false, RowChanges.NONE) : new Outcome.Rebased(rest);
    }

    private ViewDelta delta(Findings visit) {
        if (base == null || visit.rebuilds()) {
            return rebuilt(visit);
        }
        List<SliceDelta> changes = new ArrayList<>(base.differences(visit.moved(), visit.changes(), visit.others()));
        changes.removeIf(base::isAfter);
        Set<String> gone = new HashSet<>(visit.gone());
        gone.removeIf(database -> !base.holds(database));
        ViewHead head = head(visit, base.totalsAfter(changes, gone));
        return new ViewDelta(view, generation, false, head, changes, gone);
    }

    /** All there is, beside what is aside. */
    private ViewDelta rebuilt(Findings visit) {
        Build build = visit.build();
        Base aside = build == null ? null : build.aside();
        List<SliceDelta> changes = visit.unstaged();
        Set<String> gone = visit.dropped();
        gone.removeIf(database -> aside == null || !aside.holds(database));
        Snapshot.Totals totals = aside == null ? Snapshot.totalsOf(changes) : aside.totalsAfter(changes, gone);
        return new ViewDelta(view, generation, true, head(visit, totals), changes, gone);
    }

    private ViewHead head(Findings visit, Snapshot.Totals totals) {
        Coverage coverage = visit.coverage();
        return new ViewHead(
                generation + 1,
                visit.feed().fingerprint(),
                visit.asOf(),
                coverage.databases(),
                coverage.behindCount(),
                totals.documentsLeftOut(),
                keeping.isInHeap() ? totals.bytes() : 0,
                ViewHead.FORMAT,
                visit.checkpoint());
    }

    private Base.@Nullable Committed commit(FeedDefinition feed, Supplier<Base.@Nullable Committed> commit) {
        Base.Committed next;
        try {
            next = commit.get();
        } catch (ViewFormatException e) {
            throw refuse(e);
        } catch (ViewStoreException unknown) {
            // It may have been committed all the same: only the store can tell.
            loaded = false;
            throw unknown;
        }
        if (next == null) {
            readCurrent(feed);
        }
        return next;
    }

    /** Reads and serves what the store has now. */
    private void readCurrent(FeedDefinition feed) {
        try {
            Base.Committed before = base;
            Keeping.Found found = keeping.read(feed.collection(), before);
            generation = found.generation();
            base = found.base();
            if (base != null && base != before) {
                hold(base);
                serveBase(feed);
            }
            refusal = null;
        } catch (ViewFormatException e) {
            throw refuse(e);
        }
    }

    private ViewFormatException refuse(ViewFormatException newer) {
        base = null;
        generation = 0;
        loaded = false;
        refusal = newer;
        live.withdraw();
        memory.forget(view);
        return newer;
    }

    private void hold(Base.Committed next) {
        base = next;
        memory.hold(view, next.bytes());
    }

    /** Never rows of another definition: they may show what the feed's hides. Those served go on being served. */
    private void serveBase(FeedDefinition feed) {
        if (base != null && Provenance.isOf(feed, base.head())) {
            if (base.head().behind() == 0) {
                // Those were read meanwhile, by this process or another.
                behind = List.of();
            }
            live.publish(feed, base, Coverage.of(base.head(), behind));
        }
    }

    /** Has what is served read by the definition, where it differs from that of its rows in indexes alone. */
    synchronized void reindex(FeedDefinition feed) {
        if (!dropped) {
            live.reindex(feed);
        }
    }

    /** Forgets the view in the store, unless a later version wrote it; what a refresh under way finds is discarded. */
    synchronized void drop() {
        dropped = true;
        memory.forget(view);
        try {
            Optional<ViewHead> head = store.head(view);
            if (head.isPresent() && head.get().format() > ViewHead.FORMAT) {
                throw new ViewFormatException(view, head.get().format(), ViewHead.FORMAT);
            }
            store.drop(view);
        } catch (ViewFormatException e) {
            log.warn("A view that no feed has any more stays: {}", e.getMessage());
        }
    }
}
