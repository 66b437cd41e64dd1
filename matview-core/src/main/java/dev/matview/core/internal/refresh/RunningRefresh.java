package dev.matview.core.internal.refresh;

import dev.matview.core.FeedStatus.Progress;
import dev.matview.core.RefreshException;
import dev.matview.core.RefreshListener.Run;
import dev.matview.core.RefreshListener.Why;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.refresh.ViewWriter.Outcome;
import dev.matview.core.internal.view.Base;
import dev.matview.core.internal.view.ViewMemory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One refresh of a feed, as the feed was defined when it was planned: what it finds, and who waits for it. What it finds is
 * its thread's; who waits is guarded by the worker's lock.
 */
final class RunningRefresh {

    private final FeedTask task;
    private final FeedDefinition feed;
    private final ViewWriter writer;
    private final Instant begunAt;
    private final Cause cause;

    /** Those who asked for a refresh that begins after they asked. */
    private final List<CompletableFuture<RefreshResult>> awaiting;

    /** Readers who may leave. */
    private final Set<CompletableFuture<RefreshResult>> readers;

    /** Null until the generation it starts from is known. */
    private volatile @Nullable Findings findings;

    /**
     * Why a refresh is begun.
     *
     * @param noticedAt when the first change was noticed that it is to show; null when none was
     */
    record Cause(Why why, @Nullable Instant noticedAt, boolean isNoticed) {}

    RunningRefresh(
            FeedTask task,
            FeedDefinition feed,
            ViewWriter writer,
            Instant begunAt,
            Cause cause,
            Collection<CompletableFuture<RefreshResult>> awaiting,
            Collection<CompletableFuture<RefreshResult>> readers) {
        this.task = task;
        this.feed = feed;
        this.writer = writer;
        this.begunAt = begunAt;
        this.cause = cause;
        this.awaiting = new ArrayList<>(awaiting);
        this.readers = new LinkedHashSet<>(readers);
    }

    FeedTask task() {
        return task;
    }

    FeedDefinition feed() {
        return feed;
    }

    ViewWriter writer() {
        return writer;
    }

    /** When it was planned, which is before it waits for a thread. */
    Instant begunAt() {
        return begunAt;
    }

    Cause cause() {
        return cause;
    }

    /**
     * As it is told of when it ends now.
     *
     * @param shows whether all changes are shown that it was to show
     */
    Run run(Instant now, boolean shows) {
        Instant noticed = shows ? cause.noticedAt() : null;
        Duration delay = noticed == null ? null : Duration.between(noticed, now);
        return new Run(feed.collection(), cause.why(), begunAt, Duration.between(begunAt, now), delay);
    }

    /**
     * Looks up the generation to start from, and what is aside of the next one. May wait for the store.
     *
     * @throws RefreshException when memory has no room for what is aside
     */
    Findings start(ViewMemory memory, InstantSource clock) {
        Base.Committed base = writer.start(feed);
        // Milliseconds, as stores keep them.
        Instant startedAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Findings started = new Findings(feed, base, writer.references(), startedAt, memory, writer.behind);
        started.keepOnly(row -> writer.fits(feed, row));
        findings = started;
        if (cause.isNoticed() && base != null) {
            started.findNoticed(task.live().verifiedAt(base));
        }
        if (feed.expand().isEmpty()) {
            writer.references().forget();
        }
        if (started.rebuilds()) {
            Build build = writer.build(feed, clock);
            if (build != null) {
                started.buildIn(build);
                if (started.isFull()) {
                    throw started.tooLarge();
                }
            }
        }
        return started;
    }

    /**
     * Commits what was found.
     *
     * @return as {@link ViewWriter#write} says; what is left to be written is what was found from then on
     * @throws RefreshException as {@link ViewWriter#write} says
     */
    Outcome write(Findings found) {
        @Nullable Outcome outcome = null;
        try {
            outcome = writer.write(found);
            return outcome;
        } finally {
            if (outcome instanceof Outcome.Rebased rebased) {
                findings = rebased.rest();
            } else {
                // Before anybody is told: the next refresh is to have the room.
                end();
            }
        }
    }

    /** What was found is no longer needed, or held as a generation. */
    void end() {
        Findings found = findings;
        if (found != null) {
            found.end();
        }
    }

    /** Null until it has begun to look at databases, as what follows. */
    @Nullable
    Findings findings() {
        return findings;
    }

    @Nullable
    Progress progress(Instant now) {
        Findings found = findings;
        if (found == null) {
            return null;
        }
        Pace pace = found.pace();
        return new Progress(cause.why(), begunAt, pace.done(), pace.total(), pace.left(now.toEpochMilli()));
    }

    /** A reader waits for it. */
    void join(CompletableFuture<RefreshResult> reader) {
        readers.add(reader);
    }

    /** A reader waits no longer. */
    void leave(CompletableFuture<RefreshResult> reader) {
        readers.remove(reader);
    }

    /** The readers who wait for it; it forgets them. */
    List<CompletableFuture<RefreshResult>> takeReaders() {
        List<CompletableFuture<RefreshResult>> taken = new ArrayList<>(readers);
        readers.clear();
        return taken;
    }

    /** All who wait for it; it forgets them. */
    List<CompletableFuture<RefreshResult>> takeWaiting() {
        List<CompletableFuture<RefreshResult>> taken = new ArrayList<>(awaiting);
        awaiting.clear();
        taken.addAll(takeReaders());
        return taken;
    }
}
