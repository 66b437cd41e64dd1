package dev.matview.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchException;
import dev.matview.testkit.ManualScheduler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Numbers of feeds and of CouchDBs, in any registry. */
class MetricsTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryFeedRegistry definitions = new InMemoryFeedRegistry(feed("posts"));
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(definitions)
            .aggregator(databases)
            .scheduler(scheduler)
            .build();

    private static FeedDefinition feed(String collection) {
        return FeedDefinition.builder(collection)
                .interval(Duration.ofMinutes(5))
                .build();
    }

    @AfterEach
    void close() {
        feeds.close();
        databases.close();
    }

    private void start() throws InterruptedException {
        databases.put("userdb-a", "{\"_id\": \"1\"}");
        scheduler.follow(feeds);
        feeds.start();
        scheduler.await(feeds.refresh("posts"));
    }

    private double rows(String collection) {
        return registry.get("matview.feed.rows")
                .tag("collection", collection)
                .gauge()
                .value();
    }

    @Test
    void feedsThatComeAndGoAreFollowed() throws InterruptedException {
        try (FeedMetrics metrics = FeedMetrics.of(feeds, scheduler)) {
            metrics.bindTo(registry);
            start();
            metrics.update();
            assertThat(rows("posts")).isEqualTo(1);
            assertThat(registry.get("matview.feed.refresh").timer().count()).isPositive();

            definitions.put(feed("events"));
            definitions.remove("posts");
            scheduler.await(feeds.refresh("events"));
            scheduler.advance(FeedMetrics.INTERVAL);

            assertThat(rows("events")).isEqualTo(1);
            assertThat(registry.find("matview.feed.rows")
                            .tag("collection", "posts")
                            .meters())
                    .isEmpty();
            assertThat(registry.find("matview.feed.refresh")
                            .tag("collection", "posts")
                            .meters())
                    .isEmpty();
        }
    }

    @Test
    void cachesAreCountedByName() throws InterruptedException {
        try (FeedMetrics metrics = FeedMetrics.of(feeds, scheduler)) {
            metrics.bindTo(registry);
            start();
            feeds.query("posts", Query.all());
            feeds.query("posts", Query.all());
            metrics.update();

            assertThat(ofPages("gets", "hit").functionCounter().count()).isEqualTo(1);
            assertThat(ofPages("gets", "miss").functionCounter().count()).isEqualTo(1);
            assertThat(registry.get("matview.cache.evictions")
                            .tag("cache", "pages")
                            .functionCounter()
                            .count())
                    .isZero();
            assertThat(registry.get("matview.cache.entries")
                            .tag("cache", "pages")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(registry.find("matview.cache.bytes").gauges()).hasSize(5);
        }
    }

    private RequiredSearch ofPages(String name, String result) {
        return registry.get("matview.cache." + name).tag("cache", "pages").tag("result", result);
    }

    @Test
    void aRefreshThatCouldReadNothingIsNoSuccess() throws InterruptedException {
        try (FeedMetrics metrics = FeedMetrics.of(feeds, scheduler)) {
            metrics.bindTo(registry);
            start();
            databases.fail("userdb-a", new IllegalStateException("on fire"));
            databases.put("userdb-a", "{\"_id\": \"2\"}");

            scheduler.await(feeds.refresh("posts"));

            assertThat(registry.get("matview.feed.refresh")
                            .tag("outcome", "unread")
                            .timer()
                            .count())
                    .isPositive();
            assertThat(registry.find("matview.feed.refresh")
                            .tag("outcome", "unchanged")
                            .timer())
                    .isNull();
        }
    }

    @Test
    void whatIsClosedLeavesNothingBehindAndIsBoundNoMore() throws InterruptedException {
        FeedMetrics metrics = FeedMetrics.of(feeds, scheduler);
        metrics.bindTo(registry);
        start();

        metrics.close();
        metrics.close();
        scheduler.await(feeds.refresh("posts"));

        assertThat(registry.getMeters()).isEmpty();
        assertThatThrownBy(() -> metrics.bindTo(registry)).isInstanceOf(IllegalStateException.class);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void requestsToACouchDbAreCountedByHowTheyEnd() {
        // The port for discarding: nothing listens there.
        try (CouchCluster couch =
                CouchCluster.builder("http://127.0.0.1:9").attempts(1).build()) {
            CouchMetrics metrics = CouchMetrics.of(couch);
            metrics.bindTo(registry);
            assertThat(registry.get("matview.couchdb.up").gauge().value()).isEqualTo(1);

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(couch::verify).isInstanceOf(CouchException.class);
            }

            assertThat(registry.get("matview.couchdb.requests")
                            .tag("operation", "server")
                            .timer()
                            .count())
                    .isEqualTo(2);
            assertThat(registry.get("matview.couchdb.up").gauge().value()).isZero();

            metrics.close();
            assertThatThrownBy(couch::verify).isInstanceOf(CouchException.class);
            assertThat(registry.getMeters()).isEmpty();
            assertThatThrownBy(() -> metrics.bindTo(registry)).isInstanceOf(IllegalStateException.class);
        }
    }
}
