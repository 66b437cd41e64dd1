package dev.matview.core.internal.refresh;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.keep.PagedKeeping;
import dev.matview.core.internal.keep.RowIndexing;
import dev.matview.core.internal.keep.StoredAside;
import dev.matview.core.internal.keep.StoredGeneration;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A build whose rows are in the store alone. What a portion makes is known here only once the store has it. A store that does not
 * answer is asked a few times more, for as long as it takes to say so; then the visit is of no use, and the next one goes on after
 * what is aside.
 */
final class PagedBuild implements Build {

    private static final Logger log = LoggerFactory.getLogger(PagedBuild.class);

    /** How often a portion is given to a store that does not answer. */
    private static final int TRIES = 5;

    private final PagedKeeping keeping;
    private final String view;
    private final FeedDefinition feed;
    private final RowIndexing indexing;
    private final long base;
    private final InstantSource clock;
    private final Instant startedAt;

    private PagedViewStage stage;
    private volatile @Nullable StoredAside aside;
    private volatile Instant last;

    private PagedBuild(
            PagedKeeping keeping,
            String view,
            FeedDefinition feed,
            long base,
            PagedViewStage stage,
            InstantSource clock) {
        this.keeping = keeping;
        this.view = view;
        this.feed = feed;
        this.indexing = keeping.indexing(feed);
        this.base = base;
        this.stage = stage;
        this.clock = clock;
        // Milliseconds, as stores keep them.
        this.startedAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        this.last = startedAt;
    }

    /**
     * Begins where the last one left off.
     *
     * @param base the generation that it takes the place of; 0 for none
     * @return null when another generation is current by now: what is found is then of no use
     * @throws ViewStoreException when the store cannot be reached
     */
    static @Nullable PagedBuild open(
            PagedKeeping keeping, String view, FeedDefinition feed, long base, InstantSource clock) {
        return keeping.stage(base, feed)
                .map(stage -> new PagedBuild(keeping, view, feed, base, stage, clock))
                .orElse(null);
    }

    @Override
    public synchronized void resume(RowRoom room) {
        ViewHead head = stage.head().orElse(null);
        if (head != null) {
            StoredAside found = StoredAside.of(view, head, stage);
            aside = found;
            log.info(
                    "{}: the build goes on after {} rows of {} databases",
                    feed.collection(),
                    stage.rows(),
                    found.positions().size());
        }
    }

    @Override
    public @Nullable StoredAside aside() {
        return aside;
    }

    @Override
    public boolean isDue(long bytes) {
        return bytes >= StagedBuild.BATCH_BYTES
                || Duration.between(last, clock.instant()).compareTo(StagedBuild.BATCH_TIME) >= 0;
    }

    @Override
    public synchronized long add(List<SliceDelta> changes, int databases) {
        StoredAside before = aside;
        Snapshot.Totals totals = before == null ? Snapshot.totalsOf(changes) : before.totalsAfter(changes, Set.of());
        ViewHead head = new ViewHead(
                base + 1,
                feed.fingerprint(),
                startedAt,
                databases,
                0,
                totals.documentsLeftOut(),
                0,
                ViewHead.FORMAT,
                null);
        ViewDelta more = new ViewDelta(view, base, true, head, changes, Set.of());
        if (!give(more, before)) {
            throw new ViewStoreException("another process builds view " + view);
        }
        aside = before == null
                ? StoredAside.first(more, stage)
                : before.on(stage).after(more);
        last = clock.instant();
        return 0;
    }

    /** Gives a portion to the store, if nobody else builds the view; to put one aside twice does no harm. */
    private boolean give(ViewDelta more, @Nullable StoredAside before) {
        for (int left = TRIES; ; left--) {
            try {
                return (left == TRIES || isReopened(before, more)) && stage.add(more, indexing);
            } catch (ViewStoreException e) {
                if (left == 1) {
                    throw e;
                }
                log.debug("{}: a portion is put aside again: {}", feed.collection(), e.getMessage());
            }
        }
    }

    /** Opens the stage again; says whether it is as it was left, or as the portion has it. */
    private boolean isReopened(@Nullable StoredAside before, ViewDelta more) {
        PagedViewStage open = keeping.stage(base, feed).orElse(null);
        ViewHead found = open == null ? null : open.head().orElse(null);
        boolean isOurs = Objects.equals(found, before == null ? null : before.head())
                || more.head().equals(found);
        if (open == null || !isOurs) {
            return false;
        }
        stage = open;
        return true;
    }

    @Override
    public synchronized @Nullable StoredGeneration commit(ViewDelta rest) {
        if (aside == null) {
            return keeping.commit(feed, null, rest);
        }
        return stage.commit(rest, indexing) ? keeping.committed(null, rest) : null;
    }
}
