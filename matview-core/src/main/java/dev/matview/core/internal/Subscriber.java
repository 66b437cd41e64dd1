package dev.matview.core.internal;

import dev.matview.core.Page;
import dev.matview.core.QueryException;
import dev.matview.core.ViewNotReadyException;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription. However many generations come while its listener is busy, one delivery waits at most, and that one
 * asks for the newest answer; an answer equal to the last one is not given again. A query that has none now gives null.
 */
final class Subscriber implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Subscriber.class);

    private final Supplier<@Nullable Page> query;
    private final Consumer<Page> listener;
    private final Executor executor;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private byte @Nullable [] last;
    private volatile boolean closed;

    Subscriber(Supplier<@Nullable Page> query, Consumer<Page> listener, Executor executor) {
        this.query = query;
        this.listener = listener;
        this.executor = executor;
    }

    /** There may be a new answer. */
    @Override
    public void run() {
        if (!closed && waiting.compareAndSet(false, true)) {
            try {
                executor.execute(this::deliver);
            } catch (RejectedExecutionException closing) {
                closed = true;
            }
        }
    }

    private synchronized void deliver() {
        waiting.set(false);
        if (closed) {
            return;
        }
        try {
            Page page = query.get();
            if (page != null && !Arrays.equals(page.json(), last)) {
                last = page.json();
                listener.accept(page);
            }
        } catch (ViewNotReadyException notYet) {
            log.trace("No answer yet for a subscriber");
        } catch (QueryException e) {
            log.debug("A subscriber gets no answer: {}", e.reason());
        } catch (RuntimeException e) {
            log.warn("A subscriber failed", e);
        }
    }

    void close() {
        closed = true;
    }
}
