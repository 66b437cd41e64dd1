package dev.matview.couch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Aggregator;
import dev.matview.core.Subscription;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Sources that outlive whoever reads them, as CouchDB outlives a server. */
record KeptOpen(Aggregator sources) implements Aggregator {

    @Override
    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
        sources.aggregate(demands, sink);
    }

    @Override
    public Map<String, ObjectNode> fetch(String database, Set<String> ids) throws InterruptedException {
        return sources.fetch(database, ids);
    }

    @Override
    public Subscription watch(Consumer<String> listener) {
        return sources.watch(listener);
    }

    @Override
    public void close() {}
}
