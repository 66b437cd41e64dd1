package dev.matview.core.internal;

import dev.matview.core.FeedDefinition;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshResult;
import dev.matview.core.ViewDelta;
import dev.matview.core.ViewDelta.SliceDelta;
import dev.matview.core.ViewHead;
import dev.matview.core.ViewStore;
import dev.matview.core.ViewStoreException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one view in the store and what readers are served in step.
 *
 * <ol>
 *   <li>The base is the generation the store held when last looked at. A refresh starts from it.
 *   <li>What the refresh found becomes a delta, which is committed if the base is still current.
 *   <li>Committed, the next generation is the base with the delta applied, and is served.
 *   <li>Not committed, another process was faster: the work is discarded, and its generation read and served. It stands
 *       in for the work if it began no earlier, by the clocks of both processes, which are taken to agree.
 * </ol>
 *
 * Thread-safe; the lock is held while the store is asked, so that a commit and following another's do not cross.
 */
final class ViewWriter {

    private final ViewStore store;
    private final StoreKeys keys;
    private final String view;
    private final LiveView live;

    private @Nullable Snapshot base;
    private boolean loaded;
    private boolean dropped;
    /** The generation last committed here, until the store tells of it; else 0. */
    private long own;

    ViewWriter(ViewStore store, StoreKeys keys, String view, LiveView live) {
        this.store = store;
        this.keys = keys;
        this.view = view;
        this.live = live;
    }

    String view() {
        return view;
    }

    /** The generation a refresh starts from, read from the store at the first call; null when there is none. */
    synchronized @Nullable Snapshot load(FeedDefinition feed) {
        if (!loaded) {
            // First: what is served can then be answered with, also while the store is away.
            keys.get();
            base = store.read(view, 0).map(Snapshot::of).orElse(null);
            loaded = true;
            serveBase(feed);
        }
        return base;
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

    /**
     * Commits what a visit found.
     *
     * @return nothing when the work is discarded and what another process committed does not stand in for it: the refresh
     *     is to be repeated
     * @throws RefreshException when no database could be read and there is nothing to keep
     */
    synchronized Optional<RefreshResult> write(Visit visit) {
        FeedDefinition feed = visit.feed();
        if (dropped || visit.base() != base) {
            return discard(visit);
        }
        if (visit.rebuilds() && visit.readNothing()) {
            throw new RefreshException(
                    feed.collection(),
                    "none of " + visit.coverage().behindCount() + " databases could be read, for example "
                            + visit.coverage().behind().entrySet().iterator().next(),
                    null);
        }
        ViewDelta delta = delta(visit);
        if (delta.isEmpty()) {
            live.verify(feed, base, visit.coverage());
            return Optional.of(result(visit, false));
        }
        if (!commit(delta, feed)) {
            return discard(visit);
        }
        base = delta.whole() ? Snapshot.of(delta) : base.apply(delta);
        own = base.head().generation();
        live.publish(feed, base, visit.coverage());
        return Optional.of(result(visit, true));
    }

    private Optional<RefreshResult> discard(Visit visit) {
        boolean standsIn = !dropped
                && base != null
                && isOf(visit.feed(), base)
                && !base.head().refreshedAt().isBefore(visit.startedAt());
        return standsIn ? Optional.of(result(visit, false)) : Optional.empty();
    }

    private ViewDelta delta(Visit visit) {
        long generation = base == null ? 0 : base.head().generation();
        Coverage coverage = visit.coverage();
        ViewHead head = new ViewHead(
                generation + 1,
                visit.feed().fingerprint(),
                visit.startedAt(),
                coverage.databases(),
                coverage.behindCount());
        if (base == null || visit.rebuilds()) {
            return ViewDelta.whole(view, generation, head, visit.moved());
        }
        List<SliceDelta> changes = new ArrayList<>();
        visit.moved().forEach(slice -> changes.add(base.difference(slice)));
        visit.changed()
                .forEach((database, rows) ->
                        changes.add(new SliceDelta(database, base.position(database), rows, Set.of())));
        Set<String> gone = new HashSet<>(visit.gone());
        gone.removeIf(database -> !base.holds(database));
        return new ViewDelta(view, generation, false, head, changes, gone);
    }

    private boolean commit(ViewDelta delta, FeedDefinition feed) {
        boolean committed;
        try {
            committed = store.commit(delta);
        } catch (ViewStoreException unknown) {
            // It may have been committed all the same: only the store can tell.
            loaded = false;
            throw unknown;
        }
        if (!committed) {
            readCurrent(feed);
        }
        return committed;
    }

    private void readCurrent(FeedDefinition feed) {
        Optional<ViewDelta> current = readSinceBase();
        if (current.isEmpty()) {
            // Somebody dropped the view: it is built anew by the next refresh, and served until then.
            base = null;
            return;
        }
        ViewDelta delta = current.get();
        if (base != null && delta.isEmpty() && delta.head().equals(base.head())) {
            return;
        }
        base = base == null || delta.whole() ? Snapshot.of(delta) : base.apply(delta);
        serveBase(feed);
    }

    private Optional<ViewDelta> readSinceBase() {
        if (base == null) {
            return store.read(view, 0);
        }
        long held = base.head().generation();
        Optional<ViewDelta> current = store.read(view, held);
        // One number and two heads are two views: a store that goes by the number cannot tell the difference.
        boolean another = current.isPresent()
                && !current.get().whole()
                && current.get().head().generation() == held
                && !current.get().head().equals(base.head());
        return another ? store.read(view, 0) : current;
    }

    /** Never rows of another definition: they may show what the feed's hides. Those served go on being served. */
    private void serveBase(FeedDefinition feed) {
        if (base != null && isOf(feed, base)) {
            live.publish(feed, base, Coverage.of(base.head()));
        }
    }

    private static boolean isOf(FeedDefinition feed, Snapshot snapshot) {
        return snapshot.head().fingerprint().equals(feed.fingerprint());
    }

    /** Forgets the view in the store; what a refresh under way finds is discarded. */
    synchronized void drop() {
        dropped = true;
        store.drop(view);
    }

    private RefreshResult result(Visit visit, boolean changed) {
        Coverage coverage = visit.coverage();
        Optional<Snapshot> served = live.snapshot();
        return new RefreshResult(
                visit.feed().collection(),
                served.map(snapshot -> snapshot.head().generation()).orElse(0L),
                changed,
                coverage.databases(),
                visit.moved().size(),
                served.map(snapshot -> snapshot.rows().length).orElse(0),
                coverage.behind(),
                coverage.behindCount());
    }
}
