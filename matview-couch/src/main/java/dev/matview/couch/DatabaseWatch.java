package dev.matview.couch;

import dev.matview.core.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which databases of one cluster change, on a thread of its own: from {@code _db_updates}, or by looking at all
 * positions time and again where that is missing. Changes may be told twice, or without need.
 */
final class DatabaseWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DatabaseWatch.class);

    /** CouchDB is asked at most ten times a second, however often something changes. */
    private static final Duration BETWEEN = Duration.ofMillis(100);

    /** How long without {@code _db_updates} until it is tried again. */
    private static final Duration RETRY_UPDATES = Duration.ofMinutes(5);

    private static final Duration LONGEST_POLL = Duration.ofSeconds(25);

    /** Looking at all positions may take this part of the time, and no more. */
    private static final int POLL_SHARE = 10;

    private final CouchCluster cluster;
    private final Workers workers;
    private final Supplier<Scope> scope;
    private final Duration pollInterval;
    private final Consumer<String> listener;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closed;

    DatabaseWatch(
            CouchCluster cluster,
            Workers workers,
            Supplier<Scope> scope,
            Duration pollInterval,
            Consumer<String> listener) {
        this.cluster = cluster;
        this.workers = workers;
        this.scope = scope;
        this.pollInterval = pollInterval;
        this.listener = listener;
        this.thread = new Thread(this::run, "matview-couch-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until changes from now on are told, but not for ever: CouchDB may be down. */
    void awaitReady(Duration atMost) {
        try {
            if (!ready.await(atMost.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)) {
                log.warn("{} does not answer; changes are watched from when it does", cluster);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        int failures = 0;
        while (!closed) {
            try {
                Instant began = cluster.scheduler().instant();
                follow();
                failures =
                        Duration.between(began, cluster.scheduler().instant()).compareTo(LONGEST_POLL) > 0
                                ? 0
                                : failures;
            } catch (InterruptedException e) {
                return;
            } catch (CouchException e) {
                failures++;
                if (closed) {
                    return;
                }
                log.warn("Cannot watch databases for the moment: {}", e.getMessage());
            }
            try {
                cluster.sleep(cluster.backoff().delay(Math.max(1, failures), null));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void follow() throws InterruptedException {
        UpdatesFeed updates = new UpdatesFeed(cluster);
        Optional<UpdatesFeed.Place> place = updates.now();
        if (place.isPresent()) {
            followUpdates(updates, place.get().since());
        } else {
            poll();
        }
    }

    private void followUpdates(UpdatesFeed updates, String from) throws InterruptedException {
        String since = from;
        ready.countDown();
        Duration half = cluster.socketTimeout().dividedBy(2);
        Duration wait = half.compareTo(LONGEST_POLL) < 0 ? half : LONGEST_POLL;
        while (!closed) {
            UpdatesFeed.Updates found = updates.await(since, wait);
            since = found.until();
            tell(found.names());
            cluster.sleep(BETWEEN);
        }
    }

    private void poll() throws InterruptedException {
        DatabaseListing listing = new DatabaseListing(cluster);
        PositionReader positions = new PositionReader(cluster, workers);
        Instant end = cluster.scheduler().instant().plus(RETRY_UPDATES);
        Map<String, Position> before = null;
        Scope beforeScope = Scope.NOTHING;
        while (!closed && cluster.scheduler().instant().isBefore(end)) {
            Instant began = cluster.scheduler().instant();
            Scope current = scope.get();
            Survey survey = positions.read(listing.names(current));
            Map<String, Position> now = new HashMap<>(survey.positions());
            if (before != null) {
                survey.failed().keySet().forEach(now::remove);
                tell(differing(before, now, survey.failed().keySet(), beforeScope));
            }
            before = now;
            beforeScope = current;
            ready.countDown();
            Duration took = Duration.between(began, cluster.scheduler().instant());
            Duration pause = took.multipliedBy(POLL_SHARE);
            cluster.sleep(pause.compareTo(pollInterval) > 0 ? pause : pollInterval);
        }
    }

    private static Set<String> differing(
            Map<String, Position> before, Map<String, Position> now, Set<String> failed, Scope beforeScope) {
        Set<String> differing = new HashSet<>();
        now.forEach((name, position) -> {
            if (beforeScope.covers(name) && !position.equals(before.get(name))) {
                differing.add(name);
            }
        });
        before.keySet().forEach(name -> {
            if (!now.containsKey(name) && !failed.contains(name)) {
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
