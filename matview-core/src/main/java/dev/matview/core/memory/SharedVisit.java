package dev.matview.core.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the names of databases on several threads, the calling one among them, a few names at a time. Ends when all of
 * them have: nothing reaches the sink of an aggregation that has returned.
 */
final class SharedVisit {

    /** So many are taken at a time, and so few are not shared at all. */
    private static final int PORTION = 64;

    private final List<String> names;
    private final Consumer<String> each;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean stopped;

    SharedVisit(List<String> names, Consumer<String> each) {
        this.names = names;
        this.each = each;
    }

    /**
     * @param helpers whose threads help
     * @param most how many of them
     * @throws InterruptedException when the calling thread was interrupted
     */
    void run(ExecutorService helpers, int most) throws InterruptedException {
        List<Future<?>> helping = new ArrayList<>();
        try {
            for (int i = 0; i < Math.min(most, (names.size() - 1) / PORTION); i++) {
                helping.add(helpers.submit(this::visitAll));
            }
        } catch (RejectedExecutionException closed) {
            // The calling thread finds out by itself.
        }
        visitAll();
        boolean isInterrupted = Thread.interrupted();
        stopped |= isInterrupted;
        for (Future<?> helper : helping) {
            isInterrupted |= awaitEnd(helper);
        }
        if (isInterrupted) {
            throw new InterruptedException("interrupted while reading user databases");
        }
        if (failure.get() instanceof Error error) {
            throw error;
        }
        if (failure.get() instanceof RuntimeException failed) {
            throw failed;
        }
    }

    private void visitAll() {
        while (!stopped && !Thread.currentThread().isInterrupted()) {
            int begin = next.getAndAdd(PORTION);
            if (begin >= names.size()) {
                return;
            }
            try {
                for (String name : names.subList(begin, Math.min(names.size(), begin + PORTION))) {
                    if (stopped || Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    each.accept(name);
                }
            } catch (RuntimeException | Error e) {
                stopped = true;
                failure.compareAndSet(null, e);
            }
        }
    }

    /** Waits however often it is interrupted; says whether it was. */
    private boolean awaitEnd(Future<?> helper) {
        boolean isInterrupted = false;
        while (true) {
            try {
                helper.get();
                return isInterrupted;
            } catch (InterruptedException e) {
                isInterrupted = true;
                stopped = true;
            } catch (ExecutionException e) {
                throw new IllegalStateException("a thread that reads user databases ended", e.getCause());
            }
        }
    }
}
