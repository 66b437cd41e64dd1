package dev.matview.couch.internal.source;

import dev.matview.core.event.Episode;
import dev.matview.core.spi.Position;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.ReaderThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which databases of one cluster change, on a thread of its own: from {@code _db_updates}, or by looking at all
 * positions time and again where that is missing. Changes may be told twice, or without need.
 */
public final class DatabaseWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DatabaseWatch.class);

    /** CouchDB is asked at most ten times a second, however often something changes. */
    private static final Duration BETWEEN = Duration.ofMillis(100);

    /** How long without {@code _db_updates} until it is tried again. */
    private static final Duration RETRY_UPDATES = Duration.ofMinutes(5);

    private static final Duration LONGEST_POLL = Duration.ofSeconds(25);

    /** Looking at all positions may take this part of the time, and no more. */
    private static final int POLL_SHARE = 10;

    private final CouchClient cluster;
    private final UpdatesFeed updates;
    private final DatabaseListing listing;
    private final PositionReader positions;
    private final Supplier<Scope> scope;
    private final Duration pollInterval;
    private final Consumer<String> listener;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Thread thread;
    /** While changes cannot be had of a CouchDB that answers. */
    private final Episode unwatched;

    private volatile boolean closed;

    /** The place in {@code _db_updates}; null while that cannot be had. Used by the thread alone, as what follows. */
    private @Nullable String since;

    private Instant updatesDue = Instant.MIN;
    private boolean warned;
    private @Nullable Map<String, Position> looked;
    private Scope lookedAt = Scope.NOTHING;

    public DatabaseWatch(
            CouchClient cluster,
            ReaderThreads workers,
            Supplier<Scope> scope,
            Duration pollInterval,
            Consumer<String> listener) {
        this.cluster = cluster;
        this.unwatched = new Episode(DatabaseWatch.class, cluster.scheduler());
        this.updates = new UpdatesFeed(cluster);
        this.listing = new DatabaseListing(cluster);
        this.positions = new PositionReader(cluster, workers);
        this.scope = scope;
        this.pollInterval = pollInterval;
        this.listener = listener;
        this.thread = new Thread(this::run, "matview-couch-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until changes from now on are told, but not for ever: CouchDB may be down. */
    public void awaitReady(Duration atMost) {
        try {
            if (!ready.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                log.debug("{} does not answer; changes are watched from when it does", cluster);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        int failures = 0;
        while (!isOver()) {
            try {
                if (failures > 0) {
                    // What a server had not told when it went down it never tells.
                    tell(listing.names(scope.get()));
                }
                step();
                failures = 0;
                unwatched.ends("Databases of {} are watched again", cluster);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                failures++;
                if (isOver() || !pauseAfter(failures, e)) {
                    return;
                }
            }
        }
    }

    /** Somebody may close what it asks by before this. */
    private boolean isOver() {
        return closed || cluster.isClosed();
    }

    private boolean pauseAfter(int failures, RuntimeException failure) {
        if (failure instanceof CouchFailure answer && answer.isBroken()) {
            // The client tells of that, once for all who ask.
            log.debug("Cannot watch databases for the moment: {}", failure.getMessage());
        } else {
            unwatched.begins(
                    failure, "Databases of {} cannot be watched for the moment: {}", cluster, failure.getMessage());
        }
        try {
            cluster.sleep(cluster.backoff(failures));
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** One wait for changes, or one look for them. What is known stays until the next, so that no failure hides any. */
    private void step() throws InterruptedException {
        Instant now = cluster.scheduler().instant();
        if (since == null && !now.isBefore(updatesDue)) {
            since = updates.now().map(UpdatesFeed.Place::since).orElse(null);
            updatesDue = now.plus(RETRY_UPDATES);
            if (since == null && !warned) {
                warned = true;
                log.warn(
                        "{} has no _db_updates for this user: changes are found by looking at every database, which takes"
                                + " long where there are many. Create the database _global_changes, and be a server admin",
                        cluster);
            }
        }
        if (since == null) {
            look();
            ready.countDown();
            Duration pause =
                    Duration.between(now, cluster.scheduler().instant()).multipliedBy(POLL_SHARE);
            cluster.sleep(pause.compareTo(pollInterval) > 0 ? pause : pollInterval);
            return;
        }
        if (looked != null) {
            // From here on the feed tells; what changed since the last look it does not.
            look();
            looked = null;
        }
        ready.countDown();
        await(since);
        cluster.sleep(BETWEEN);
    }

    private void await(String from) throws InterruptedException {
        Duration half = cluster.socketTimeout().dividedBy(2);
        try {
            UpdatesFeed.Updates found = updates.await(from, half.compareTo(LONGEST_POLL) < 0 ? half : LONGEST_POLL);
            tell(found.names());
            since = found.until();
        } catch (CouchFailure e) {
            if (e.isClientError()) {
                since = null;
                updatesDue = Instant.MIN;
            }
            throw e;
        }
    }

    private void look() throws InterruptedException {
        Scope current = scope.get();
        Survey survey = positions.read(listing.names(current));
        Map<String, Position> now = new HashMap<>();
        survey.standings().forEach((name, standing) -> now.put(name, standing.position()));
        Map<String, Position> before = looked;
        if (before != null) {
            for (String failed : survey.failed().keySet()) {
                Position last = before.get(failed);
                if (last != null) {
                    now.put(failed, last);
                }
            }
            tell(differing(before, now, lookedAt));
        }
        looked = now;
        lookedAt = current;
    }

    private static Set<String> differing(Map<String, Position> before, Map<String, Position> now, Scope lookedAt) {
        Set<String> differing = new HashSet<>();
        now.forEach((name, position) -> {
            if (lookedAt.covers(name) && !position.equals(before.get(name))) {
                differing.add(name);
            }
        });
        before.keySet().forEach(name -> {
            if (!now.containsKey(name)) {
                differing.add(name);
            }
        });
        return differing;
    }

    private void tell(Set<String> names) {
        for (String name : names) {
            if (!closed && !name.startsWith("_")) {
                listener.accept(name);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        cluster.interrupt(thread);
    }
}
