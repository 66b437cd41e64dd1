package dev.matview.couch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.Aggregator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Sources that outlive whoever reads them, as CouchDB outlives a server. */
record KeptOpen(Aggregator sources) implements Aggregator {

    @Override
    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
        sources.aggregate(demands, sink);
    }

    @Override
    public void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents) throws InterruptedException {
        sources.fetch(database, ids, documents);
    }

    @Override
    public void read(String database, Predicate<ObjectNode> documents) throws InterruptedException {
        sources.read(database, documents);
    }

    @Override
    public boolean readsInOrder() {
        return sources.readsInOrder();
    }

    @Override
    public Subscription watch(Consumer<String> listener) {
        return sources.watch(listener);
    }

    @Override
    public void close() {}
}
