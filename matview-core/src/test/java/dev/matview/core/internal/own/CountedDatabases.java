package dev.matview.core.internal.own;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.DelegatingAggregator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** In-memory databases that count what is read, give it in another order, or hold it up. */
final class CountedDatabases extends DelegatingAggregator {

    final InMemoryDatabases databases;
    final AtomicInteger documentsRead = new AtomicInteger();
    final AtomicInteger reading = new AtomicInteger();
    final AtomicInteger mostReading = new AtomicInteger();
    boolean inOrder = true;
    volatile CountDownLatch gate = new CountDownLatch(0);

    CountedDatabases() {
        this(new InMemoryDatabases());
    }

    private CountedDatabases(InMemoryDatabases databases) {
        super(databases);
        this.databases = databases;
    }

    @Override
    public void read(String database, Predicate<ObjectNode> documents) throws InterruptedException {
        mostReading.accumulateAndGet(reading.incrementAndGet(), Math::max);
        try {
            gate.await();
            List<ObjectNode> all = new ArrayList<>();
            super.read(database, all::add);
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
}
