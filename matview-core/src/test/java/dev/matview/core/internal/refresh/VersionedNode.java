package dev.matview.core.internal.refresh;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Settings;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.DefaultGlobalFeeds;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.ViewStore;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A server as a version of matview would be whose views have another format. What it is given stays open. */
public final class VersionedNode {

    private VersionedNode() {}

    public static GlobalFeeds of(int format, FeedRegistry registry, Aggregator databases, ViewStore store) {
        return of(format, Settings.defaults().maxViewBytes(), registry, databases, store);
    }

    /** The same with a bound for the rows of all views. */
    public static GlobalFeeds of(
            int format, long maxViewBytes, FeedRegistry registry, Aggregator databases, ViewStore store) {
        return DefaultGlobalFeeds.create(
                registry,
                new StaysOpen(databases),
                new NodeStore(store),
                null,
                UserDatabases.standard(),
                CertificateRules.denied(),
                Settings.builder().maxViewBytes(maxViewBytes).build(),
                format);
    }

    private record StaysOpen(Aggregator databases) implements Aggregator {

        @Override
        public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
            databases.aggregate(demands, sink);
        }

        @Override
        public void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents)
                throws InterruptedException {
            databases.fetch(database, ids, documents);
        }

        @Override
        public void read(String database, Predicate<ObjectNode> documents) throws InterruptedException {
            databases.read(database, documents);
        }

        @Override
        public boolean readsInOrder() {
            return databases.readsInOrder();
        }

        @Override
        public Subscription watch(Consumer<String> listener) {
            return databases.watch(listener);
        }

        @Override
        public void close() {}
    }
}
