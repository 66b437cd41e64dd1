package dev.matview.core.internal.refresh;

import dev.matview.core.event.Episode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.SnapshotStage;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A build that is held in the heap as the generation that it becomes, and the store keeps the same, so that the next build of the
 * view goes on there.
 * Where the store has it no more, because another process builds the same view, this one goes on in memory alone. A store that
 * does not answer is given with the next portion what it perhaps has not got.
 */
final class StagedBuild implements Build {

    private static final Logger log = LoggerFactory.getLogger(StagedBuild.class);

    /** How many bytes of rows wait at most, and a slice for each thread that reads. */
    static final long BATCH_BYTES = 32L << 20;

    /** How long what was found may wait: what a restart loses. */
    static final Duration BATCH_TIME = Duration.ofSeconds(15);

    /** How many portions the store may be behind before it is left alone. */
    private static final int MOST_UNKEPT = 20;

    private final ViewStore store;
    private final String view;
    private final FeedDefinition feed;
    private final long base;
    private final InstantSource clock;
    private final Instant startedAt;

    /** Null when it is of no use any more, or is to be opened again. */
    private volatile @Nullable ViewStage stage;

    private boolean givenUp;
    /** What the store is known to have. */
    private @Nullable ViewHead kept;
    /** Portions that the store has perhaps not got, since it did not answer. To put one aside twice does no harm. */
    private final List<ViewDelta> unkept = new ArrayList<>();

    private volatile @Nullable Snapshot aside;
    private volatile Instant last;
    /** Of the store, while it is asked to take portions. */
    private final Episode unanswered;

    private StagedBuild(
            ViewStore store, String view, FeedDefinition feed, long base, ViewStage stage, InstantSource clock) {
        this.store = store;
        this.view = view;
        this.feed = feed;
        this.base = base;
        this.stage = stage;
        this.clock = clock;
        this.unanswered = new Episode(StagedBuild.class, clock);
        // Milliseconds, as stores keep them.
        this.startedAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        this.last = startedAt;
    }

    /**
     * Begins where the last one left off.
     *
     * @param base the generation that it takes the place of; 0 for none
     * @return null when the store puts nothing aside
     */
    static @Nullable StagedBuild open(
            ViewStore store, String view, FeedDefinition feed, long base, InstantSource clock) {
        try {
            return store.stage(view, base, feed.fingerprint())
                    .map(stage -> new StagedBuild(store, view, feed, base, stage, clock))
                    .orElse(null);
        } catch (ViewStoreException e) {
            log.warn("{}: it is built without putting anything aside: {}", feed.collection(), e.getMessage());
            return null;
        }
    }

    @Override
    public synchronized void resume(RowRoom room) {
        ViewHead head = stage == null ? null : stage.head().orElse(null);
        if (stage == null || head == null || !room.takeAside(head.bytes())) {
            return;
        }
        long more = -head.bytes();
        try {
            Snapshot found = Snapshot.built(null, stage.read());
            log.info(
                    "{}: the build goes on after {} rows of {} databases",
                    feed.collection(),
                    found.size(),
                    found.positions().size());
            more += found.bytes();
            aside = found;
            kept = head;
        } catch (ViewStoreException e) {
            giveUp(e.getMessage());
        } finally {
            room.putAside(List.of(), more);
        }
    }

    @Override
    public @Nullable Snapshot aside() {
        return aside;
    }

    @Override
    public boolean isDue(long bytes) {
        return bytes >= portion() || Duration.between(last, clock.instant()).compareTo(BATCH_TIME) >= 0;
    }

    /**
     * Each portion leads all through what is aside. A store in this heap takes as much at once as it has: it holds nothing
     * beside the rows, and with many small ones a large view would cost far more.
     */
    private long portion() {
        Snapshot all = aside;
        return stage instanceof SnapshotStage && all != null ? Math.max(BATCH_BYTES, all.bytes()) : BATCH_BYTES;
    }

    @Override
    public synchronized long add(List<SliceDelta> changes, int databases) {
        Snapshot before = aside;
        Snapshot.Totals totals = before == null ? Snapshot.totalsOf(changes) : before.totalsAfter(changes, Set.of());
        ViewHead head = new ViewHead(
                base + 1,
                feed.fingerprint(),
                startedAt,
                databases,
                0,
                totals.documentsLeftOut(),
                totals.bytes(),
                ViewHead.FORMAT,
                null);
        ViewDelta more = new ViewDelta(view, base, true, head, changes, Set.of());
        Snapshot next = Snapshot.built(before, more);
        aside = next;
        keep(more);
        last = clock.instant();
        return next.bytes() - (before == null ? 0 : before.bytes());
    }

    private void keep(ViewDelta more) {
        if (!givenUp) {
            unkept.add(more);
            keepAll();
        }
    }

    private void keepAll() {
        try {
            ViewStage open = stage == null ? reopened() : stage;
            stage = open;
            while (open != null && !unkept.isEmpty() && add(open, unkept.get(0))) {
                kept = unkept.remove(0).head();
            }
            unanswered.ends("{}: portions are put aside again", feed.collection());
            if (!unkept.isEmpty()) {
                giveUp("another process builds it");
            }
        } catch (ViewStoreException e) {
            stage = null;
            if (unkept.size() < MOST_UNKEPT) {
                unanswered.begins(
                        e, "{}: a portion is put aside with the next one: {}", feed.collection(), e.getMessage());
            } else {
                giveUp(e.getMessage());
            }
        }
    }

    private boolean add(ViewStage open, ViewDelta portion) {
        Snapshot all = aside;
        return open instanceof SnapshotStage heap && all != null ? heap.hold(all) : open.add(portion);
    }

    /** The stage, after the store did not answer; null when it is not as it was left. */
    private @Nullable ViewStage reopened() {
        ViewStage open = store.stage(view, base, feed.fingerprint()).orElse(null);
        if (open == null) {
            return null;
        }
        ViewHead found = open.head().orElse(null);
        return Objects.equals(found, kept) || unkept.get(0).head().equals(found) ? open : null;
    }

    private void giveUp(@Nullable String why) {
        log.warn("{}: the build goes on without putting anything aside: {}", feed.collection(), why);
        stage = null;
        givenUp = true;
        unkept.clear();
    }

    @Override
    public @Nullable Snapshot commit(ViewDelta rest) {
        // Made before anything is written.
        Snapshot whole = Snapshot.built(aside, rest);
        return commit(rest, whole) ? whole : null;
    }

    /**
     * Commits what is aside with the rest.
     *
     * @param whole what both amount to
     */
    synchronized boolean commit(ViewDelta rest, Snapshot whole) {
        if (!unkept.isEmpty()) {
            keepAll();
        }
        if (stage instanceof SnapshotStage heap
                ? heap.commit(rest, whole)
                : stage != null && aside != null && stage.commit(rest)) {
            return true;
        }
        return store.commit(new ViewDelta(
                view, rest.base(), true, whole.head(), whole.whole().slices(), Set.of()));
    }
}
