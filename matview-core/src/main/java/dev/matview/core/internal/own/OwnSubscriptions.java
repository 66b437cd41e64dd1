package dev.matview.core.internal.own;

import dev.matview.core.PageListener;
import dev.matview.core.UnavailableException;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.live.Subscriber;
import dev.matview.core.internal.live.Subscriber.Effort;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.internal.work.Threads;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Aggregator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions to users' own databases. A database is read again when it changed, on threads of their own: reading may
 * wait for a server, and the subscribers of feeds do not wait with it. Changes that follow each other closely are one.
 * Thread-safe.
 */
public final class OwnSubscriptions implements AutoCloseable {

    /** How long after a change the database is read. */
    static final Duration SETTLE = Duration.ofMillis(100);

    /** How long after a failure it is. */
    static final Duration RETRY = Duration.ofSeconds(5);

    private static final Subscription NEVER = () -> {};

    private final Aggregator aggregator;
    private final Scheduler scheduler;
    private final Supplier<Budget> budget;
    private final ExecutorService readers;
    private final Map<String, List<Subscriber>> subscribers = new ConcurrentHashMap<>();
    /** By database: when it is read again. */
    private final Map<String, Subscription> due = new ConcurrentHashMap<>();

    private @Nullable Subscription watch;
    private volatile boolean closed;

    /** @param budget what one answer may take */
    public OwnSubscriptions(Aggregator aggregator, Scheduler scheduler, int readers, Supplier<Budget> budget) {
        this.aggregator = aggregator;
        this.scheduler = scheduler;
        this.budget = budget;
        this.readers = Threads.named("matview-own", readers);
    }

    /** Where answers are asked for unless a subscription has threads of its own. */
    public Executor readers() {
        return readers;
    }

    /**
     * Gives the listener what the query answers, now and when the database has changed.
     *
     * @throws IllegalStateException when this is closed
     */
    public Subscription subscribe(String database, Subscriber.Asking query, PageListener listener, Executor executor) {
        Subscriber subscriber = new Subscriber(
                asked -> answer(database, query, asked), listener, Effort.cold(executor, budget), scheduler);
        synchronized (this) {
            watch();
            subscribers.compute(database, (name, known) -> {
                List<Subscriber> all = known == null ? new CopyOnWriteArrayList<>() : known;
                all.add(subscriber);
                return all;
            });
        }
        subscriber.run();
        return () -> {
            subscriber.close();
            subscribers.computeIfPresent(database, (name, all) -> {
                all.remove(subscriber);
                return all.isEmpty() ? null : all;
            });
        };
    }

    private void watch() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        if (watch == null) {
            watch = aggregator.watch(name -> readSoon(name, SETTLE));
        }
    }

    private @Nullable ServedPage answer(String database, Subscriber.Asking query, Budget asked) {
        try {
            return query.ask(asked);
        } catch (UnavailableException e) {
            readSoon(database, RETRY);
            throw e;
        }
    }

    private void readSoon(String database, Duration delay) {
        if (subscribers.containsKey(database)) {
            due.computeIfAbsent(database, name -> closed ? NEVER : scheduler.schedule(delay, () -> read(name)));
        }
    }

    private void read(String database) {
        due.remove(database);
        subscribers.getOrDefault(database, List.of()).forEach(Subscriber::run);
    }

    /** Nobody is told anything more, and nothing stays scheduled. */
    @Override
    public synchronized void close() {
        closed = true;
        if (watch != null) {
            watch.close();
            watch = null;
        }
        subscribers.values().forEach(all -> all.forEach(Subscriber::close));
        subscribers.clear();
        due.values().forEach(Subscription::close);
        readers.shutdownNow();
    }
}
