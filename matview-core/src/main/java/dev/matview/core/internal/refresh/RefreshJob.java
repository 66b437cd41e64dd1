package dev.matview.core.internal.refresh;

import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.Aggregator;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One visit for the feeds that are due together: looks up where each starts from, visits the databases, writes the views.
 * Every feed's end is told to the listener, once, whatever happens.
 */
final class RefreshJob implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(RefreshJob.class);

    private final List<Refreshing> refreshes;
    private final Aggregator aggregator;
    private final Expander expander;
    private final ViewMemory memory;
    private final InstantSource clock;
    private final Listener listener;

    /** A feed in a visit, as it was when the visit was planned. */
    record Refreshing(
            FeedTask task, FeedDefinition feed, ViewWriter writer, List<CompletableFuture<RefreshResult>> awaiting) {}

    /** Is told how each feed's refresh ended. */
    interface Listener {
        void succeeded(Refreshing refreshing, RefreshResult result);

        /** Its work is discarded, and what is there instead does not stand in for it. */
        void overtaken(Refreshing refreshing);

        void failed(Refreshing refreshing, Throwable cause);
    }

    RefreshJob(
            List<Refreshing> refreshes,
            Aggregator aggregator,
            Expander expander,
            ViewMemory memory,
            InstantSource clock,
            Listener listener) {
        this.refreshes = refreshes;
        this.aggregator = aggregator;
        this.expander = expander;
        this.memory = memory;
        this.clock = clock;
        this.listener = listener;
    }

    @Override
    public void run() {
        Set<Refreshing> ended = new HashSet<>();
        List<Findings> visits = new ArrayList<>();
        try {
            List<Refreshing> visiting = prepare(ended);
            visiting.forEach(refreshing -> visits.add(refreshing.task().visit));
            if (visiting.isEmpty()) {
                return;
            }
            new VisitSink(visits, clock).visit(aggregator);
            for (Refreshing refreshing : visiting) {
                // Held here: once its end is told, the task may have another.
                Findings visit = refreshing.task().visit;
                expander.expand(visit);
                ended.add(refreshing);
                write(refreshing);
                visit.end();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failRest(ended, e);
        } catch (RuntimeException e) {
            failRest(ended, e);
        } catch (Error e) {
            failRest(ended, e);
            throw e;
        } finally {
            visits.forEach(Findings::end);
        }
    }

    /** Looks up where each refresh starts from; those whose store does not answer have failed. */
    private List<Refreshing> prepare(Set<Refreshing> ended) {
        List<Refreshing> visiting = new ArrayList<>();
        for (Refreshing refreshing : refreshes) {
            try {
                Snapshot base = refreshing.writer().load(refreshing.feed());
                // Milliseconds, as stores keep them.
                Instant startedAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
                refreshing.task().visit = new Findings(refreshing.feed(), base, startedAt, memory);
                visiting.add(refreshing);
            } catch (RuntimeException e) {
                ended.add(refreshing);
                listener.failed(refreshing, e);
            }
        }
        return visiting;
    }

    private void write(Refreshing refreshing) {
        try {
            Findings visit = refreshing.task().visit;
            boolean first = visit.base() == null;
            Optional<RefreshResult> written = refreshing.writer().write(visit);
            if (written.isEmpty()) {
                listener.overtaken(refreshing);
                return;
            }
            RefreshResult result = written.get();
            log.atLevel(first && result.changed() ? Level.INFO : Level.DEBUG)
                    .log(
                            "{}: generation {}, {} rows of {} databases, {} read, {} behind",
                            result.collection(),
                            result.generation(),
                            result.rows(),
                            result.databases(),
                            result.moved(),
                            result.behindCount());
            listener.succeeded(refreshing, result);
        } catch (RuntimeException e) {
            listener.failed(refreshing, e);
        }
    }

    private void failRest(Set<Refreshing> ended, Throwable cause) {
        refreshes.stream().filter(r -> !ended.contains(r)).forEach(r -> listener.failed(r, cause));
    }
}
