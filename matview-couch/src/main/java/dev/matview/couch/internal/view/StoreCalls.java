package dev.matview.couch.internal.view;

import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Runs what waits for CouchDB, in the thread of the caller, and turns what goes wrong into the exceptions that view
 * stores have. Closing this ends what is under way. Thread-safe.
 */
public final class StoreCalls implements AutoCloseable {

    private final CouchClient cluster;
    private final Set<Thread> underWay = new HashSet<>();
    private boolean closed;

    public StoreCalls(CouchClient cluster) {
        this.cluster = cluster;
    }

    /** Something that waits for CouchDB. */
    @FunctionalInterface
    public interface Call<T> {
        T run() throws IOException, InterruptedException;
    }

    /**
     * @param what is being done, for messages; such as {@code cannot read view _global_posts}
     * @throws ViewStoreException when it cannot be done, or this is closed
     */
    public <T> T run(String what, Call<T> call) {
        Thread thread = Thread.currentThread();
        enter(thread);
        try {
            return call.run();
        } catch (CouchFailure
                | IllegalStateException
                | IllegalArgumentException
                | UncheckedIOException
                | IOException e) {
            throw new ViewStoreException(what + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            if (!isClosed()) {
                thread.interrupt();
            }
            throw new ViewStoreException(what + ": " + (isClosed() ? "the store has been closed" : "interrupted"), e);
        } finally {
            leave(thread);
        }
    }

    private synchronized void enter(Thread thread) {
        if (closed) {
            throw new ViewStoreException("the store has been closed");
        }
        underWay.add(thread);
    }

    private synchronized void leave(Thread thread) {
        underWay.remove(thread);
        if (closed) {
            // The interrupt was ours, and is over.
            Thread.interrupted();
        }
    }

    /** Whether this is closed, or what it asks by. */
    synchronized boolean isClosed() {
        return closed || cluster.isClosed();
    }

    @Override
    public synchronized void close() {
        closed = true;
        underWay.forEach(cluster::interrupt);
    }
}
