package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.event.Subscription;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What watchers are told between visits. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorWatchTest extends FollowingFixture {

    @Test
    void withoutUpdatesAWatcherIsToldAllTheSame() throws InterruptedException {
        proxy.on("_db_updates", Fault.status(404, NOT_FOUND));
        // Only what visits cover is looked at, however many databases the server has.
        feed.visit(aggregator);
        Set<String> told = ConcurrentHashMap.newKeySet();
        try (Subscription watch = aggregator.watch(told::add)) {
            assertThat(watch).isNotNull();
            RAW.put(databases.name("bob"), "p2", "{}");
            Awaitility.await().until(() -> told.contains(databases.name("bob")));
            RAW.drop(databases.name("alice"));
            Awaitility.await().until(() -> told.contains(databases.name("alice")));
            databases.create("dave");
            Awaitility.await().until(() -> told.contains(databases.name("dave")));
            assertThat(told).doesNotContain(databases.name("carol"));
        }
    }

    @Test
    void aWatchOutlivesAServerThatGoesAway() throws InterruptedException {
        Set<String> told = ConcurrentHashMap.newKeySet();
        try (Subscription watch = aggregator.watch(told::add)) {
            assertThat(watch).isNotNull();
            proxy.down();
            proxy.up();
            Awaitility.await().until(() -> {
                RAW.put(databases.name("bob"), Long.toString(System.nanoTime()), "{}");
                return told.contains(databases.name("bob"));
            });
        }
    }

    @Test
    void nobodyIsAskedWhenNobodyWatches() {
        Subscription one = aggregator.watch(name -> {});
        Subscription two = aggregator.watch(name -> {});
        one.close();
        assertThat(watching()).isTrue();

        two.close();

        Awaitility.await().until(() -> !watching());
    }

    private static boolean watching() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("matview-couch-watch"));
    }
}
