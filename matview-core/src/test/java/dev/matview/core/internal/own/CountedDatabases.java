package dev.matview.core.internal.own;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Subscription;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.spi.Aggregator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** In-memory databases that count what is read, give it in another order, or hold it up. */
final class CountedDatabases implements Aggregator {

    final InMemoryDatabases databases = new InMemoryDatabases();
    final AtomicInteger documentsRead = new AtomicInteger();
    final AtomicInteger reading = new AtomicInteger();
    final AtomicInteger mostReading = new AtomicInteger();
    boolean inOrder = true;
    volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
        databases.aggregate(demands, sink);
    }

    @Override
    public void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents) {
        databases.fetch(database, ids, documents);
    }

    @Override
    public void read(String database, Predicate<ObjectNode> documents) throws InterruptedException {
        mostReading.accumulateAndGet(reading.incrementAndGet(), Math::max);
        try {
            gate.await();
            List<ObjectNode> all = new ArrayList<>();
            databases.read(database, all::add);
            if (!inOrder) {
                Collections.shuffle(all, new Random(7));
            }
            for (ObjectNode document : all) {
                documentsRead.incrementAndGet();
                if (!documents.test(document)) {
                    return;
                }
            }
        } finally {
            reading.decrementAndGet();
        }
    }

    @Override
    public boolean readsInOrder() {
        return inOrder;
    }

    @Override
    public Subscription watch(Consumer<String> listener) {
        return databases.watch(listener);
    }

    @Override
    public void close() {
        databases.close();
    }
}
