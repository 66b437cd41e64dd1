package dev.matview.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.Aggregator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** An aggregator that does what another one does, but for what a test has it do otherwise. Thread-safe as that one is. */
public abstract class DelegatingAggregator implements Aggregator {

    private final Aggregator aggregator;

    protected DelegatingAggregator(Aggregator aggregator) {
        this.aggregator = aggregator;
    }

    @Override
    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
        aggregator.aggregate(demands, sink);
    }

    @Override
    public void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents) throws InterruptedException {
        aggregator.fetch(database, ids, documents);
    }

    @Override
    public void read(String database, Predicate<ObjectNode> documents) throws InterruptedException {
        aggregator.read(database, documents);
    }

    @Override
    public boolean readsInOrder() {
        return aggregator.readsInOrder();
    }

    @Override
    public Subscription watch(Consumer<String> listener) {
        return aggregator.watch(listener);
    }

    @Override
    public void close() {
        aggregator.close();
    }
}
