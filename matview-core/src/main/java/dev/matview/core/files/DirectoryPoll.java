package dev.matview.core.files;

import dev.matview.core.event.Episode;
import dev.matview.core.event.Listeners;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Position;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a directory again and again while somebody listens, and tells what changed. Thread-safe. */
final class DirectoryPoll implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DirectoryPoll.class);

    private final JsonLinesListing listing;
    private final Scheduler scheduler;
    private final Duration interval;
    private final Executor executor;
    private final Listeners<String> listeners = new Listeners<>();
    /** While the directory cannot be listed. */
    private final Episode unseen;

    private @Nullable Round round;
    private boolean closed;

    DirectoryPoll(JsonLinesListing listing, Scheduler scheduler, Duration interval, Executor executor) {
        this.listing = listing;
        this.scheduler = scheduler;
        this.interval = interval;
        this.executor = executor;
        this.unseen = new Episode(DirectoryPoll.class, scheduler);
    }

    /** What was seen last, and the next look; given up when the last listener leaves. */
    private static final class Round {
        private Map<String, Optional<Position>> seen;
        private Subscription next = () -> {};

        Round(Map<String, Optional<Position>> seen) {
            this.seen = seen;
        }
    }

    synchronized Subscription watch(Consumer<String> listener) {
        Subscription subscription = listeners.add(listener);
        if (round == null && !closed) {
            round = new Round(Map.of());
            // Taken now: a change right after this call is a difference.
            round.seen = look(round);
            schedule(round);
        }
        return () -> leave(subscription);
    }

    private synchronized void leave(Subscription subscription) {
        subscription.close();
        if (listeners.isEmpty()) {
            stop();
        }
    }

    private void stop() {
        if (round != null) {
            round.next.close();
            round = null;
        }
    }

    private void schedule(Round current) {
        current.next = scheduler.schedule(interval, () -> {
            try {
                executor.execute(() -> poll(current));
            } catch (RejectedExecutionException e) {
                log.debug("No look at {}: closed", listing.directory());
            }
        });
    }

    private void poll(Round current) {
        Map<String, Optional<Position>> now = look(current);
        Set<String> changed = new TreeSet<>();
        synchronized (this) {
            if (round != current) {
                return;
            }
            now.forEach((database, position) -> {
                if (!position.equals(current.seen.get(database))) {
                    changed.add(database);
                }
            });
            current.seen.keySet().stream()
                    .filter(database -> !now.containsKey(database))
                    .forEach(changed::add);
            current.seen = now;
            schedule(current);
        }
        changed.forEach(listeners::tell);
    }

    /** What is there; what was there last when that cannot be told. */
    private Map<String, Optional<Position>> look(Round current) {
        try {
            Map<String, Optional<Position>> found = listing.list(name -> true);
            unseen.ends("Changes in {} are noticed again", listing.directory());
            return found;
        } catch (AggregationException e) {
            unseen.begins(e, "Changes are not noticed: {}", e.getMessage());
            return current.seen;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        stop();
    }
}
