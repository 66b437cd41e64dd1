package dev.matview.core.internal.refresh;

import dev.matview.core.event.Subscription;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.DelegatingAggregator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** In-memory databases whose visits a test counts, holds up and lets fail. */
final class GatedAggregator extends DelegatingAggregator {

    private static final Runnable NOTHING = () -> {};

    final InMemoryDatabases databases;
    /** The collections of each visit, in the order of the visits. */
    final List<List<String>> visits = new CopyOnWriteArrayList<>();

    final AtomicInteger underWay = new AtomicInteger();
    final AtomicInteger mostUnderWay = new AtomicInteger();
    final AtomicInteger watchers = new AtomicInteger();
    volatile Runnable beforeWatching = NOTHING;
    private volatile @Nullable Semaphore gate;
    private volatile @Nullable Semaphore exit;
    volatile @Nullable RuntimeException failure;
    /** Told by each visit, of all its feeds. */
    volatile @Nullable String checkpoint;
    /** Given to the last visit, of its first feed. */
    volatile @Nullable String given;

    /** Whether it was enough for the last visit to find what was noticed. */
    volatile boolean isNoticed;
    /** Told by a visit for which that is enough. */
    volatile @Nullable Instant asOf;

    GatedAggregator() {
        this(new InMemoryDatabases());
    }

    /** Visits the same databases as others do. */
    GatedAggregator(InMemoryDatabases databases) {
        super(databases);
        this.databases = databases;
    }

    /** Whether watching begins without a test's doing. */
    boolean isWatchable() {
        return beforeWatching == NOTHING;
    }

    /** Visits wait from now on until they are let through. */
    Semaphore closeGate() {
        Semaphore closed = new Semaphore(0);
        gate = closed;
        return closed;
    }

    /** Visits that have read what they visit wait from now on until they are let through. */
    Semaphore closeExit() {
        Semaphore closed = new Semaphore(0);
        exit = closed;
        return closed;
    }

    void openGate() {
        open(gate);
        open(exit);
        gate = null;
        exit = null;
    }

    private static void open(@Nullable Semaphore closed) {
        if (closed != null) {
            closed.release(1_000);
        }
    }

    private static void pass(@Nullable Semaphore closed) throws InterruptedException {
        if (closed != null) {
            closed.acquire();
        }
    }

    @Override
    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
        visits.add(new ArrayList<>(demands.stream()
                .map(demand -> demand.feed().collection())
                .sorted()
                .toList()));
        mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        try {
            pass(gate);
            RuntimeException fails = failure;
            if (fails != null) {
                throw fails;
            }
            isNoticed = demands.stream().allMatch(Demand::isNoticed);
            given = demands.get(0).checkpoint();
            super.aggregate(demands, sink);
            String told = checkpoint;
            if (told != null) {
                demands.forEach(demand -> sink.checkpoint(demand.feed(), told));
            }
            Instant complete = asOf;
            if (isNoticed && complete != null) {
                demands.forEach(demand -> sink.asOf(demand.feed(), complete));
            }
            pass(exit);
        } finally {
            underWay.decrementAndGet();
        }
    }

    @Override
    public Subscription watch(Consumer<String> listener) {
        beforeWatching.run();
        Subscription watch = super.watch(listener);
        watchers.incrementAndGet();
        return () -> {
            watch.close();
            watchers.decrementAndGet();
        };
    }
}
