package dev.matview.server.http.exchange;

import dev.matview.server.process.MemoryExhaustion;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The threads of a server, by what they may wait for: so that none of them is missing where another waits. Their queues have
 * no bound of their own, and need none: a connection has one task at a time, and connections are bounded. Thread-safe.
 */
public final class ServerThreads {

    /** They move bytes, and never wait. */
    private static final int MAX_IO = 32;

    /** As many of those may be answering what is ready: half are left to read and write, whatever comes over these. */
    public static final int MAX_ANSWERING_IO = MAX_IO / 2;

    /** Each may be making a page of a megabyte. */
    private static final int MAX_ANSWERING = 32;

    private static final int MAX_WAITING = 100;

    private static final int MAX_OPERATING = 4;
    private static final int MIN = 4;

    /** Idle threads are no use to anybody after a rush. */
    private static final Duration IDLE = Duration.ofSeconds(5);

    private final Threads io = new Threads("http", MAX_IO, MIN);
    private final Threads answering = new Threads("answer", MAX_ANSWERING, MIN);
    private final Threads waiting = new Threads("wait", MAX_WAITING, 1);
    private final Threads large =
            new Threads("large", Math.max(2, Runtime.getRuntime().availableProcessors()), 1);
    private final Threads operating = new Threads("operate", MAX_OPERATING, 1);

    /** Those that read and write: nothing that may wait is run on them, and of the rest no more than what is ready. */
    public QueuedThreadPool io() {
        return io;
    }

    /** Those that answer requests and messages. */
    public QueuedThreadPool answering() {
        return answering;
    }

    /** Those that answer what has to be asked of a database first. */
    public QueuedThreadPool waiting() {
        return waiting;
    }

    /** Those that answer what takes much memory while it is read: no more at once than there are processors. */
    public QueuedThreadPool large() {
        return large;
    }

    /** Those that answer whoever looks after the server, whatever the others do. */
    public QueuedThreadPool operating() {
        return operating;
    }

    /** Runs tasks where an error is seen that would otherwise be thrown away. */
    private static final class Threads extends QueuedThreadPool implements Executor {

        Threads(String name, int max, int min) {
            super(max, min, Math.toIntExact(IDLE.toMillis()));
            setName(name);
            setDaemon(true);
            setMaxEvictCount(max);
        }

        @Override
        protected void runJob(Runnable job) {
            try {
                super.runJob(job);
            } catch (RuntimeException | Error e) {
                MemoryExhaustion.atTop(e);
                throw e;
            }
        }
    }
}
