package dev.matview.couch.internal.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.event.Episode;
import dev.matview.core.spi.LeftOut.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the changes of one small database on a thread of its own, by long polling, for as long as it is open. A CouchDB
 * that is away is asked again with backoff; when it is back, and whenever changes may have been missed, the listener is
 * told so. Thread-safe.
 */
public final class ChangesFeed implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ChangesFeed.class);

    private static final Duration POLL = Duration.ofSeconds(20);

    private final CouchClient cluster;
    private final String database;
    private final Listener listener;
    private final Thread thread;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Episode unfollowed;
    private volatile boolean closed;

    /** Tells the database from one made again under its name, which has a history of its own. Only used by the thread. */
    private String instance = "";

    /** What wants to know; called from the feed's thread. What it throws is treated as a broken connection. */
    public interface Listener {
        /** Following begins, or begins anew: whatever happened before is not told. Makes the database, if need be. */
        void begin() throws InterruptedException;

        /** The document has changed; told with its current content, {@code _deleted} included. */
        void changed(JsonNode document) throws InterruptedException;

        /** There is a document of that id now which cannot be read. */
        default void unreadable(String id, Reason reason) throws InterruptedException {}

        /** All changes so far are told. */
        default void caughtUp() throws InterruptedException {}

        /** CouchDB does not answer, or not as it should. */
        default void away(CouchFailure reason) {}
    }

    public ChangesFeed(CouchClient cluster, String database, String threadName, Listener listener) {
        this.cluster = cluster;
        this.unfollowed = new Episode(ChangesFeed.class, cluster.scheduler());
        this.database = database;
        this.listener = listener;
        this.thread = new Thread(this::run, threadName);
        thread.setDaemon(true);
    }

    public ChangesFeed start() {
        thread.start();
        return this;
    }

    /** Waits until changes are followed, or so long at most. */
    public void awaitReady(Duration atMost) throws InterruptedException {
        if (!ready.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            log.debug("the changes of {} are not followed yet", database);
        }
    }

    private void run() {
        int failures = 0;
        @Nullable String since = null;
        try {
            while (!isOver()) {
                try {
                    since = since == null ? begin() : follow(since);
                    failures = 0;
                    unfollowed.ends("The changes of {} are followed again", database);
                } catch (CouchFailure e) {
                    failures++;
                    report(e);
                    // The database is gone, or another one: from the beginning then.
                    since = e.isClientError() ? null : since;
                    cluster.sleep(cluster.backoff(failures));
                } catch (RuntimeException e) {
                    if (isOver()) {
                        return;
                    }
                    log.error("A change of {} cannot be taken, beginning anew", database, e);
                    since = null;
                    cluster.sleep(cluster.backoff(++failures));
                }
            }
        } catch (InterruptedException e) {
            log.debug("the changes of {} are followed no more", database);
        }
    }

    /** Somebody may close what it asks by before this. */
    private boolean isOver() {
        return closed || cluster.isClosed();
    }

    private void report(CouchFailure e) {
        if (!isOver()) {
            if (e.isBroken()) {
                // The client tells of that, once for all who ask.
                log.debug("The changes of {} cannot be followed, trying again: {}", database, e.getMessage());
            } else {
                unfollowed.begins(
                        e, "The changes of {} cannot be followed, trying again: {}", database, e.getMessage());
            }
            listener.away(e);
        }
    }

    private String begin() throws InterruptedException {
        // Begun before the listener looks for itself: what changes meanwhile is told after that.
        String since;
        try {
            since = now();
        } catch (CouchFailure e) {
            if (!e.isNotFound()) {
                throw e;
            }
            since = null;
        }
        listener.begin();
        instance = instance();
        if (since == null) {
            since = "0";
        }
        ready.countDown();
        return since;
    }

    private String instance() throws InterruptedException {
        return cluster.json(CouchRequest.get(CouchPath.database(database)))
                .path("instance_start_time")
                .asText();
    }

    private String now() throws InterruptedException {
        CouchPath path =
                CouchPath.database(database, "_changes").with("since", "now").with("limit", 1);
        return cluster.json(CouchRequest.get(path), Changes::require)
                .path("last_seq")
                .asText();
    }

    /** Gives null when it is time to begin anew. */
    private @Nullable String follow(String since) throws InterruptedException {
        Duration timeout = cluster.socketTimeout().multipliedBy(2).dividedBy(3);
        timeout = timeout.compareTo(POLL) < 0 ? timeout : POLL;
        CouchPath path = CouchPath.database(database, "_changes")
                .with("feed", "longpoll")
                .with("include_docs", "true")
                .with("since", since)
                .with("timeout", timeout.toMillis());
        Told told = cluster.once(CouchRequest.get(path).answeredAtLength().waiting(timeout), Told::read);
        if (!instance().equals(instance)) {
            return null;
        }
        for (Changes.Change change : told.all) {
            if (change.document() != null) {
                listener.changed(change.document());
            } else if (change.problem() != null) {
                listener.unreadable(change.id(), change.problem());
            }
        }
        if (!told.all.isEmpty()) {
            listener.caughtUp();
        }
        return told.until;
    }

    /** What changed; small databases have small changes. */
    private static final class Told implements Changes.Taker {
        private static final long MOST = 64L << 20;

        private final List<Changes.Change> all = new ArrayList<>();
        private String until = "";
        private long bytes;

        static Told read(InputStream body) throws IOException, InterruptedException {
            Told told = new Told();
            told.until = Changes.read(body, told).until();
            return told;
        }

        @Override
        public void arrived(int length) throws WrongAnswerException {
            bytes += length;
            WrongAnswerException.unless(bytes <= MOST, "an answer of more changes than there can be");
        }

        @Override
        public void take(Changes.Change change) {
            all.add(change);
        }
    }

    @Override
    public void close() {
        closed = true;
        cluster.interrupt(thread);
    }
}
