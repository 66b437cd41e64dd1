package dev.matview.core.internal;

import dev.matview.core.Page;
import dev.matview.core.QueryException;
import dev.matview.core.Subscription;
import dev.matview.core.ViewNotReadyException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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

    private static final Subscription NOTHING = () -> {};

    private final Supplier<@Nullable Answer> query;
    private final Consumer<Page> listener;
    private final Executor executor;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private @Nullable Answer last;
    /** Keeps the generation of the last answer: its bookmark does not expire while the subscription lasts. */
    private final AtomicReference<Subscription> hold = new AtomicReference<>(NOTHING);

    private volatile boolean closed;

    Subscriber(Supplier<@Nullable Answer> query, Consumer<Page> listener, Executor executor) {
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
            Answer answer = query.get();
            if (answer != null && (last == null || !answer.shows(last))) {
                last = answer;
                hold(answer);
                listener.accept(answer);
            }
        } catch (ViewNotReadyException notYet) {
            log.trace("No answer yet for a subscriber");
        } catch (QueryException e) {
            log.debug("A subscriber gets no answer: {}", e.reason());
        } catch (RuntimeException e) {
            log.warn("A subscriber failed", e);
        }
    }

    private void hold(Answer answer) {
        hold.getAndSet(answer.hold()).close();
        if (closed) {
            letGo();
        }
    }

    private void letGo() {
        hold.getAndSet(NOTHING).close();
    }

    /** Does not wait for a delivery under way. */
    void close() {
        closed = true;
        letGo();
    }
}
