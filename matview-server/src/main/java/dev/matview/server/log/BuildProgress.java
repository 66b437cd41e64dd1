package dev.matview.server.log;

import dev.matview.core.FeedStatus;
import dev.matview.core.FeedStatus.Progress;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows on a terminal how far first builds are, and how long they may still take. Thread-safe. */
public final class BuildProgress {

    private static final Duration BETWEEN = Duration.ofMillis(250);
    private static final int WIDTH = 24;
    private static final int MAX_NAMES = 3;

    private final GlobalFeeds feeds;
    private final Scheduler scheduler;
    private final TerminalLine line;
    private @Nullable Instant begun;
    private Subscription next = () -> {};
    private boolean closed;

    private BuildProgress(GlobalFeeds feeds, Scheduler scheduler, TerminalLine line) {
        this.feeds = feeds;
        this.scheduler = scheduler;
        this.line = line;
    }

    /** Shows it until the result is closed; where standard error is no terminal, nothing is shown: the log tells it there. */
    public static Subscription onTerminal(GlobalFeeds feeds, Scheduler scheduler) {
        return TerminalLine.isTerminal() ? show(feeds, scheduler, TerminalLine.open(System.err)) : () -> {};
    }

    /** The same on that line, which is closed with the result. */
    static Subscription show(GlobalFeeds feeds, Scheduler scheduler, TerminalLine line) {
        BuildProgress progress = new BuildProgress(feeds, scheduler, line);
        progress.draw();
        return progress::close;
    }

    private synchronized void draw() {
        if (closed) {
            return;
        }
        List<FeedStatus> building = feeds.status().stream()
                .filter(status -> status.view() == null && status.progress() != null)
                .toList();
        if (!building.isEmpty()) {
            Instant now = scheduler.instant();
            if (begun == null) {
                begun = now;
            }
            line.show(text(building, Duration.between(begun, now)));
        }
        next = scheduler.schedule(BETWEEN, this::draw);
    }

    /**
     * The line.
     *
     * @param building those that are being built
     * @param took how long it has taken so far
     */
    static String text(List<FeedStatus> building, Duration took) {
        int done = 0;
        int total = 0;
        for (FeedStatus status : building) {
            Progress progress = status.progress();
            if (progress != null) {
                done += progress.done();
                total += progress.total();
            }
        }
        String names = building.stream()
                .limit(MAX_NAMES)
                .map(status -> status.feed().collection())
                .collect(Collectors.joining(", "));
        String more = building.size() > MAX_NAMES ? " and " + (building.size() - MAX_NAMES) + " more" : "";
        if (total == 0) {
            return "building " + names + more + ": looking for databases";
        }
        double part = Math.min(1, (double) done / total);
        int full = (int) (part * WIDTH);
        return "building " + names + more + " [" + "#".repeat(full) + "-".repeat(WIDTH - full) + "] "
                + (int) (part * 100) + " %, " + done / building.size() + " of " + total / building.size()
                + " databases" + left(took, part);
    }

    /** What is not known well enough is not told. */
    private static String left(Duration took, double part) {
        if (part < 0.02 || took.toMillis() < 1_000) {
            return "";
        }
        long seconds = (long) Math.ceil(took.toMillis() * (1 - part) / part / 1_000);
        return ", " + (seconds < 120 ? seconds + " s" : (seconds + 30) / 60 + " min") + " left";
    }

    private synchronized void close() {
        closed = true;
        next.close();
        line.close();
    }
}
