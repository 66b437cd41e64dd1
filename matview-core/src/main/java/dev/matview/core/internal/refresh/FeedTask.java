package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus.Progress;
import dev.matview.core.RefreshResult;
import dev.matview.core.access.Access;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.refresh.RefreshJob.Refreshing;
import dev.matview.core.internal.refresh.RetryingTasks.Errand;
import dev.matview.core.internal.view.LiveView;
import dev.matview.core.internal.view.LiveView.Served;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the worker knows of one feed. Its fields are the worker's, read and written under its lock unless volatile. */
public final class FeedTask {

    public final LiveView live;
    public volatile FeedDefinition feed;
    public volatile ViewWriter writer;

    /** Null until the stored generation was looked for; a task is not run before. */
    public @Nullable Instant due;

    public boolean running;
    boolean removed;

    @Nullable
    Instant lastStart;
    /** Whether a database changed since the last refresh started. */
    boolean changed;

    public int failures;

    public @Nullable String lastFailure;
    /** How many refreshes in a row left databases behind. */
    private int behind;
    /** How many refreshes in a row lost their commit to older work. */
    private int overtaken;

    volatile @Nullable Findings visit;
    Subscription storeWatch = () -> {};
    /** Serves what others commit. */
    final Errand following;
    /** The generation the store told of last. */
    private volatile long told;

    /** Those who wait for a refresh that has not begun. */
    private List<CompletableFuture<RefreshResult>> waiting = new ArrayList<>();
    /** Those among readers: they do not make the feed due at once. */
    private Set<CompletableFuture<RefreshResult>> readers = new LinkedHashSet<>();
    /** Readers who wait for the refresh under way. */
    private Set<CompletableFuture<RefreshResult>> joined = new LinkedHashSet<>();

    FeedTask(FeedDefinition feed, LiveView live, ViewWriter writer, RetryingTasks errands) {
        this.feed = feed;
        this.live = live;
        this.writer = writer;
        this.following = errands.errand(
                feed.collection() + ": a committed generation cannot be read",
                () -> this.writer.follow(this.feed, told));
    }

    boolean isContinuous() {
        return feed.refresh().continuous();
    }

    /** The store has that generation now. */
    void committed(long generation) {
        told = generation;
        following.request();
    }

    /** What readers are shown. */
    public Optional<Served> served() {
        return live.served().filter(this::isShown);
    }

    /** What readers are shown who have a bookmark with that tag. */
    public Optional<Served> generation(String tag) {
        return live.generation(tag).filter(this::isShown);
    }

    /** Rows that were made without ACLs are not shown from the moment the feed asks for ACLs. */
    private boolean isShown(Served generation) {
        return feed.access() != Access.ACL || generation.feed().access() == Access.ACL;
    }

    boolean isWaiting() {
        return due != null && !running;
    }

    boolean isDue(Instant now) {
        return isWaiting() && !due.isAfter(now);
    }

    /** Whether it may join a visit that others are due for. */
    boolean isAlmostDue(Timetable timetable, Instant now) {
        return isWaiting()
                && isUndisturbed()
                && !due.minus(timetable.early(feed.refresh())).isAfter(now);
    }

    private boolean isUndisturbed() {
        return failures == 0 && overtaken == 0;
    }

    Refreshing begin(Instant now) {
        running = true;
        changed = false;
        lastStart = now;
        joined = readers;
        readers = new LinkedHashSet<>();
        return new Refreshing(this, feed, writer, takeWaiting());
    }

    void succeeded(int behindCount) {
        failures = 0;
        lastFailure = null;
        overtaken = 0;
        behind = behindCount == 0 ? 0 : behind + 1;
    }

    void failed(String reason) {
        failures++;
        lastFailure = reason;
        overtaken = 0;
    }

    void overtaken() {
        failures = 0;
        lastFailure = null;
        overtaken++;
    }

    /** When a feed whose refresh has ended is due again. */
    Instant next(Timetable timetable, Instant now) {
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
        Instant next = timetable.next(feed.refresh(), lastStart, now);
        if (behind > 0) {
            next = earlier(next, timetable.afterFailure(behind, now));
        }
        if (!readers.isEmpty()) {
            next = earlier(next, timetable.afterReader(feed.refresh(), lastStart, now));
        }
        return changed ? earlier(next, timetable.afterChange(feed.refresh(), lastStart, now)) : next;
    }

    /** Whether the generation that is served was known to match its sources within that time before now. */
    boolean isYoungerThan(Duration age, Instant now) {
        return served().isPresent() && isWithin(served().get().coverage().verifiedAt(), age, now);
    }

    /**
     * Has a reader wait for the refresh under way, if it began within that time, or for the next one, which then comes as
     * soon as it may.
     */
    void awaitYounger(CompletableFuture<RefreshResult> reader, Duration age, Timetable timetable, Instant now) {
        if (running && isWithin(lastStart, age, now)) {
            joined.add(reader);
            return;
        }
        readers.add(reader);
        if (isWaiting() && isUndisturbed()) {
            due = earlier(due, lastStart == null ? now : timetable.afterReader(feed.refresh(), lastStart, now));
        }
    }

    /** A reader waits no longer. */
    void leave(CompletableFuture<RefreshResult> reader) {
        readers.remove(reader);
        joined.remove(reader);
    }

    /** All readers who wait. */
    List<CompletableFuture<RefreshResult>> takeReaders() {
        List<CompletableFuture<RefreshResult>> all = new ArrayList<>(readers);
        readers.clear();
        all.addAll(takeJoined());
        return all;
    }

    /** The readers whose refresh has ended. */
    Set<CompletableFuture<RefreshResult>> takeJoined() {
        Set<CompletableFuture<RefreshResult>> taken = joined;
        joined = new LinkedHashSet<>();
        return taken;
    }

    /** Of two equal times it is not known which was first. */
    private static boolean isWithin(Instant time, Duration age, Instant now) {
        return Duration.between(time, now).compareTo(age) < 0;
    }

    /** Sets an earlier time because databases changed, though not before a failing feed may be tried again. */
    void bringForward(Timetable timetable, Instant now) {
        if (isUndisturbed()) {
            due = earlier(due, lastStart == null ? now : timetable.afterChange(feed.refresh(), lastStart, now));
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    void await(CompletableFuture<RefreshResult> future) {
        waiting.add(future);
    }

    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    List<CompletableFuture<RefreshResult>> takeWaiting() {
        List<CompletableFuture<RefreshResult>> taken = waiting;
        waiting = new ArrayList<>();
        return taken;
    }

    public @Nullable Progress progress() {
        Findings underWay = visit;
        return underWay == null ? null : underWay.progress();
    }
}
