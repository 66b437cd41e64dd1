package dev.matview.couch;

import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Three user databases, and an aggregator that follows changes however few databases there are. */
abstract class FollowingFixture {

    static final TestCouch COUCH = TestCouch.get();
    static final RawCouch RAW = COUCH.raw();
    static final boolean FOLLOWS = COUCH.capabilities().dbUpdates();
    static final String NOT_FOUND = "{\"error\":\"not_found\",\"reason\":\"missing\"}";

    final FaultProxy proxy = new FaultProxy(COUCH.url());
    final TestDatabases databases = COUCH.databases();
    final Feeds feed = Feeds.over(databases.pattern());
    final CouchCluster cluster = COUCH.cluster(proxy.url())
            .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
            .build();
    final CouchAggregator aggregator = CouchAggregator.builder(cluster)
            .sweepAlwaysUpTo(0)
            .pollInterval(Duration.ofMillis(100))
            .build();

    @BeforeEach
    void fill() {
        for (String name : List.of("alice", "bob", "carol")) {
            databases.create(name);
            RAW.put(databases.name(name), "p1", "{}");
        }
    }

    @AfterEach
    void close() {
        aggregator.close();
        cluster.close();
        proxy.close();
        databases.close();
    }
}
