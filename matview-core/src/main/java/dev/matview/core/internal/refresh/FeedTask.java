package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus;
import dev.matview.core.RefreshResult;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.refresh.RetryingTasks.Errand;
import dev.matview.core.internal.view.LiveView;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.spi.ViewHead;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the worker knows of one feed. Guarded by the worker's lock, but for what is volatile or says otherwise. */
public final class FeedTask {

    private static final Logger log = LoggerFactory.getLogger(FeedTask.class);

    private final LiveView live;
    private final Timetable timetable;
    private volatile FeedDefinition feed;
    private volatile ViewWriter writer;

    /** Null until the stored generation was looked for; the feed is not refreshed before. */
    private @Nullable Instant due;

    private volatile @Nullable RunningRefresh running;
    private boolean removed;
    private @Nullable Instant lastStart;
    /** Whether a database changed since the last refresh started. */
    private boolean changed;

    private int failures;
    private @Nullable String lastFailure;
    /** How many refreshes in a row left databases behind. */
    private int behind;
    /** How many refreshes in a row lost their commit to older work. */
    private int overtaken;

    private Subscription storeWatch = () -> {};
    /** Serves what others commit. */
    private final Errand following;
    /** Has what is served read by the definition in force, where only its indexes are others. */
    private final Errand indexing;
    /** The generation the store told of last. */
    private volatile long told;

    /** Those who wait for a refresh that has not begun. */
    private final List<CompletableFuture<RefreshResult>> waiting = new ArrayList<>();
    /** Those among readers: they do not make the feed due at once. */
    private final Set<CompletableFuture<RefreshResult>> readers = new LinkedHashSet<>();

    FeedTask(FeedDefinition feed, LiveView live, ViewWriter writer, Timetable timetable, RetryingTasks errands) {
        this.feed = feed;
        this.live = live;
        this.writer = writer;
        this.timetable = timetable;
        this.following = errands.errand(
                feed.collection() + ": a committed generation cannot be read",
                () -> this.writer.follow(this.feed, told));
        this.indexing = errands.errand(
                feed.collection() + ": its indexes cannot be made", () -> this.writer.reindex(this.feed));
    }

    /** As it is defined now; needs no lock. */
    public FeedDefinition feed() {
        return feed;
    }

    LiveView live() {
        return live;
    }

    ViewWriter writer() {
        return writer;
    }

    boolean isContinuous() {
        return feed.refresh().continuous();
    }

    /** The store has that generation now; needs no lock. */
    void committed(long generation) {
        told = generation;
        following.request();
    }

    /** Indexes are to make room for rows, as far as they have to; needs no lock. */
    void yieldIndexes() {
        indexing.request();
    }

    /** What readers are shown; needs no lock. */
    public Optional<Served> served() {
        return live.served().filter(this::isShown);
    }

    /** What readers are shown who have a bookmark with that tag; needs no lock. */
    public Optional<Served> generation(String tag) {
        return live.generation(tag).filter(this::isShown);
    }

    private boolean isShown(Served generation) {
        return Provenance.mayBeShown(feed, generation);
    }

    /** Keeps the generation of this tag, served or pinned, until the result is closed; needs no lock. */
    public Subscription hold(String tag) {
        return live.hold(tag);
    }

    /** Takes over a changed definition, of the same view. */
    void redefine(FeedDefinition next, Instant now) {
        FeedDefinition before = feed;
        feed = next;
        if (!Provenance.hasSameIndexes(before, next)) {
            indexing.request();
        }
        if (!Provenance.isSame(before, next)) {
            log.info("{}: the definition changed, the view is rebuilt", next.collection());
            bringForward(now);
        } else if (!before.refresh().equals(next.refresh()) && lastStart != null) {
            // What changed while the feed was not continuous, nobody told it.
            reschedule(
                    isContinuous()
                            ? timetable.afterChange(next.refresh(), lastStart, now)
                            : timetable.next(next.refresh(), lastStart, now));
        }
    }

    /** Has another view from now on, which is to be loaded. */
    void move(FeedDefinition next, ViewWriter other) {
        feed = next;
        writer = other;
        unload();
    }

    /** Ends it. A refresh under way goes on, for those who asked for it. */
    List<CompletableFuture<RefreshResult>> remove() {
        removed = true;
        unload();
        live.close();
        following.cancel();
        indexing.cancel();
        List<CompletableFuture<RefreshResult>> left = new ArrayList<>(waiting);
        waiting.clear();
        left.addAll(readers);
        readers.clear();
        if (running != null) {
            left.addAll(running.takeReaders());
        }
        return left;
    }

    private void unload() {
        due = null;
        storeWatch.close();
    }

    /**
     * What the store holds was looked for; a watch that is of no use is closed.
     *
     * @param from whose view it is
     */
    void loaded(ViewWriter from, @Nullable ViewHead head, Subscription watch, Instant now) {
        if (removed || writer != from || due != null) {
            watch.close();
            return;
        }
        storeWatch = watch;
        if (head != null && Provenance.isOf(feed, head) && !isAwaited()) {
            due = timetable.first(feed.refresh(), head.refreshedAt(), now);
        } else {
            due = now;
        }
    }

    /** Due then, if it was due later. */
    private void bringForward(Instant time) {
        if (due != null && time.isBefore(due)) {
            due = time;
        }
    }

    private void reschedule(Instant time) {
        if (due != null) {
            due = time;
        }
    }

    /** When its next refresh is to begin; null while one is under way, or it is not loaded. */
    @Nullable
    Instant due() {
        return running == null ? due : null;
    }

    boolean isDue(Instant now) {
        Instant time = due();
        return time != null && !time.isAfter(now);
    }

    /** Whether it may join a visit that others are due for. */
    boolean isAlmostDue(Instant now) {
        Instant time = due();
        return time != null
                && isUndisturbed()
                && !time.minus(timetable.early(feed.refresh())).isAfter(now);
    }

    private boolean isUndisturbed() {
        return failures == 0 && overtaken == 0;
    }

    RunningRefresh begin(Instant now) {
        changed = false;
        lastStart = now;
        RunningRefresh begun = new RunningRefresh(this, feed, writer, now, waiting, readers);
        waiting.clear();
        readers.clear();
        running = begun;
        return begun;
    }

    /** @return those who need not wait any longer, as of the other ends */
    List<CompletableFuture<RefreshResult>> succeeded(RunningRefresh ended, int behindCount, Instant now) {
        failures = 0;
        lastFailure = null;
        overtaken = 0;
        behind = behindCount == 0 ? 0 : behind + 1;
        return end(ended, false, now);
    }

    List<CompletableFuture<RefreshResult>> failed(RunningRefresh ended, String reason, Instant now) {
        failures++;
        lastFailure = reason;
        overtaken = 0;
        return end(ended, false, now);
    }

    List<CompletableFuture<RefreshResult>> overtaken(RunningRefresh ended, Instant now) {
        failures = 0;
        lastFailure = null;
        overtaken++;
        return end(ended, true, now);
    }

    /**
     * Sets when the feed is due next. Whoever waited for a definition that has changed meanwhile waits on, as does who
     * waited for work that was discarded: unless the feed was removed, which leaves them among the done.
     */
    private List<CompletableFuture<RefreshResult>> end(RunningRefresh ended, boolean discarded, Instant now) {
        running = null;
        List<CompletableFuture<RefreshResult>> done = ended.takeWaiting();
        if (removed) {
            return done;
        }
        boolean superseded = writer != ended.writer() || !Provenance.isSame(feed, ended.feed());
        if (superseded || discarded) {
            waiting.addAll(done);
            done.clear();
        }
        if (!superseded && !Provenance.hasSameIndexes(ended.feed(), feed)) {
            // It may have served by the definition that it began with.
            indexing.request();
        }
        reschedule(superseded ? now : next(ended.begunAt(), now));
        return done;
    }

    /** When a feed whose refresh has ended, which began then, is due again. */
    private Instant next(Instant begunAt, Instant now) {
        if (overtaken > 0) {
            // At once, and not each time: nodes that overtake one another for ever would do nothing else.
            return overtaken == 1 ? now : timetable.afterFailure(overtaken - 1, now);
        }
        if (isAwaited()) {
            return now;
        }
        if (failures > 0) {
            return timetable.afterFailure(failures, now);
        }
        Instant next = timetable.next(feed.refresh(), begunAt, now);
        if (behind > 0) {
            next = earlier(next, timetable.afterFailure(behind, now));
        }
        if (!readers.isEmpty()) {
            next = earlier(next, timetable.afterReader(feed.refresh(), begunAt, now));
        }
        return changed ? earlier(next, timetable.afterChange(feed.refresh(), begunAt, now)) : next;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** Has somebody wait for a refresh that begins after this, and makes the feed due. */
    void await(CompletableFuture<RefreshResult> future, Instant now) {
        waiting.add(future);
        bringForward(now);
    }

    private boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** Whether the generation that is served was known to match its sources within that time before now; needs no lock. */
    boolean isYoungerThan(Duration age, Instant now) {
        return served().filter(generation -> isWithin(generation.coverage().verifiedAt(), age, now))
                .isPresent();
    }

    /**
     * Has a reader wait for the refresh under way, if it began within that time, or for the next one, which then comes as
     * soon as it may.
     */
    void awaitYounger(CompletableFuture<RefreshResult> reader, Duration age, Instant now) {
        if (running != null && isWithin(running.begunAt(), age, now)) {
            running.join(reader);
            return;
        }
        readers.add(reader);
        if (running == null && isUndisturbed()) {
            bringForward(lastStart == null ? now : timetable.afterReader(feed.refresh(), lastStart, now));
        }
    }

    /** A reader waits no longer. */
    void leave(CompletableFuture<RefreshResult> reader) {
        readers.remove(reader);
        if (running != null) {
            running.leave(reader);
        }
    }

    /** Of two equal times it is not known which was first. */
    private static boolean isWithin(Instant time, Duration age, Instant now) {
        return Duration.between(time, now).compareTo(age) < 0;
    }

    /**
     * A database has changed: due earlier, though not before a failing feed may be tried again.
     *
     * @return false when it may not be
     */
    boolean change(Instant now) {
        boolean earlier = !changed && running == null && isUndisturbed();
        changed = true;
        if (earlier) {
            bringForward(lastStart == null ? now : timetable.afterChange(feed.refresh(), lastStart, now));
        }
        return earlier;
    }

    /** Whether it has a generation; empty while it has none and its first refresh has not failed. */
    Optional<Boolean> isReady() {
        if (served().isPresent()) {
            return Optional.of(true);
        }
        return failures == 0 ? Optional.empty() : Optional.of(false);
    }

    /** What of its state goes together. */
    record Plan(
            @Nullable RunningRefresh underWay,
            @Nullable Instant due,
            int failures,
            @Nullable String lastFailure) {}

    Plan plan() {
        return new Plan(running, due(), failures, lastFailure);
    }

    /** What it is doing, as it was planned; needs no lock. */
    FeedStatus status(Plan plan, Instant now) {
        return StatusReport.of(feed, served(), writer.refusal(), plan, now);
    }

    /** The refresh that was begun and has not ended. */
    @Nullable
    RunningRefresh running() {
        return running;
    }
}
