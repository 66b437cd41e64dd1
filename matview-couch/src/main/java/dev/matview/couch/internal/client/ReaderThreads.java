package dev.matview.couch.internal.client;

import dev.matview.core.spi.AggregationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs that wait for CouchDB on a bounded number of threads, which live as long as the jobs. An interrupt of the
 * thread that waits for them, or closing this, also ends waits for an answer. Thread-safe.
 */
public final class ReaderThreads implements AutoCloseable {

    /** Waits for CouchDB. What it throws ends all jobs of its run. */
    @FunctionalInterface
    public interface Job {
        void run() throws InterruptedException;
    }

    private final int threads;
    private final List<CouchClient> clusters;
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean closed;

    public ReaderThreads(int threads, List<CouchClient> clusters) {
        this.threads = threads;
        this.clusters = clusters;
    }

    /**
     * Returns when all jobs are done.
     *
     * @throws RuntimeException the first that a job threw
     * @throws AggregationException when this is closed before that
     */
    public void run(Collection<? extends Job> jobs) throws InterruptedException {
        requireOpen();
        Run run = new Run(jobs.iterator());
        List<Thread> started = new ArrayList<>();
        for (int i = 0; i < Math.min(threads, jobs.size()); i++) {
            Thread thread = new Thread(run::work, "matview-couch-" + count.incrementAndGet());
            thread.setDaemon(true);
            started.add(thread);
            running.add(thread);
            thread.start();
        }
        try {
            for (Thread thread : started) {
                thread.join();
            }
        } catch (InterruptedException e) {
            run.stop();
            started.forEach(this::interrupt);
            throw e;
        } finally {
            started.forEach(ReaderThreads::joinUninterruptibly);
        }
        requireOpen();
        run.rethrow();
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void interrupt(Thread thread) {
        clusters.forEach(cluster -> cluster.interrupt(thread));
    }

    public void requireOpen() {
        if (closed) {
            throw new AggregationException("the aggregator has been closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        running.forEach(this::interrupt);
    }

    private final class Run {
        private final Iterator<? extends Job> jobs;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private volatile boolean stopped;

        Run(Iterator<? extends Job> jobs) {
            this.jobs = jobs;
        }

        private synchronized @Nullable Job next() {
            return stopped || closed || !jobs.hasNext() ? null : jobs.next();
        }

        void work() {
            try {
                for (Job job = next(); job != null; job = next()) {
                    job.run();
                }
            } catch (InterruptedException | RuntimeException | Error e) {
                failure.compareAndSet(null, e);
                stop();
            } finally {
                running.remove(Thread.currentThread());
            }
        }

        void stop() {
            stopped = true;
        }

        void rethrow() {
            Throwable thrown = failure.get();
            if (thrown instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                throw new IllegalStateException("a worker was interrupted", thrown);
            }
        }
    }
}
