package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus;
import dev.matview.core.RefreshListener.Why;
import dev.matview.core.RefreshResult;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.access.Access;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.refresh.RunningRefresh.Cause;
import dev.matview.core.internal.schedule.RetryingTasks;
import dev.matview.core.internal.schedule.RetryingTasks.Errand;
import dev.matview.core.internal.schedule.Timetable;
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

    /** The number of no generation. */
    private static final long NOT_TOLD = -1;

    private final LiveView live;
    private final Timetable timetable;
    private final NextRefresh next;
    private volatile FeedDefinition feed;
    private volatile ViewWriter writer;

    private volatile @Nullable RunningRefresh running;
    private boolean removed;

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
        this.next = new NextRefresh(timetable);
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

    /** Whether all who may read it are shown the same rows, as they are. */
    public boolean isSameForAll() {
        FeedDefinition now = feed();
        return now.access() == Access.PUBLIC && now.expand().isEmpty();
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

    /** Why readers are shown nothing: how far its build is, where one is under way; needs no lock. */
    public ViewNotReadyException notReady(Duration retryAfter) {
        RunningRefresh underWay = running;
        Findings found = underWay == null ? null : underWay.findings();
        return found == null
                ? new ViewNotReadyException(feed.collection(), retryAfter)
                : new ViewNotReadyException(
                        feed.collection(), found.pace().done(), found.pace().total(), retryAfter);
    }

    /** What readers are shown who have a bookmark with that tag; needs no lock. */
    public Optional<Served> generation(String tag) {
        return live.generation(tag).filter(this::isShown);
    }

    /** What readers are shown who have a bookmark with that tag, where a store keeps earlier generations: it is waited for. */
    public Optional<Served> storedGeneration(String tag) {
        return writer.kept(feed, tag).filter(this::isShown);
    }

    /** The store has gone on, and was not heard: it is asked what it has; needs no lock. */
    public void lookAgain() {
        committed(NOT_TOLD);
    }

    private boolean isShown(Served generation) {
        return Provenance.mayBeShown(feed, generation);
    }

    /** Keeps the generation of this tag, served or pinned, until the result is closed; needs no lock. */
    public Subscription hold(String tag) {
        return live.hold(tag);
    }

    /** Takes over a changed definition, of the same view. */
    void redefine(FeedDefinition changed, Instant now) {
        FeedDefinition before = feed;
        feed = changed;
        if (!Provenance.hasSameIndexes(before, changed)) {
            indexing.request();
        }
        if (!Provenance.isSame(before, changed)) {
            log.info("{}: the definition changed, the view is rebuilt", changed.collection());
            next.bringForward(now, Why.DEFINITION);
        } else if (!before.refresh().equals(changed.refresh())) {
            next.reschedule(changed.refresh(), now);
        }
    }

    /** Has another view from now on, which is to be loaded. */
    void move(FeedDefinition changed, ViewWriter other) {
        feed = changed;
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
        next.unload();
        storeWatch.close();
    }

    /**
     * What the store holds was looked for; a watch that is of no use is closed.
     *
     * @param from whose view it is
     */
    void loaded(ViewWriter from, @Nullable ViewHead head, Subscription watch, Instant now) {
        if (removed || writer != from || next.due() != null) {
            watch.close();
            return;
        }
        storeWatch = watch;
        Instant time = head != null && Provenance.isOf(feed, head) && !isAwaited()
                ? timetable.first(feed.refresh(), head.refreshedAt(), now)
                : now;
        next.load(time, isAwaited());
    }

    /** When its next refresh is to begin; null while one is under way, or it is not loaded. */
    @Nullable
    Instant due() {
        return running == null ? next.due() : null;
    }

    boolean isDue(Instant now) {
        Instant time = due();
        return time != null && !time.isAfter(now);
    }

    /** Whether it may join a visit that others are due for. */
    boolean isAlmostDue(Instant now) {
        Instant time = due();
        return time != null
                && next.isUndisturbed()
                && !time.minus(timetable.early(feed.refresh())).isAfter(now);
    }

    RunningRefresh begin(Instant now) {
        boolean isAsked = isAwaited() || !readers.isEmpty();
        boolean isNoticed = next.isForNoticed() && !isAsked;
        Cause cause = new Cause(next.why(), next.begin(now), isNoticed);
        RunningRefresh begun = new RunningRefresh(this, feed, writer, now, cause, waiting, readers);
        waiting.clear();
        readers.clear();
        running = begun;
        return begun;
    }

    /** @return those who need not wait any longer, as of the other ends */
    List<CompletableFuture<RefreshResult>> succeeded(RunningRefresh ended, int behindCount, Instant now) {
        next.succeeded(behindCount, ended.cause().noticedAt());
        return end(ended, false, now);
    }

    List<CompletableFuture<RefreshResult>> failed(RunningRefresh ended, String reason, Instant now) {
        next.failed(reason, ended.cause().noticedAt());
        return end(ended, false, now);
    }

    List<CompletableFuture<RefreshResult>> overtaken(RunningRefresh ended, Instant now) {
        next.overtaken(ended.cause().noticedAt());
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
        if (superseded) {
            next.superseded(now);
        } else {
            next.ended(feed.refresh(), ended.begunAt(), isAwaited(), !readers.isEmpty(), now);
        }
        return done;
    }

    /** Has somebody wait for a refresh that begins after this, and makes the feed due. */
    void await(CompletableFuture<RefreshResult> future, Instant now) {
        waiting.add(future);
        next.bringForward(now, Why.REQUEST);
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
        if (running != null && !running.cause().isNoticed() && isWithin(running.begunAt(), age, now)) {
            running.join(reader);
            return;
        }
        readers.add(reader);
        if (running == null) {
            next.wanted(feed.refresh(), now);
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
     * A database has changed, or may have: due earlier, though not before a failing feed may be tried again.
     *
     * @param noticed whether one was named
     * @return false when it may not be
     */
    boolean change(boolean noticed, Instant now) {
        return next.change(feed.refresh(), noticed, running != null, now);
    }

    /** Whether it has a generation; empty while it has none and its first refresh has not failed. */
    Optional<Boolean> isReady() {
        if (served().isPresent()) {
            return Optional.of(true);
        }
        return next.failures() == 0 ? Optional.empty() : Optional.of(false);
    }

    /** What of its state goes together. */
    record Plan(
            @Nullable RunningRefresh underWay,
            @Nullable Instant due,
            int failures,
            @Nullable String lastFailure) {}

    Plan plan() {
        return new Plan(running, due(), next.failures(), next.lastFailure());
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
