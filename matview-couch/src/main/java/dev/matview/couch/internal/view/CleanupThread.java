package dev.matview.couch.internal.view;

import dev.matview.core.event.Episode;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.ViewStoreException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the cleanup of each view a grace period after it has something to do, one at a time. Thread-safe. */
public final class CleanupThread implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CleanupThread.class);

    private final Scheduler scheduler;
    private final StoreCalls calls;
    /** Of views, each of which is in it once at most. */
    private final BlockingQueue<CouchView> due = new LinkedBlockingQueue<>();

    /** Guarded by this. */
    private final Map<CouchView, Subscription> waiting = new HashMap<>();

    private final Thread thread = new Thread(this::run, "matview-view-cleanup");
    /** Of views whose cleanup failed last; used by the thread alone. */
    private final Map<String, Episode> failing = new HashMap<>();

    private volatile boolean closed;

    public CleanupThread(Scheduler scheduler, StoreCalls calls) {
        this.scheduler = scheduler;
        this.calls = calls;
        thread.setDaemon(true);
        thread.start();
    }

    public void follow(CouchView view) {
        view.cleanup.onWork(() -> schedule(view));
    }

    private synchronized void schedule(CouchView view) {
        if (!closed && !waiting.containsKey(view)) {
            waiting.put(view, scheduler.schedule(view.cleanup.grace(), () -> due.add(view)));
        }
    }

    private synchronized void begun(CouchView view) {
        waiting.remove(view);
    }

    private void run() {
        while (!closed) {
            try {
                CouchView view = due.take();
                begun(view);
                clean(view);
            } catch (InterruptedException e) {
                log.debug("no cleanup any more");
                return;
            }
        }
    }

    private void clean(CouchView view) {
        boolean more = true;
        try {
            more = calls.run("cannot clean up view " + view.name, view.cleanup::run);
            Episode failed = failing.remove(view.name);
            if (failed != null) {
                failed.ends("view {} is cleaned up again", view.name);
            }
        } catch (ViewStoreException e) {
            if (closed || calls.isClosed()) {
                return;
            }
            failing.computeIfAbsent(view.name, name -> new Episode(CleanupThread.class, scheduler))
                    .begins(e, "{}; tried again later", e.getMessage());
        } catch (RuntimeException e) {
            log.error("The cleanup of view {} failed; it is tried again later", view.name, e);
        }
        if (more) {
            schedule(view);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        waiting.values().forEach(Subscription::close);
        thread.interrupt();
    }
}
