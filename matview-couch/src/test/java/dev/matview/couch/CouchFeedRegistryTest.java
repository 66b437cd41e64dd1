package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchFeedRegistryTest {

    private final RawCouch raw = TestCouch.get().raw();
    private final TestDatabases databases = TestCouch.get().databases();
    private final FaultProxy proxy = new FaultProxy(TestCouch.get().url());
    private final CouchCluster cluster = TestCouch.get()
            .cluster(proxy.url())
            .attempts(2)
            // PouchDB Server ends a long poll only when it is given up.
            .requestTimeout(Duration.ofSeconds(8))
            .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
            .build();
    private final String database = databases.name("feeds");
    private CouchFeedRegistry registry;

    @AfterEach
    void close() {
        if (registry != null) {
            registry.close();
        }
        cluster.close();
        proxy.close();
        databases.close();
    }

    private void open() {
        registry = open(cluster, database);
    }

    private static CouchFeedRegistry open(CouchCluster cluster, String database) {
        CouchFeedRegistry opened = CouchFeedRegistry.open(cluster, database);
        await().atMost(Duration.ofSeconds(60)).until(opened::isRead);
        return opened;
    }

    private static String feed(String collection, String view, String selector) {
        return "{\"collectionName\":\"" + collection + "\",\"materializedViewName\":\"" + view
                + "\",\"aggregationInterval\":\"5m\",\"query\":{\"selector\":" + selector + "}}";
    }

    private static String feed(String collection) {
        return feed(collection, "_global_" + collection, "{\"type\":\"" + collection + "\"}");
    }

    private void put(String id, String json) {
        boolean there = raw.send("GET", raw.path(database, id), null).statusCode() == 200;
        String rev = there ? ",\"_rev\":\"" + raw.get(database, id).path("_rev").asText() + "\"}" : "}";
        raw.put(database, id, json.substring(0, json.length() - 1) + rev);
    }

    private Contents awaitContents(Predicate<Contents> condition) {
        await().atMost(Duration.ofSeconds(60)).until(() -> condition.test(registry.contents()));
        return registry.contents();
    }

    private static List<String> collections(Contents contents) {
        return contents.feeds().stream().map(FeedDefinition::collection).toList();
    }

    @Test
    void theDatabaseIsMadeAsCouchDbMakesItForAdminsOnly() {
        open();

        assertThat(raw.json("GET", raw.path(database, "_security"), null))
                .as("what CouchDB gives a new database")
                .isEqualTo(raw.json("GET", raw.path(databases.create("plain"), "_security"), null));
    }

    @Test
    void aDocumentThatIsWrongFromTheStartKeepsNoOtherOut() {
        raw.create(database);
        put("a", feed("posts"));
        put("b", feed("events").replace("5m", "soon"));
        raw.put(database, "_design/x", "{}");

        open();

        assertThat(collections(registry.contents())).containsExactly("posts");
        assertThat(registry.contents().problems())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.toString()).startsWith(database + "/b: feed events: aggregationInterval: "));
    }

    @Test
    void aDocumentThatGoesWrongStaysInForceAsItWas() {
        raw.create(database);
        put("a", feed("posts"));
        put("b", feed("events"));
        open();

        put("a", "{\"collectionName\":\"posts\",\"oops\":1}");

        Contents contents = awaitContents(now -> !now.problems().isEmpty());
        assertThat(collections(contents)).containsExactly("posts", "events");
        put("a", feed("posts", "_global_posts", "{\"type\":\"other\"}"));
        assertThat(awaitContents(now -> now.problems().isEmpty()).feed("posts"))
                .hasValueSatisfying(
                        feed -> assertThat(feed.selector().json().toString()).contains("other"));
    }

    @Test
    void aWrongDocumentThatIsDeletedIsNoProblemAnyMore() {
        raw.create(database);
        put("a", feed("posts"));
        put("b", "{\"nothing\":1}");
        open();
        assertThat(registry.contents().problems()).isNotEmpty();

        raw.delete(database, "b");

        assertThat(collections(awaitContents(now -> now.problems().isEmpty()))).containsExactly("posts");
    }

    @Test
    void ofTwoDocumentsForOneCollectionTheFirstIsInForceOnEveryServer() {
        raw.create(database);
        put("b", feed("posts", "_global_posts", "{\"type\":\"first\"}"));
        put("c", feed("posts", "_global_other", "{\"type\":\"second\"}"));
        open();

        try (CouchFeedRegistry other = open(cluster, database)) {
            for (CouchFeedRegistry each : List.of(registry, other)) {
                assertThat(each.contents().feeds())
                        .singleElement()
                        .satisfies(feed -> assertThat(feed.viewName()).isEqualTo("_global_posts"));
                assertThat(each.contents().problems())
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.message()).contains("posts", "b", "c"));
            }
        }
        raw.delete(database, "b");
        assertThat(awaitContents(now -> now.problems().isEmpty()).feeds())
                .singleElement()
                .satisfies(feed -> assertThat(feed.viewName()).isEqualTo("_global_other"));
    }

    @Test
    void aChangeIsInForceWithinSecondsOnEveryServer() {
        open();
        try (CouchFeedRegistry other = open(cluster, database)) {
            List<Contents> told = new CopyOnWriteArrayList<>();
            other.watch(told::add);

            put("a", feed("posts"));

            awaitContents(now -> now.feed("posts").isPresent());
            await().atMost(Duration.ofSeconds(60)).until(() -> !told.isEmpty());
            assertThat(collections(told.get(0))).containsExactly("posts");
        }
    }

    @Test
    void aCouchDbThatIsAwayAtTheStartIsSaidSoAndReadWhenItIsBack() {
        raw.create(database);
        put("a", feed("posts"));
        proxy.down();
        long began = System.nanoTime();

        registry = CouchFeedRegistry.open(cluster, database);

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
        assertThat(registry.isRead()).isFalse();
        Contents contents = awaitContents(now -> !now.problems().isEmpty());
        assertThat(contents.feeds()).isEmpty();
        assertThat(contents.problems().get(0).toString())
                .startsWith(database + ": the registry cannot be read yet: ")
                .contains("is CouchDB running there");
        List<Contents> told = new CopyOnWriteArrayList<>();
        registry.watch(told::add);

        proxy.up();

        assertThat(awaitContents(now -> now.feed("posts").isPresent()).problems())
                .isEmpty();
        assertThat(registry.isRead()).isTrue();
        await().until(() -> !told.isEmpty());
    }

    @Test
    void whoeverWatchesIsToldThatAnEmptyRegistryWasRead() {
        proxy.down();
        registry = CouchFeedRegistry.open(cluster, database);
        List<Contents> told = new CopyOnWriteArrayList<>();
        registry.watch(told::add);
        proxy.up();

        await().atMost(Duration.ofSeconds(60)).until(() -> !told.isEmpty());

        assertThat(registry.isRead()).isTrue();
        assertThat(told.get(0).feeds()).isEmpty();
        assertThat(told.get(0).problems()).isEmpty();
    }

    /** Nested 1,500 levels deep: an administrator may do that too. */
    @Test
    void aDocumentThatCannotBeReadStaysInForceAsItWasAndKeepsNoOtherOut() {
        raw.create(database);
        put("a", feed("posts"));
        open();
        String deep = "{\"collectionName\":" + "[".repeat(1_500) + "]".repeat(1_500) + "}";
        put("a", deep);
        put("b", feed("events"));

        Contents contents = awaitContents(
                now -> now.feed("events").isPresent() && !now.problems().isEmpty());

        assertThat(collections(contents)).containsExactly("posts", "events");
        assertThat(contents.problems().get(0).toString())
                .startsWith(database + "/a: the document cannot be read: it is nested deeper");
        registry.close();
        open();
        assertThat(collections(registry.contents())).containsExactly("events");
        assertThat(registry.contents().problems()).hasSize(1);
    }

    @Test
    void whileCouchDbIsAwayWhatIsInForceStaysAndChangesAreFoundAfterwards() {
        raw.create(database);
        put("a", feed("posts"));
        open();
        int before = proxy.count("_changes");
        proxy.down();

        put("b", feed("events"));
        raw.delete(database, "a");
        assertThat(collections(registry.contents())).containsExactly("posts");
        await().untilAsserted(() -> assertThat(cluster.state().up()).isFalse());
        proxy.up();

        assertThat(collections(awaitContents(now -> now.feed("events").isPresent())))
                .containsExactly("events");
        assertThat(proxy.count("_changes")).isGreaterThan(before);
    }

    @Test
    void aDatabaseThatIsNotThereTakesNoFeedOutOfForce() {
        raw.create(database);
        put("a", feed("posts"));
        open();
        proxy.on(database, Fault.status(404, "{\"error\":\"not_found\",\"reason\":\"Database does not exist.\"}"));
        proxy.forget();
        proxy.down();
        proxy.up();

        await().atMost(Duration.ofSeconds(60)).until(() -> proxy.count("_changes") >= 2);

        assertThat(collections(registry.contents())).containsExactly("posts");
        put("b", feed("events"));
        proxy.heal();
        awaitContents(now -> collections(now).equals(List.of("posts", "events")));
    }

    @Test
    void aDatabaseThatIsMadeAgainHoldsAllThatIsInForce() {
        raw.create(database);
        put("a", feed("posts"));
        String before = instance();
        open();

        raw.drop(database);
        // CouchDB may still be deleting it, PouchDB Server may have made it again for the long poll.
        await().ignoreExceptions().atMost(Duration.ofSeconds(60)).until(() -> {
            raw.send("PUT", raw.path(database), null);
            put("b", feed("events"));
            return true;
        });

        if (instance().equals(before)) {
            // The server does not tell one from the other: whoever opens the registry next does.
            registry.close();
            open();
        }
        awaitContents(now -> collections(now).equals(List.of("events")));
    }

    private String instance() {
        return raw.json("GET", raw.path(database), null)
                .path("instance_start_time")
                .asText();
    }
}
