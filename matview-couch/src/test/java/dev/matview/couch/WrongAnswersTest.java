package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.RegistryException;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.Views;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers that are well-formed and wrong: what was known stays, and the database says that it is behind. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class WrongAnswersTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();

    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private final TestDatabases databases = COUCH.databases();
    private final Feeds feed = Feeds.over(databases.pattern());
    private final CouchCluster cluster = COUCH.cluster(proxy.url())
            .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
            .build();
    private final CouchAggregator aggregator = CouchAggregator.of(cluster);
    private final String alice = databases.name("alice");
    private final String bob = databases.name("bob");

    @BeforeEach
    void fill() {
        for (String name : List.of("alice", "bob")) {
            databases.create(name);
            RAW.bulk(databases.name(name), List.of("{\"_id\":\"p1\"}", "{\"_id\":\"p2\"}", "{\"_id\":\"p3\"}"));
        }
    }

    @AfterEach
    void close() {
        aggregator.close();
        cluster.close();
        proxy.close();
        databases.close();
    }

    private static ArrayNode rows(ObjectNode answer) {
        return (ArrayNode) answer.path("rows");
    }

    static Map<String, Fault> wrongRows() {
        return Map.ofEntries(
                Map.entry("no rows, and no update_seq", ChangesFixture.changed(json -> {
                    rows(json).removeAll();
                    json.remove("update_seq");
                })),
                Map.entry("no rows", ChangesFixture.changed(json -> rows(json).removeAll())),
                Map.entry("no update_seq", ChangesFixture.changed(json -> json.remove("update_seq"))),
                Map.entry(
                        "not all rows",
                        ChangesFixture.changed(json -> rows(json).remove(1))),
                Map.entry(
                        "rows without documents",
                        ChangesFixture.changed(json -> rows(json).forEach(row -> ((ObjectNode) row).remove("doc")))),
                Map.entry(
                        "rows with null documents",
                        ChangesFixture.changed(json -> rows(json).forEach(row -> ((ObjectNode) row).putNull("doc")))),
                Map.entry("every row twice", ChangesFixture.changed(json -> {
                    ArrayNode rows = rows(json);
                    List<JsonNode> once = List.copyOf(List.of(rows.get(0), rows.get(1), rows.get(2)));
                    rows.removeAll();
                    once.forEach(row -> rows.add(row).add(row));
                })),
                Map.entry(
                        "the rows twice over",
                        ChangesFixture.changed(
                                json -> rows(json).addAll(rows(json).deepCopy()))),
                Map.entry(
                        "rows in another order",
                        ChangesFixture.changed(
                                json -> rows(json).insert(0, rows(json).remove(2)))),
                Map.entry(
                        "others' documents",
                        ChangesFixture.changed(json -> ((ObjectNode) rows(json).get(1))
                                .set("doc", rows(json).get(0).path("doc")))),
                Map.entry("nothing", Fault.status(200, "{}")),
                Map.entry("something else", Fault.status(200, "{\"couchdb\":\"Welcome\",\"version\":\"3.5.0\"}")),
                Map.entry("a list", Fault.status(200, "[]")),
                Map.entry("an error after all", ChangesFixture.changed(json -> json.put("error", "timeout"))));
    }

    static Stream<String> wrongRowNames() {
        return wrongRows().keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("wrongRowNames")
    void aDatabaseThatIsAnsweredWronglyIsBehindWithItsLastSlice(String name) throws InterruptedException {
        feed.visit(aggregator);
        RAW.put(bob, "p4", "{}");
        RAW.put(alice, "p4", "{}");
        proxy.on(RAW.path(bob, "_all_docs"), wrongRows().get(name));
        // So that all of it has to be read.
        proxy.on(RAW.path(bob, "_changes") + "\\?include_docs", Fault.status(400, "{\"error\":\"bad_request\"}"));

        feed.visit(aggregator);

        assertThat(feed.failed).containsOnlyKeys(bob);
        assertThat(feed.failed.get(bob)).hasMessageContaining("an answer");
        assertThat(feed.moved).containsOnlyKeys(alice);
        assertThat(feed.slices.get(bob).rows()).hasSize(3);

        proxy.heal();
        feed.visit(aggregator);
        assertThat(feed.slices.get(bob).rows()).hasSize(4).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("wrongRowNames")
    void oneWrongAnswerIsAskedForAgain(String name) throws InterruptedException {
        proxy.on(RAW.path(bob, "_all_docs"), wrongRows().get(name), 1);

        feed.visit(aggregator);

        assertThat(feed.failed).isEmpty();
        assertThat(feed.slices.get(bob).rows()).extracting(row -> row.id()).containsExactly("p1", "p2", "p3");
    }

    @Test
    void aListWithoutDatabasesThatAreThereTakesNothingAway() throws InterruptedException {
        feed.visit(aggregator);
        proxy.on("_all_dbs", Fault.status(200, "[]"));

        feed.visit(aggregator);

        assertThat(feed.gone).isEmpty();
        assertThat(feed.failed).containsOnlyKeys(alice, bob);
        assertThat(feed.failed.get(bob))
                .hasMessageContaining(bob + " is there")
                .hasMessageContaining("does not list it");
        assertThat(feed.covers).isEqualTo(2);
        proxy.heal();
        assertThat(feed.visit(aggregator).unmoved).hasSize(2);
    }

    /** One that does not know yet whether the server has _dbs_info. */
    private void visitByAnother() throws InterruptedException {
        try (CouchAggregator another = CouchAggregator.of(cluster)) {
            feed.visit(another);
        }
        assertThat(proxy.count("_dbs_info")).isPositive();
    }

    @Test
    void aDatabaseThatIsSaidNotToBeThereOnceIsAskedForAgain() throws InterruptedException {
        feed.visit(aggregator);
        String none = "[{\"key\":\"" + alice + "\",\"error\":\"not_found\"},{\"key\":\"" + bob
                + "\",\"error\":\"not_found\"}]";
        proxy.on("_dbs_info", Fault.status(200, none), 1);

        visitByAnother();

        assertThat(feed.gone).isEmpty();
        assertThat(feed.failed).containsOnlyKeys(alice, bob);
    }

    static Stream<String> wrongPositions() {
        return Stream.of(
                "[]",
                "{}",
                "[{\"key\":\"another\",\"info\":{\"db_name\":\"another\",\"update_seq\":\"1-x\"}}]",
                "[{\"key\":\"$alice\",\"info\":{}},{\"key\":\"$bob\",\"info\":{}}]",
                "[{\"key\":\"$alice\",\"info\":{\"db_name\":\"$bob\",\"update_seq\":\"1-x\"}},{\"key\":\"$bob\",\"error\":\"not_found\"}]",
                "[{\"key\":\"$alice\"},{\"key\":\"$bob\"}]",
                "[{\"key\":\"$alice\",\"info\":{\"db_name\":\"$alice\",\"update_seq\":\"\"}},{\"key\":\"$bob\",\"error\":\"not_found\"}]");
    }

    @ParameterizedTest
    @MethodSource("wrongPositions")
    void positionsThatAreAnsweredWronglyAreLookedUpOneByOne(String answer) throws InterruptedException {
        feed.visit(aggregator);
        RAW.put(bob, "p4", "{}");
        proxy.on("_dbs_info", Fault.status(200, answer.replace("$alice", alice).replace("$bob", bob)));

        visitByAnother();

        assertThat(feed.failed).isEmpty();
        assertThat(feed.moved).containsOnlyKeys(bob);
        assertThat(feed.unmoved).containsExactly(alice);
    }

    @Test
    void aPositionThatSaysNothingFailsItsDatabase() throws InterruptedException {
        feed.visit(aggregator);
        proxy.forget();
        proxy.on("_dbs_info", Fault.status(404, "{\"error\":\"not_found\"}"));
        proxy.on("GET " + RAW.path(bob) + "$", Fault.status(200, "{\"db_name\":\"" + bob + "\"}"));

        feed.visit(aggregator);

        assertThat(feed.failed).containsOnlyKeys(bob);
        assertThat(feed.failed.get(bob)).hasMessageContaining("does not say where the database stands");
    }

    @Test
    void documentsOfOtherIdsAreNotTakenForThoseAskedFor() throws InterruptedException {
        proxy.on(
                "POST .*_all_docs",
                ChangesFixture.changed(json -> ((ObjectNode) rows(json).get(0)).put("key", "p3")));

        assertThatThrownBy(() -> aggregator.fetch(bob, Set.of("p1", "p2")))
                .isInstanceOf(AggregationException.class)
                .hasMessageContaining("other ids");
        proxy.heal();
        proxy.on("POST .*_all_docs", ChangesFixture.changed(json -> rows(json).remove(0)), 1);
        assertThat(aggregator.fetch(bob, Set.of("p1", "p2"))).containsOnlyKeys("p1", "p2");
    }

    @Test
    void rowsThatNobodySaysWereWrittenAreNotCommitted() {
        String prefix = databases.prefix();
        proxy.on("_bulk_docs", Fault.status(201, "[]"));
        try (ViewStore store = CouchViewStore.builder(cluster).prefix(prefix).build()) {
            assertThatThrownBy(() -> store.commit(
                            Views.whole("v", 0, Views.slice("userdb-a", 1, Views.row("userdb-a", "p", "{}")))))
                    .isInstanceOf(ViewStoreException.class)
                    .hasMessageContaining("an answer for 0 documents to a request with 1");
            assertThat(store.read("v", 0)).isEmpty();
        } finally {
            RAW.names(prefix + "v").forEach(RAW::drop);
        }
    }

    @Test
    void anotherDocumentIsNotTakenForThePointer() {
        String prefix = databases.prefix();
        try (ViewStore store = CouchViewStore.builder(cluster).prefix(prefix).build()) {
            store.commit(Views.whole("v", 0, Views.slice("userdb-a", 1, Views.row("userdb-a", "p", "{}"))));
            proxy.on(
                    "GET .*/pointer%2Fv",
                    Fault.status(200, "{\"_id\":\"attempts/v\",\"_rev\":\"1-x\",\"dropped\":true}"));

            assertThatThrownBy(() -> store.read("v", 0))
                    .isInstanceOf(ViewStoreException.class)
                    .hasMessageContaining("another document than asked for");
        } finally {
            RAW.names(prefix + "v").forEach(RAW::drop);
        }
    }

    @ParameterizedTest
    @MethodSource("wrongRowNames")
    void aRegistryThatIsAnsweredWronglyIsNotBelieved(String name) {
        proxy.on(RAW.path(bob, "_all_docs"), wrongRows().get(name));

        assertThatThrownBy(() -> RegistryDatabase.of(cluster, bob).read())
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("an answer");
    }
}
