package dev.matview.server.share;

import dev.matview.core.event.Scheduler;
import dev.matview.server.share.Line.Waiting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work that costs on few threads, and lets no caller keep others from them. Thread-safe.
 *
 * <ol>
 *   <li>Of each caller one piece of work is done at a time. Who has more waits, within bounds, and is refused beyond them.
 *   <li>Callers take turns: whose work is done goes to the end of the ring with the next. So a piece of work waits for as
 *       many others as there are callers before it, however much each of them has asked for.
 *   <li>A caller's requests and the pushes to its sockets take turns too, where it has both: in the order of their coming a
 *       request would wait for fifty pushes, and who always has a request waiting would be pushed nothing.
 * </ol>
 *
 * <p>There are two rings, for the two {@linkplain Bench benches}; a caller stands in one of them, or has work under way.
 * What is kept of a caller is forgotten with its last work.
 */
public final class FairShare implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FairShare.class);

    private final ShareLimits limits;
    private final Scheduler scheduler;
    private final List<ExecutorService> threads;

    /** Guarded by this, as is all that follows. */
    private final Ring searching;

    private final Ring reading;
    private final Map<String, Line> lines = new HashMap<>();
    private int waiting;
    private int waitingPushes;
    private long waitingBytes;
    private int running;
    private long refused;
    private long overdue;
    private boolean closed;

    /**
     * What is under way, and what has been.
     *
     * @param waiting work that waits
     * @param pushes pushes that wait
     * @param running work and pushes that are being done
     * @param refused work and pushes that found no room, since the start
     * @param overdue work that was dropped because it had waited too long, since the start
     */
    public record Load(int waiting, int pushes, int running, long refused, long overdue) {}

    /** With threads of its own, which come when they are needed. */
    public static FairShare start(ShareLimits limits, Scheduler scheduler) {
        ExecutorService searchers = threads("matview-searching-");
        ExecutorService readers = threads("matview-reading-");
        return new FairShare(limits, scheduler, searchers, readers, List.of(searchers, readers));
    }

    /** On given executors, which hand what they are given to other threads. */
    FairShare(
            ShareLimits limits,
            Scheduler scheduler,
            Executor searchers,
            Executor readers,
            List<ExecutorService> threads) {
        this.limits = limits;
        this.scheduler = scheduler;
        this.threads = threads;
        this.searching = new Ring(limits.searchers(), searchers);
        this.reading = new Ring(limits.readers(), readers);
    }

    /** As many as are called; the rings bound them. */
    private static ExecutorService threads(String name) {
        AtomicInteger number = new AtomicInteger();
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Has work done, when it is the caller's turn.
     *
     * @param bytes how much memory it holds while it waits, about
     * @throws FullException when there is no room for it to wait
     */
    public synchronized Ticket submit(String caller, Bench bench, long bytes, Work work) {
        Line line = lines.get(caller);
        requireRoom(line, bytes);
        Waiting entry = add(caller, line, bench, false, bytes, work);
        entry.timer = scheduler.schedule(limits.longestWait(), () -> drop(entry));
        return () -> remove(entry);
    }

    /** Stands for work that was taken in. */
    @FunctionalInterface
    public interface Ticket {

        /** Takes the work back, if it still waits: it is then neither run nor dropped. Says whether it did. */
        boolean withdraw();
    }

    /** Whether one more piece of work of the caller may wait beside those that do. */
    public synchronized boolean hasRoom(String caller) {
        return hasRoom(lines.get(caller));
    }

    private boolean hasRoom(@Nullable Line line) {
        // What waits only for a thread to come is no more than what runs: it does not count.
        return line == null || line.requests() < limits.waitingPerCaller() + (line.isRunning() ? 0 : 1);
    }

    private void requireRoom(@Nullable Line line, long bytes) {
        if (line != null && !hasRoom(line)) {
            refused++;
            throw new FullException(line.requests() + " of one caller wait", true);
        }
        if (closed || waiting >= limits.waiting() || waitingBytes + bytes > limits.waitingBytes()) {
            refused++;
            throw new FullException(waiting + " wait, and hold " + waitingBytes + " bytes", false);
        }
    }

    /** Runs pushes to the caller. */
    public Pushes pushes(String caller, Bench bench) {
        return new Pushes(this, caller, bench);
    }

    /**
     * Runs what it is given as pushes to a caller, one by one in their order, and in turn with the caller's work. It rejects
     * what there is no room for ({@link FullException}), and is to be asked again then. Equal for equal callers.
     */
    public record Pushes(FairShare share, String caller, Bench bench) implements Executor {

        @Override
        public void execute(Runnable push) {
            share.push(caller, bench, push);
        }

        /** How much of the caller's waits or is being done. */
        public int load() {
            return share.load(caller);
        }
    }

    private synchronized void push(String caller, Bench bench, Runnable push) {
        Line line = lines.get(caller);
        if (closed || line != null && line.pushes() >= limits.pushesPerCaller()) {
            refused++;
            throw new FullException("no more pushes to one caller may wait", true);
        }
        add(caller, line, bench, true, 0, new Push(push));
    }

    private record Push(Runnable task) implements Work {
        @Override
        public void run() {
            task.run();
        }

        @Override
        public void dropped() {
            // Only when the server stops: then nobody is left to be pushed anything.
        }
    }

    private Waiting add(String caller, @Nullable Line known, Bench bench, boolean push, long bytes, Work work) {
        Line line = known == null ? new Line(caller) : known;
        lines.put(caller, line);
        Waiting entry = new Waiting(line, bench, push, bytes, work);
        count(entry, 1);
        line.add(entry);
        stand(line);
        return entry;
    }

    private void count(Waiting entry, int by) {
        if (entry.push) {
            waitingPushes += by;
        } else {
            waiting += by;
            waitingBytes += by * entry.bytes;
        }
    }

    /** Has the caller stand where its next work is done, or forgets it when it has none. */
    private void stand(Line line) {
        if (line.isRunning()) {
            return;
        }
        Waiting next = line.peek();
        if (next == null || next.bench == Bench.READING) {
            searching.remove(line);
        }
        if (next == null || next.bench == Bench.SEARCHING) {
            reading.remove(line);
        }
        if (next == null) {
            lines.remove(line.caller());
        } else {
            ring(next.bench).stand(line, () -> serve(next.bench));
        }
    }

    private Ring ring(Bench bench) {
        return bench == Bench.SEARCHING ? searching : reading;
    }

    private void serve(Bench bench) {
        for (Waiting next = begin(bench); next != null; next = begin(bench)) {
            boolean survived = false;
            try {
                next.work.run();
                survived = true;
            } catch (RuntimeException e) {
                survived = true;
                log.error("Work of a caller failed", e);
            } finally {
                // An interrupt was for the work that is over.
                Thread.interrupted();
                end(next, survived);
            }
        }
    }

    private synchronized @Nullable Waiting begin(Bench bench) {
        Line line = ring(bench).next();
        Waiting next = line == null ? null : line.peek();
        if (next != null) {
            count(next, -1);
            next.timer.close();
            next.line.begin(next);
            running++;
        }
        return next;
    }

    /** @param survived whether the thread goes on */
    private synchronized void end(Waiting entry, boolean survived) {
        running--;
        entry.line.end();
        stand(entry.line);
        if (!survived) {
            ring(entry.bench).leave();
            ring(entry.bench).call(() -> serve(entry.bench));
        }
    }

    private void drop(Waiting entry) {
        if (remove(entry)) {
            synchronized (this) {
                overdue++;
            }
            dropped(entry);
        }
    }

    /** Tells whoever waits; that one cannot be told keeps no other from it. */
    private static void dropped(Waiting entry) {
        try {
            entry.work.dropped();
        } catch (RuntimeException e) {
            log.error("Nobody could be told that work was dropped", e);
        }
    }

    /** Says whether it was still waiting. */
    private synchronized boolean remove(Waiting entry) {
        if (!entry.line.remove(entry)) {
            return false;
        }
        count(entry, -1);
        entry.timer.close();
        stand(entry.line);
        return true;
    }

    private synchronized int load(String caller) {
        Line line = lines.get(caller);
        return line == null ? 0 : line.requests() + line.pushes() + (line.isRunning() ? 1 : 0);
    }

    /** How many callers are known. */
    synchronized int callers() {
        return lines.size();
    }

    /** What is under way, and what has been. */
    public synchronized Load load() {
        return new Load(waiting, waitingPushes, running, refused, overdue);
    }

    /** Begins nothing more, drops what waits, and interrupts what is being done. */
    @Override
    public void close() {
        List<Waiting> dropped = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Line line : List.copyOf(lines.values())) {
                for (Waiting next = line.peek(); next != null; next = line.peek()) {
                    dropped.add(next);
                    remove(next);
                }
            }
        }
        threads.forEach(ExecutorService::shutdownNow);
        dropped.forEach(FairShare::dropped);
    }
}
