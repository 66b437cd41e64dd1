package dev.matview.server.share;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The callers whose turn it is to come, in order, and the threads that serve them. Guarded by its {@link FairShare}. */
final class Ring {

    private final Set<Line> lines = new LinkedHashSet<>();
    private final int threads;
    private final Executor executor;
    private int serving;

    Ring(int threads, Executor executor) {
        this.threads = threads;
        this.executor = executor;
    }

    /** The caller stands at the end, unless it stands somewhere already; a thread is called if one is free. */
    void stand(Line line, Runnable serve) {
        lines.add(line);
        call(serve);
    }

    void call(Runnable serve) {
        if (!lines.isEmpty() && serving < threads) {
            serving++;
            executor.execute(serve);
        }
    }

    void remove(Line line) {
        lines.remove(line);
    }

    /** The first, which stands here no more; null when nobody does, and the thread that asks leaves. */
    @Nullable
    Line next() {
        Iterator<Line> first = lines.iterator();
        if (!first.hasNext()) {
            leave();
            return null;
        }
        Line line = first.next();
        first.remove();
        return line;
    }

    /** A thread serves no more. */
    void leave() {
        serving--;
    }
}
