package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.AggregationException;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How visits notice changes: with {@code _db_updates}, when it is lost, and without it. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorFollowingTest extends FollowingFixture {

    private void assertSwept(boolean swept) {
        assertThat(proxy.count("_all_dbs") > 0).as("names were listed").isEqualTo(swept);
    }

    @Test
    void whereNothingChangedAFewRequestsTellIt() throws InterruptedException {
        feed.visit(aggregator);
        // What was written right before the first visit is told to the second.
        feed.visit(aggregator);
        proxy.forget();

        feed.visit(aggregator);

        assertThat(feed.unmoved).hasSize(3);
        assertSwept(!FOLLOWS);
        if (FOLLOWS) {
            assertThat(proxy.count(databases.prefix())).isZero();
            // What each node has gathered is asked of each, on two looks.
            int copies = COUCH.capabilities().copies();
            assertThat(proxy.requests()).hasSizeLessThanOrEqualTo(copies == 1 ? 4 : 4 + 3 * copies);
        }
    }

    @Test
    void onlyWhatChangedIsLookedAt() throws InterruptedException {
        feed.visit(aggregator);
        RAW.put(databases.name("bob"), "p2", "{}");
        RAW.drop(databases.name("alice"));
        databases.create("dave");
        proxy.forget();

        feed.visit(aggregator);

        assertThat(feed.moved).containsOnlyKeys(databases.name("bob"), databases.name("dave"));
        assertThat(feed.gone).containsExactly(databases.name("alice"));
        assertThat(feed.unmoved).containsExactly(databases.name("carol"));
        assertSwept(!FOLLOWS);
    }

    @Test
    void aPurgeIsFound() throws InterruptedException {
        feed.visit(aggregator);
        proxy.forget();
        if (COUCH.capabilities().purge()) {
            String rev = RAW.get(databases.name("bob"), "p1").path("_rev").textValue();
            RAW.json("POST", RAW.path(databases.name("bob"), "_purge"), "{\"p1\":[\"" + rev + "\"]}");
        } else {
            RAW.delete(databases.name("bob"), "p1");
        }

        feed.visit(aggregator);

        assertThat(feed.slices.get(databases.name("bob")).rows()).isEmpty();
        assertSwept(!FOLLOWS);
    }

    @Test
    void aDatabaseMadeAgainWithAsManyDocumentsIsReadAgain() throws InterruptedException {
        feed.visit(aggregator);
        RAW.drop(databases.name("bob"));
        databases.create("bob");
        RAW.put(databases.name("bob"), "other", "{}");

        feed.visit(aggregator);

        assertThat(feed.slices.get(databases.name("bob")).rows())
                .extracting(row -> row.id())
                .containsExactly("other");
    }

    @Test
    void aRestartedAggregatorComparesWithWhatIsHeld() throws InterruptedException {
        feed.visit(aggregator);
        RAW.put(databases.name("bob"), "p2", "{}");
        try (CouchAggregator restarted =
                CouchAggregator.builder(cluster).sweepAlwaysUpTo(0).build()) {
            feed.visit(restarted);
        }

        assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
        assertThat(feed.unmoved).hasSize(2);
    }

    @Test
    void aVisitThatFailsLosesNoChange() throws InterruptedException {
        feed.visit(aggregator);
        RAW.put(databases.name("bob"), "p2", "{}");
        proxy.on("_dbs_info", Fault.status(500, "{\"error\":\"internal\"}"), 5);
        proxy.on("GET " + RAW.path(databases.name("bob")) + "$", Fault.status(500, "{\"error\":\"internal\"}"), 5);
        feed.visit(aggregator);
        assertThat(feed.failed).containsOnlyKeys(databases.name("bob"));
        proxy.heal();

        feed.visit(aggregator);

        assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
    }

    /** An aggregator whose clock runs ahead. */
    private final class Ahead implements AutoCloseable {
        final AtomicReference<Duration> by = new AtomicReference<>(Duration.ZERO);
        private final Scheduler clock = new Clock(() -> Instant.now().plus(by.get()));
        private final CouchCluster timed =
                COUCH.cluster(proxy.url()).scheduler(clock).build();
        final CouchAggregator aggregator =
                CouchAggregator.builder(timed).sweepAlwaysUpTo(0).build();

        @Override
        public void close() {
            aggregator.close();
            timed.close();
            clock.close();
        }
    }

    /** What is scheduled happens in the system's time, whatever the clock says. */
    private record Clock(Supplier<Instant> time, Scheduler system) implements Scheduler {

        Clock(Supplier<Instant> time) {
            this(time, Scheduler.system());
        }

        @Override
        public Instant instant() {
            return time.get();
        }

        @Override
        public Subscription schedule(Duration delay, Runnable task) {
            return system.schedule(delay, task);
        }

        @Override
        public void close() {
            system.close();
        }
    }

    /** What was written a moment ago may stand in {@code _db_updates} only a moment later. */
    @Nested
    class EntriesOnTheirWay {

        @Test
        void aVisitWaitsNoLongerThanEntriesAreOnTheirWay() throws InterruptedException {
            // By this clock the longest that they may take never passes.
            Instant now = Instant.now();
            try (Scheduler still = new Clock(() -> now);
                    CouchCluster timeless = COUCH.cluster().scheduler(still).build();
                    CouchAggregator patient =
                            CouchAggregator.builder(timeless).sweepAlwaysUpTo(0).build()) {
                feed.visit(patient);
                RAW.put(databases.name("bob"), "p2", "{}");

                feed.visit(patient);
            }

            assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
        }

        @Test
        void entriesThatAreOnTheirWayAreWaitedFor() throws InterruptedException {
            feed.visit(aggregator);
            RAW.put(databases.name("bob"), "p2", "{}");
            proxy.on(
                    "_stats/global_changes",
                    Fault.rewrite(body -> body.replace("_updates\":{\"value\":0", "_updates\":{\"value\":1")),
                    3 * COUCH.capabilities().copies());
            proxy.on("GET /_db_updates\\?since=\\d", Fault.rewrite(body -> nothingSince(lastPlace())), 3);
            proxy.forget();

            feed.visit(aggregator);

            assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
            assertSwept(!FOLLOWS);
        }

        @Test
        void anEntryThatIsBeingWrittenDownIsWaitedFor() throws InterruptedException {
            // By this clock writing it down takes no time.
            Instant now = Instant.now();
            try (Scheduler still = new Clock(() -> now);
                    CouchCluster timeless =
                            COUCH.cluster(proxy.url()).scheduler(still).build();
                    CouchAggregator patient =
                            CouchAggregator.builder(timeless).sweepAlwaysUpTo(0).build()) {
                feed.visit(patient);
                RAW.put(databases.name("bob"), "p2", "{}");
                proxy.on(
                        "_stats/global_changes",
                        Fault.rewrite(
                                body -> body.replaceAll("_updates\":\\{\"value\":\\d+", "_updates\":{\"value\":0")));
                proxy.on("GET /_db_updates\\?since=\\d", Fault.rewrite(body -> nothingSince(lastPlace())), 3);

                feed.visit(patient);
            }

            assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
        }

        @Test
        void whereNodesDoNotTellTheLongestIsWaited() throws InterruptedException {
            proxy.on("_stats/", Fault.status(403, "{\"error\":\"forbidden\",\"reason\":\"not an admin\"}"));
            feed.visit(aggregator);
            RAW.put(databases.name("bob"), "p2", "{}");
            proxy.forget();

            feed.visit(aggregator);

            assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
            assertSwept(!FOLLOWS);
        }

        private String lastPlace() {
            String query = proxy.requests().stream()
                    .filter(request -> request.contains("_db_updates?since="))
                    .reduce((first, second) -> second)
                    .orElseThrow();
            return query.substring(query.indexOf("since=") + "since=".length());
        }

        private static String nothingSince(String place) {
            return "{\"results\":[],\"last_seq\":\"%s\"}".formatted(URLDecoder.decode(place, StandardCharsets.UTF_8));
        }
    }

    @Nested
    class UpdatesThatTellNotEverything {

        @Test
        void aNodeThatWasRestartedWithoutATraceIsNoticedAMinuteLater() throws InterruptedException {
            try (Ahead following = new Ahead()) {
                feed.visit(following.aggregator);
                proxy.on("_system", Fault.rewrite(body -> body.replaceAll("\"uptime\":\\d+", "\"uptime\":30")));
                following.by.set(Duration.ofMinutes(2));
                proxy.forget();

                feed.visit(following.aggregator);
                assertSwept(true);
                proxy.forget();

                feed.visit(following.aggregator);
                assertSwept(!FOLLOWS);
            }
        }

        @Test
        void aRestartIsNotForgottenByAVisitThatFails() throws InterruptedException {
            feed.visit(aggregator);
            proxy.on(
                    "_stats/couchdb",
                    Fault.rewrite(body -> body.replaceAll("\"commits\":\\{\"value\":\\d+", "\"commits\":{\"value\":0")),
                    1);
            proxy.on("GET /_db_updates\\?since=\\d", Fault.status(500, "{\"error\":\"internal\"}"), 5);
            if (FOLLOWS) {
                assertThatThrownBy(() -> feed.visit(aggregator)).isInstanceOf(AggregationException.class);
            }
            proxy.forget();

            feed.visit(aggregator);

            assertThat(feed.unmoved).hasSize(3);
            assertSwept(true);
        }

        @Test
        void everyPositionIsReadEverySoOftenWhateverTheUpdatesSay() throws InterruptedException {
            try (Ahead following = new Ahead()) {
                feed.visit(following.aggregator);
                // By this clock CouchDB would have been started since.
                proxy.on("_system", Fault.rewrite(body -> body.replaceAll("\"uptime\":\\d+", "\"uptime\":100000000")));
                proxy.on("GET /_db_updates\\?since=\\d", Fault.status(200, "{\"results\":[],\"last_seq\":\"0-x\"}"));
                RAW.put(databases.name("bob"), "p2", "{}");
                RAW.drop(databases.name("alice"));
                databases.create("dave");
                following.by.set(Duration.ofMinutes(61));

                feed.visit(following.aggregator);
            }

            assertThat(feed.moved).containsOnlyKeys(databases.name("bob"), databases.name("dave"));
            assertThat(feed.gone).containsExactly(databases.name("alice"));
        }

        @Test
        void aLostHistoryLeadsToASweep() throws InterruptedException {
            feed.visit(aggregator);
            RAW.put(databases.name("bob"), "p2", "{}");
            // Another _global_changes has another time of creation, and knows nothing of before.
            proxy.on(
                    "GET /_global_changes",
                    Fault.rewrite(body ->
                            body.replaceAll("\"instance_start_time\":\"\\d+\"", "\"instance_start_time\":\"1\"")));
            proxy.on("GET /_db_updates\\?since=\\d", Fault.status(200, "{\"results\":[],\"last_seq\":\"0-x\"}"));
            proxy.forget();

            feed.visit(aggregator);

            assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
            assertSwept(true);
        }

        @Test
        void aFeedThatIsNoLongerAllowedLeadsToSweeps() throws InterruptedException {
            feed.visit(aggregator);
            proxy.on("_db_updates", Fault.status(401, "{\"error\":\"unauthorized\",\"reason\":\"not an admin\"}"));

            for (String id : List.of("p2", "p3")) {
                RAW.put(databases.name("bob"), id, "{}");
                proxy.forget();
                feed.visit(aggregator);

                assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
                assertSwept(true);
            }
        }
    }

    @Nested
    class PositionsOfManyAtOnce {

        @Test
        void withoutDbsInfoEachDatabaseIsAsked() throws InterruptedException {
            proxy.on("_dbs_info", Fault.status(404, NOT_FOUND));
            feed.visit(aggregator);
            RAW.put(databases.name("bob"), "p2", "{}");
            RAW.drop(databases.name("alice"));

            feed.visit(aggregator);

            assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
            assertThat(feed.gone).containsExactly(databases.name("alice"));
            assertThat(proxy.count("_dbs_info")).isEqualTo(1);
            assertThat(proxy.count("GET " + RAW.path(databases.name("bob")) + "$"))
                    .isGreaterThanOrEqualTo(2);
        }

        @Test
        void aRefusalOfTheMomentDoesNotEndTheUseOfDbsInfo() throws InterruptedException {
            proxy.on(
                    "_dbs_info",
                    Fault.status(401, "{\"error\":\"unauthorized\",\"reason\":\"changing passwords\"}"),
                    1);
            feed.visit(aggregator);
            RAW.put(databases.name("bob"), "p2", "{}");

            feed.visit(aggregator);

            assertThat(feed.moved).containsOnlyKeys(databases.name("bob"));
            assertThat(proxy.count("_dbs_info")).isEqualTo(2);
        }

        @Test
        void oneDatabaseThatSpoilsABatchFailsAlone() throws InterruptedException {
            proxy.on("_dbs_info", Fault.status(500, "{\"error\":\"internal\"}"));
            proxy.on("GET " + RAW.path(databases.name("bob")) + "$", Fault.status(500, "{\"error\":\"internal\"}"));

            feed.visit(aggregator);

            assertThat(feed.failed).containsOnlyKeys(databases.name("bob"));
            assertThat(feed.moved).containsOnlyKeys(databases.name("alice"), databases.name("carol"));
        }
    }
}
