package dev.matview.server.share;

import dev.matview.core.event.Subscription;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What one caller has waiting. Guarded by the {@link FairShare} it is of. */
final class Line {

    private final String caller;
    private final Deque<Waiting> requests = new ArrayDeque<>();
    private final Deque<Waiting> pushes = new ArrayDeque<>();
    private boolean pushIsNext;

    /** Whether work of the caller is being done: then the caller stands in no ring. */
    private boolean running;

    /** A piece of work that waits. */
    static final class Waiting {
        final Line line;
        final Bench bench;
        final boolean push;
        final long bytes;
        final Work work;
        Subscription timer = () -> {};

        Waiting(Line line, Bench bench, boolean push, long bytes, Work work) {
            this.line = line;
            this.bench = bench;
            this.push = push;
            this.bytes = bytes;
            this.work = work;
        }
    }

    Line(String caller) {
        this.caller = caller;
    }

    String caller() {
        return caller;
    }

    int requests() {
        return requests.size();
    }

    int pushes() {
        return pushes.size();
    }

    boolean isRunning() {
        return running;
    }

    void add(Waiting entry) {
        (entry.push ? pushes : requests).add(entry);
    }

    /** Says whether it was still waiting. */
    boolean remove(Waiting entry) {
        return (entry.push ? pushes : requests).remove(entry);
    }

    /** What is to be done next; null when nothing waits. */
    @Nullable
    Waiting peek() {
        boolean push = requests.isEmpty() || pushIsNext && !pushes.isEmpty();
        return (push ? pushes : requests).peek();
    }

    /** The entry, which is the next, is begun. */
    void begin(Waiting entry) {
        remove(entry);
        pushIsNext = !entry.push;
        running = true;
    }

    void end() {
        running = false;
    }
}
