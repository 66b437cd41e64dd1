package dev.matview.core.internal;

import dev.matview.core.internal.work.Threads;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists the stored views that nobody has a feed for. The store is asked on a thread of its own, once for all who want to
 * know at one time, and waited for no longer than a status may take; once it has not answered, nobody waits until it does, as
 * people look at a status most often then. Thread-safe.
 */
final class UnusedViews implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(UnusedViews.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ViewStore store;
    private final Duration patience;
    private final ExecutorService asking = Threads.named("matview-views", 1);
    private @Nullable CompletableFuture<List<ViewEntry>> underWay;
    private volatile List<ViewEntry> known = List.of();
    private volatile boolean answers = true;

    UnusedViews(ViewStore store) {
        this(store, PATIENCE);
    }

    UnusedViews(ViewStore store, Duration patience) {
        this.store = store;
        this.patience = patience;
    }

    /** @param used the names of the views of all feeds */
    List<ViewEntry> besides(Set<String> used) {
        CompletableFuture<List<ViewEntry>> asked = ask();
        try {
            asked.get(answers ? patience.toMillis() : 0, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answers = false;
            log.debug("The store does not list its views in time");
        } catch (ExecutionException e) {
            answers = false;
            log.debug("The store does not list its views", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return known.stream().filter(view -> !used.contains(view.view())).toList();
    }

    private synchronized CompletableFuture<List<ViewEntry>> ask() {
        if (underWay == null || underWay.isDone()) {
            try {
                underWay = CompletableFuture.supplyAsync(store::views, asking).thenApply(this::answered);
            } catch (RejectedExecutionException closed) {
                underWay = CompletableFuture.completedFuture(List.of());
            }
        }
        return underWay;
    }

    private List<ViewEntry> answered(List<ViewEntry> views) {
        known = views;
        answers = true;
        return views;
    }

    @Override
    public void close() {
        asking.shutdownNow();
    }
}
