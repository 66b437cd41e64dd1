package dev.matview.core.internal.refresh;

import dev.matview.core.RefreshResult;
import dev.matview.core.internal.refresh.ViewWriter.Outcome;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.Aggregator;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One visit for the feeds that are due together: looks up where each starts from, visits the databases, writes the views.
 * Every refresh's end is told to the listener, once, whatever happens.
 */
final class RefreshJob implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(RefreshJob.class);

    private final Aggregator aggregator;
    private final Expander expander;
    private final ViewMemory memory;
    private final InstantSource clock;
    private final Listener listener;

    /** Those whose end was not told yet. */
    private final Set<RunningRefresh> open;

    /** Is told how each refresh ended. */
    interface Listener {
        void succeeded(RunningRefresh refresh, RefreshResult result);

        /** Some of its work is discarded, and what is there instead does not stand in for it. */
        void overtaken(RunningRefresh refresh);

        void failed(RunningRefresh refresh, Throwable cause);
    }

    RefreshJob(
            List<RunningRefresh> refreshes,
            Aggregator aggregator,
            Expander expander,
            ViewMemory memory,
            InstantSource clock,
            Listener listener) {
        this.open = new LinkedHashSet<>(refreshes);
        this.aggregator = aggregator;
        this.expander = expander;
        this.memory = memory;
        this.clock = clock;
        this.listener = listener;
    }

    @Override
    public void run() {
        try {
            Map<RunningRefresh, Findings> started = start();
            if (started.isEmpty()) {
                return;
            }
            new VisitSink(started.values(), clock).visit(aggregator);
            for (Map.Entry<RunningRefresh, Findings> one : started.entrySet()) {
                write(one.getKey(), one.getValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failRest(e);
        } catch (RuntimeException e) {
            failRest(e);
        } catch (Error e) {
            failRest(e);
            throw e;
        }
    }

    /** Looks up where each refresh starts from; those whose store does not answer have failed. */
    private Map<RunningRefresh, Findings> start() {
        Map<RunningRefresh, Findings> started = new LinkedHashMap<>();
        for (RunningRefresh refresh : List.copyOf(open)) {
            try {
                started.put(refresh, refresh.start(memory, clock));
            } catch (RuntimeException e) {
                fail(refresh, e);
            }
        }
        return started;
    }

    private void write(RunningRefresh refresh, Findings found) throws InterruptedException {
        Outcome outcome;
        try {
            outcome = expandAndWrite(refresh, found);
        } catch (RuntimeException e) {
            fail(refresh, e);
            return;
        }
        open.remove(refresh);
        if (outcome instanceof Outcome.Done done) {
            succeeded(refresh, done.result(), found.base() == null);
        } else {
            listener.overtaken(refresh);
        }
    }

    /** With each commit that is lost there is less left. What rows refer to is looked for again: others may refer to it now. */
    private Outcome expandAndWrite(RunningRefresh refresh, Findings found) throws InterruptedException {
        expander.expand(found);
        Outcome outcome = refresh.write(found);
        while (outcome instanceof Outcome.Rebased rebased) {
            expander.expand(rebased.rest());
            outcome = refresh.write(rebased.rest());
        }
        return outcome;
    }

    private void succeeded(RunningRefresh refresh, RefreshResult result, boolean first) {
        log.atLevel(first && result.changed() ? Level.INFO : Level.DEBUG)
                .log(
                        "{}: generation {}, {} rows of {} databases, {} read, {} behind",
                        result.collection(),
                        result.generation(),
                        result.rows(),
                        result.databases(),
                        result.moved(),
                        result.behindCount());
        listener.succeeded(refresh, result);
    }

    private void fail(RunningRefresh refresh, Throwable cause) {
        open.remove(refresh);
        refresh.end();
        listener.failed(refresh, cause);
    }

    /** It waited for a thread until there was none any more. */
    void neverRun() {
        failRest(new CancellationException("closed"));
    }

    private void failRest(Throwable cause) {
        List.copyOf(open).forEach(refresh -> fail(refresh, cause));
    }
}
