package dev.matview.core.internal.view;

import dev.matview.core.Settings;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.view.LiveView.Served;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The generations that are served no more and still read: for a time by everybody who has a bookmark of them, and as long
 * as somebody holds them. All feeds share one bound; thread-safe.
 *
 * <p>Here a bookmark's generation ends, for one of four reasons; whoever shows the bookmark then is told that it has expired:
 *
 * <ol>
 *   <li>Its time is over: the grace period since another took its place, or since the last who held it let go.
 *   <li>All together are too many rows. The oldest goes first, those that somebody holds last.
 *   <li>Its view is withdrawn, because a later version of matview wrote it.
 *   <li>Its feed is gone, or the feeds are closed.
 * </ol>
 *
 * What is hidden meanwhile is not ended: a feed that has come to ask for ACLs does not show generations without them.
 *
 * <p>What is bounded is what they keep in memory beyond the generations that are served. Those of one feed are a line, the
 * oldest first. A row that leaves the view is kept by the last of the line that has it, and by older ones; counted with the
 * last, each is counted once. With the rows go the references that lead to them and that the next one does not share: a few
 * hundred for a row that changed, whatever there is beside it.
 */
public final class PinnedGenerations {

    /** How many references take as much memory as a row. */
    private static final int REFERENCES_PER_ROW = 100;

    private final Duration grace;
    private final long mostRows;
    private final Scheduler scheduler;

    /** All that are kept, of all lines; guarded by this, as is all that follows. */
    private final List<Kept> all = new ArrayList<>();

    private long rows;

    /** Gives up those whose time is over, also where no generation follows. */
    private Subscription timer = () -> {};

    private boolean armed;

    private static final class Kept {
        private final Line line;
        private final String tag;
        private Served past;
        private Instant until;
        private long weight;

        Kept(Line line, Served past, Instant until) {
            this.line = line;
            this.past = past;
            this.tag = past.generation().tag();
            this.until = until;
        }

        boolean isOver(Instant now) {
            return !until.isAfter(now) && !isHeld();
        }

        boolean isHeld() {
            return line.holders.containsKey(tag);
        }
    }

    public PinnedGenerations(Settings settings, Scheduler scheduler) {
        this.grace = settings.bookmarkGrace();
        this.mostRows = settings.pinnedRows();
        this.scheduler = scheduler;
    }

    /** How many are kept, of all feeds. */
    public synchronized int count() {
        return all.size();
    }

    /** How much they keep in memory, in rows. */
    public synchronized long rows() {
        return rows;
    }

    /** A line of generations, for one feed. */
    public Line line() {
        return new Line();
    }

    /** The earlier generations of one feed. Thread-safe. */
    final class Line {

        private final List<Kept> kept = new ArrayList<>();
        /** By tag: of those that are kept, and of the one that is served. */
        private final Map<String, Integer> holders = new HashMap<>();

        /** The one that took the place of the last that is kept; null while none was ever kept. */
        private @Nullable Served served;

        private boolean closed;

        private Line() {}

        /** Keeps the generation that the other has taken the place of. */
        void replaced(Served past, Served by) {
            long weight = weight(past, by);
            synchronized (PinnedGenerations.this) {
                if (closed) {
                    return;
                }
                Kept next = new Kept(this, past, scheduler.instant().plus(grace));
                next.weight = weight;
                rows += weight;
                kept.add(next);
                all.add(next);
                served = by;
                trim();
            }
        }

        /** What is served is served with other indexes: nothing is kept of those that went. */
        void redefined(Served now) {
            synchronized (PinnedGenerations.this) {
                if (closed || served == null) {
                    return;
                }
                served = now;
                for (int at = kept.size() - 1; at >= 0; at--) {
                    Kept one = kept.get(at);
                    one.past = one.past.withIndexesOf(now);
                    rows -= one.weight;
                    one.weight = weight(one.past, generation(at + 1));
                    rows += one.weight;
                }
                trim();
            }
        }

        /** Gives up all it keeps. */
        void clear() {
            synchronized (PinnedGenerations.this) {
                List.copyOf(kept).forEach(PinnedGenerations.this::giveUp);
                served = null;
                trim();
            }
        }

        /** Gives up all it keeps, and keeps nothing more. */
        void close() {
            synchronized (PinnedGenerations.this) {
                closed = true;
                clear();
            }
        }

        /** The generation of that tag, if it is kept. */
        Optional<Served> find(String tag) {
            synchronized (PinnedGenerations.this) {
                Instant now = scheduler.instant();
                return kept.stream()
                        .filter(one -> one.tag.equals(tag) && !one.isOver(now))
                        .map(one -> one.past)
                        .findFirst();
            }
        }

        /** Keeps the generation of that tag, whether served or not, until the result is closed, and then as if it just ended. */
        Subscription hold(String tag) {
            synchronized (PinnedGenerations.this) {
                holders.merge(tag, 1, Integer::sum);
            }
            AtomicBoolean released = new AtomicBoolean();
            return () -> {
                if (released.compareAndSet(false, true)) {
                    release(tag);
                }
            };
        }

        /** The generation at that place in the line, at whose end is the one that is served. */
        private Served generation(int at) {
            return at < kept.size()
                    ? kept.get(at).past
                    : Objects.requireNonNull(served, "what a generation that was kept made place for");
        }

        private void release(String tag) {
            synchronized (PinnedGenerations.this) {
                holders.computeIfPresent(tag, (held, count) -> count == 1 ? null : count - 1);
                Instant until = scheduler.instant().plus(grace);
                kept.stream().filter(one -> one.tag.equals(tag)).forEach(one -> one.until = until);
                trim();
            }
        }
    }

    private static long weight(Served past, Served next) {
        Generation generation = past.generation();
        if (!generation.isInHeap()) {
            // Its store keeps what it has.
            return 1;
        }
        long references = generation.referencesNotSharedWith(next.generation())
                + past.indexes().referencesNotSharedWith(next.indexes());
        return generation.notSharedWith(next.generation()).size() + references / REFERENCES_PER_ROW + 1;
    }

    /** Gives up those whose time is over, and while they are too many the oldest, those that somebody holds last. */
    private synchronized void trim() {
        Instant now = scheduler.instant();
        all.stream().filter(one -> one.isOver(now)).toList().forEach(this::giveUp);
        if (rows > mostRows) {
            List<Kept> oldestFirst = new ArrayList<>(all);
            oldestFirst.sort(Comparator.comparing(Kept::isHeld));
            for (int i = 0; i < oldestFirst.size() && rows > mostRows; i++) {
                giveUp(oldestFirst.get(i));
            }
        }
        arm(now);
    }

    /**
     * Has those whose time comes first given up then. Times only move on: one that was set before is never too late, and is
     * not set anew whenever somebody lets go. One that was too early looks again.
     */
    private void arm(Instant now) {
        if (all.isEmpty()) {
            timer.close();
            armed = false;
        } else if (!armed) {
            all.stream()
                    .filter(one -> !one.isHeld())
                    .map(one -> one.until)
                    .min(Comparator.naturalOrder())
                    .ifPresent(next -> {
                        armed = true;
                        // Not a fraction of a millisecond too early, as executors count them.
                        timer = scheduler.schedule(Duration.between(now, next).plusMillis(1), this::timeIsOver);
                    });
        }
    }

    private synchronized void timeIsOver() {
        armed = false;
        trim();
    }

    private void giveUp(Kept one) {
        List<Kept> line = one.line.kept;
        int at = line.indexOf(one);
        line.remove(at);
        all.remove(one);
        rows -= one.weight;
        if (at > 0) {
            // The one before is now the last that has the rows it shared with this one.
            Kept before = line.get(at - 1);
            rows -= before.weight;
            before.weight = weight(before.past, one.line.generation(at));
            rows += before.weight;
        }
    }
}
