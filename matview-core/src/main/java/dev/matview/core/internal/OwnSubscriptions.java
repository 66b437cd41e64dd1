package dev.matview.core.internal;

import dev.matview.core.AggregationException;
import dev.matview.core.Aggregator;
import dev.matview.core.Page;
import dev.matview.core.Scheduler;
import dev.matview.core.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscriptions to users' own databases. A database is read again when it changed, on threads of their own: reading may
 * wait for a server, and the subscribers of feeds do not wait with it. Changes that follow each other closely are one.
 * Thread-safe.
 */
final class OwnSubscriptions implements AutoCloseable {

    /** How long after a change the database is read. */
    static final Duration SETTLE = Duration.ofMillis(100);

    /** How long after a failure it is. */
    static final Duration RETRY = Duration.ofSeconds(5);

    private static final int READERS = 4;
    private static final Logger log = LoggerFactory.getLogger(OwnSubscriptions.class);

    private final Aggregator aggregator;
    private final Scheduler scheduler;
    private final ExecutorService readers;
    private final Map<String, List<Subscriber>> subscribers = new ConcurrentHashMap<>();
    private final Set<String> due = ConcurrentHashMap.newKeySet();
    private @Nullable Subscription watch;

    OwnSubscriptions(Aggregator aggregator, Scheduler scheduler) {
        this.aggregator = aggregator;
        this.scheduler = scheduler;
        this.readers = threads("matview-own", READERS);
    }

    /** As many daemon threads as are told, named. */
    static ExecutorService threads(String name, int count) {
        AtomicInteger number = new AtomicInteger();
        return Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Gives the listener what the query answers, now and when the database has changed. */
    Subscription subscribe(String database, Callable<Answer> query, Consumer<Page> listener) {
        watch();
        Subscriber subscriber = new Subscriber(() -> answer(database, query), listener, readers);
        subscribers.compute(database, (name, known) -> {
            List<Subscriber> all = known == null ? new CopyOnWriteArrayList<>() : known;
            all.add(subscriber);
            return all;
        });
        subscriber.run();
        return () -> {
            subscriber.close();
            subscribers.computeIfPresent(database, (name, all) -> {
                all.remove(subscriber);
                return all.isEmpty() ? null : all;
            });
        };
    }

    private synchronized void watch() {
        if (watch == null) {
            watch = aggregator.watch(name -> readSoon(name, SETTLE));
        }
    }

    private @Nullable Answer answer(String database, Callable<Answer> query) {
        try {
            return query.call();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return null;
        } catch (AggregationException e) {
            log.warn("{} cannot be read for who subscribed to it: {}", database, Visit.reason(e));
            readSoon(database, RETRY);
            return null;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void readSoon(String database, Duration delay) {
        if (subscribers.containsKey(database) && due.add(database)) {
            scheduler.schedule(delay, () -> {
                due.remove(database);
                subscribers.getOrDefault(database, List.of()).forEach(Subscriber::run);
            });
        }
    }

    @Override
    public synchronized void close() {
        if (watch != null) {
            watch.close();
        }
        readers.shutdownNow();
    }
}
