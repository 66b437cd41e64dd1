package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Row;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of CouchDB's kinds of documents; the contract has the rest. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorDocumentsTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final TestCouch COUCH = TestCouch.get();
    private static final RawCouch RAW = COUCH.raw();

    private final TestDatabases databases = COUCH.databases();
    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private final CouchCluster cluster = COUCH.cluster(proxy.url()).build();
    private final CouchAggregator aggregator = CouchAggregator.of(cluster);
    private final Feeds feed = Feeds.over(databases.pattern());

    @AfterEach
    void close() {
        aggregator.close();
        cluster.close();
        proxy.close();
        databases.close();
    }

    private static JsonNode json(Row row) throws IOException {
        return MAPPER.readTree(row.document());
    }

    @Test
    void moreDocumentsThanAPageAreAllFound() throws InterruptedException {
        String alice = databases.create("alice");
        for (int page = 0; page < 3; page++) {
            int from = page * 4_000;
            RAW.bulk(
                    alice,
                    IntStream.range(from, from + 4_000)
                            .mapToObj(i -> String.format("{\"_id\":\"%05d\"}", i))
                            .toList());
        }

        feed.visit(aggregator);

        assertThat(feed.ids()).doesNotHaveDuplicates().hasSize(12_000);
        assertThat(proxy.count("_all_docs")).isEqualTo(3);
    }

    @Test
    void aPageThatEndsWithTheDatabaseIsTheLastButOne() throws InterruptedException {
        String alice = databases.create("alice");
        RAW.bulk(
                alice,
                IntStream.range(0, 5_000)
                        .mapToObj(i -> String.format("{\"_id\":\"%05d\"}", i))
                        .toList());

        feed.visit(aggregator);

        assertThat(feed.ids()).doesNotHaveDuplicates().hasSize(5_000);
    }

    @Test
    void ofConflictingRevisionsOnlyTheWinnerMakesARow() throws Exception {
        String alice = databases.create("alice");
        RAW.json(
                "POST",
                RAW.path(alice, "_bulk_docs"),
                "{\"new_edits\":false,\"docs\":[{\"_id\":\"c\",\"_rev\":\"1-aaa\",\"v\":\"loser\"},"
                        + "{\"_id\":\"c\",\"_rev\":\"1-bbb\",\"v\":\"winner\"}]}");

        feed.visit(aggregator);

        assertThat(feed.rows()).hasSize(1);
        assertThat(json(feed.rows().get(0)).path("v").textValue()).isEqualTo("winner");
        assertThat(json(feed.rows().get(0)).has("_conflicts")).isFalse();
    }

    @Test
    void attachmentsAreStubsAndTheirContentIsNotRead() throws Exception {
        String alice = databases.create("alice");
        RAW.put(alice, "a", "{\"_attachments\":{\"a.txt\":{\"content_type\":\"text/plain\",\"data\":\"aGVsbG8=\"}}}");

        feed.visit(aggregator);

        JsonNode attachment = json(feed.rows().get(0)).path("_attachments").path("a.txt");
        assertThat(attachment.path("stub").booleanValue()).isTrue();
        assertThat(attachment.has("data")).isFalse();
    }

    @Test
    void aSelectorOnWhatOnlyTheWholeDocumentHasStillWorks() throws Exception {
        String alice = databases.create("alice");
        RAW.bulk(alice, List.of("{\"_id\":\"a\",\"n\":{\"m\":[1,2]}}", "{\"_id\":\"b\",\"n\":{\"m\":[3]}}"));
        Feeds selected = new Feeds(FeedDefinition.builder("some")
                .databases(databases.pattern())
                .selector("{\"n.m\":{\"$elemMatch\":{\"$gt\":2}}}")
                .fields("_id")
                .build());

        selected.visit(aggregator);

        assertThat(selected.ids()).containsExactly("b");
    }

    @Test
    void documentsAreFetchedByTheirIds() throws InterruptedException {
        String alice = databases.create("alice");
        RAW.bulk(alice, List.of("{\"_id\":\"a/b\",\"v\":1}", "{\"_id\":\"c\",\"v\":2}", "{\"_id\":\"d\"}"));
        RAW.delete(alice, "d");

        Map<String, ObjectNode> found = aggregator.fetch(alice, Set.of("a/b", "c", "d", "nothing"));

        assertThat(found).containsOnlyKeys("a/b", "c");
        assertThat(found.get("a/b").path("v").intValue()).isEqualTo(1);
        assertThat(found.get("c").has("_rev")).isTrue();
        assertThat(aggregator.fetch(databases.name("nobody"), Set.of("a"))).isEmpty();
        assertThat(aggregator.fetch("No such name", Set.of("a"))).isEmpty();
    }

    @Test
    void aDocumentThatCannotBeReadIsNotAskedForAgain() throws InterruptedException {
        String alice = databases.create("alice");
        RAW.bulk(alice, List.of("{\"_id\":\"a\"}", "{\"_id\":\"z\"}"));
        RAW.put(alice, "deep", "{\"a\":".repeat(1_500) + "1" + "}".repeat(1_500));

        feed.visit(aggregator);

        assertThat(feed.ids()).containsExactly("a", "z");
        assertThat(proxy.count("alice/_all_docs")).isEqualTo(1);
    }

    @Test
    void aPageThatEndsWithALongIdIsFollowedByTheNext() throws InterruptedException {
        String alice = databases.create("alice");
        String id = "x".repeat(9_000);
        RAW.bulk(
                alice,
                IntStream.range(0, 4_999)
                        .mapToObj(i -> String.format("{\"_id\":\"%05d\"}", i))
                        .toList());
        RAW.bulk(alice, List.of("{\"_id\":\"" + id + "\"}", "{\"_id\":\"y\"}"));

        feed.visit(aggregator);

        assertThat(feed.ids()).hasSize(5_001).contains(id, "y");
    }

    /** It could be no part of a request any more, nor of what a view store keeps. */
    @Test
    void aDocumentWithAnEndlessIdIsLeftOut() throws InterruptedException {
        String alice = databases.create("alice");
        RAW.bulk(alice, List.of("{\"_id\":\"a\"}", "{\"_id\":\"" + "x".repeat(1_000_000) + "\"}", "{\"_id\":\"z\"}"));

        feed.visit(aggregator);

        assertThat(feed.ids()).containsExactly("a", "z");
        assertThat(feed.slices.get(alice).leftOut().documents()).isEqualTo(1);
    }

    @Test
    void oneDatabaseByNameIsReadWithoutLookingAtOthers() throws InterruptedException {
        String alice = databases.create("alice");
        databases.create("bob");
        RAW.put(alice, "a", "{}");
        Feeds own = Feeds.over(alice);

        own.visit(aggregator);

        assertThat(own.ids()).containsExactly("a");
        assertThat(proxy.count("_all_dbs|bob")).isZero();
        assertThat(proxy.requests()).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void aNameThatCannotBeADatabasesIsNone() throws InterruptedException {
        Feeds none = Feeds.over("No Such Name");

        none.visit(aggregator);

        assertThat(none.failed).isEmpty();
        assertThat(none.slices).isEmpty();
    }
}
