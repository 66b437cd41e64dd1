package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Row;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.Tool;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A database that moved is brought forward by what changed, and is then as if it had been read whole. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorChangesTest {

    private static final RawCouch RAW = ChangesFixture.RAW;

    private final ChangesFixture test = new ChangesFixture();
    private final Feeds feed = test.feed;
    private final String bob = test.bob;

    @AfterEach
    void close() {
        test.close();
    }

    private void visit() throws InterruptedException {
        feed.visit(test.aggregator);
    }

    @Test
    void oneRequestReadsTheDocumentsThatChangedAndNoOthers() throws Exception {
        test.begun().listen();
        test.put("p3", "\"type\":\"post\",\"n\":1000");
        test.put("new", "\"type\":\"post\"");
        RAW.delete(bob, "p5");
        int requests = test.sequences(feed);

        visit();

        test.assertBroughtForward();
        assertThat(test.changesRead()).isEqualTo(requests);
        assertThat(test.answers).hasSize(requests);
        JsonNode results = ChangesFixture.MAPPER.readTree(test.answers.get(0)).path("results");
        assertThat(results.findValuesAsText("id")).containsExactlyInAnyOrder("p3", "new", "p5");
        assertThat(feed.changed.get(bob).put()).extracting(Row::id).containsExactlyInAnyOrder("p3", "new");
        assertThat(feed.changed.get(bob).others()).containsExactly("p5");
    }

    @Test
    void theNextVisitFindsThatNothingMoved() throws Exception {
        test.begun();
        test.put("p3", "\"n\":1000");
        visit();
        test.proxy.forget();

        visit();

        assertThat(feed.unmoved).containsExactly(bob);
        assertThat(test.changesRead() + test.wholeRead()).isZero();
    }

    @Test
    void aRevisionThatLosesChangesNothing() throws Exception {
        test.put("p1", "\"n\":2");
        test.begun();
        test.replicate("p1", "1-00", "\"n\":\"loser\"");

        visit();

        test.assertBroughtForward();
    }

    @Test
    void aRevisionThatWinsIsShown() throws Exception {
        test.begun();
        test.replicate("p1", "5-ff", "\"n\":\"winner\"");

        visit();

        test.assertBroughtForward();
        assertThat(feed.rows())
                .filteredOn(row -> row.id().equals("p1"))
                .extracting(row -> new String(row.document(), StandardCharsets.UTF_8))
                .first()
                .asString()
                .contains("winner");
    }

    @Test
    void whenTheWinnerIsDeletedTheOtherRevisionIsShown() throws Exception {
        test.replicate("p1", "5-ff", "\"n\":\"winner\"");
        test.begun();
        RAW.delete(bob, "p1");

        visit();

        test.assertBroughtForward();
        assertThat(feed.ids()).contains("p1");
    }

    @Test
    void aDocumentThatComesBackIsThereAgain() throws Exception {
        test.begun();
        RAW.delete(bob, "p1");
        visit();
        test.assertBroughtForward();
        assertThat(feed.ids()).doesNotContain("p1");

        test.put("p1", "\"n\":\"back\"");
        visit();

        test.assertBroughtForward();
        assertThat(feed.ids()).contains("p1");
    }

    @Test
    void aDocumentThatWasMadeAndDeletedInBetweenIsNotThere() throws Exception {
        test.begun();
        test.put("short", "\"n\":1");
        RAW.delete(bob, "short");

        visit();

        test.assertBroughtForward();
        assertThat(feed.ids()).hasSize(ChangesFixture.DOCUMENTS);
    }

    @Test
    void designDocumentsMakeNoRows() throws Exception {
        test.begun();
        test.put("_design/d", "\"views\":{}");

        visit();

        test.assertBroughtForward();
        assertThat(feed.ids()).hasSize(ChangesFixture.DOCUMENTS);
    }

    @Test
    void attachmentsAreShownAsEver() throws Exception {
        test.begun();
        test.put("p1", "\"_attachments\":{\"a.txt\":{\"content_type\":\"text/plain\",\"data\":\"aGVsbG8=\"}}");

        visit();

        test.assertBroughtForward();
    }

    @Test
    void compactionInBetweenHidesNothing() throws Exception {
        test.begun();
        test.put("p1", "\"n\":2");
        RAW.delete(bob, "p2");
        RAW.json("POST", RAW.path(bob, "_compact"), "{}");
        Awaitility.await()
                .until(() -> !RAW.json("GET", RAW.path(bob), null)
                        .path("compact_running")
                        .asBoolean());

        visit();

        test.assertBroughtForward();
    }

    @Test
    void aDocumentMovesFromOneFeedToAnother() throws Exception {
        Feeds posts = feedOf("post");
        Feeds drafts = feedOf("draft");
        Feeds.visit(test.aggregator, posts, drafts);
        test.proxy.forget();
        test.put("p1", "\"type\":\"draft\"");
        int requests = test.sequences(posts);

        Feeds.visit(test.aggregator, posts, drafts);

        assertThat(posts.ids()).hasSize(ChangesFixture.DOCUMENTS - 1).doesNotContain("p1");
        assertThat(drafts.ids()).containsExactly("p1");
        assertThat(test.changesRead()).isEqualTo(requests);
        assertThat(test.wholeRead()).isZero();
    }

    private Feeds feedOf(String type) {
        return new Feeds(FeedDefinition.builder(type)
                .selector("{\"type\":\"" + type + "\"}")
                .databases(test.databases.pattern())
                .build());
    }

    @Test
    void feedsAtTwoPositionsAreEachBroughtForward() throws Exception {
        Feeds posts = feedOf("post");
        test.begun();
        Feeds.visit(test.aggregator, posts, feed);
        test.put("p1", "\"type\":\"draft\"");
        visit();
        test.put("p2", "\"type\":\"draft\"");
        test.proxy.forget();
        int requests = test.sequences(posts) + test.sequences(feed);

        Feeds.visit(test.aggregator, posts, feed);

        assertThat(posts.changed.get(bob).others()).containsExactlyInAnyOrder("p1", "p2");
        assertThat(feed.changed.get(bob).put()).extracting(Row::id).containsExactly("p2");
        assertThat(test.changesRead()).isEqualTo(requests);
        assertThat(test.wholeRead()).isZero();
    }

    @Test
    void aFeedThatHoldsNothingHasTheDatabaseReadWholeForAll() throws Exception {
        Feeds posts = feedOf("post");
        test.begun();
        test.put("p1", "\"type\":\"draft\"");

        Feeds.visit(test.aggregator, posts, feed);

        assertThat(test.changesRead()).isZero();
        assertThat(test.wholeRead()).isEqualTo(1);
        assertThat(posts.ids()).hasSize(ChangesFixture.DOCUMENTS - 1);
        test.assertAsReadWhole();
    }

    @Test
    void aDatabaseMadeAgainIsReadWhole() throws Exception {
        test.begun();
        test.positions.drop(bob);
        RAW.create(bob);
        RAW.bulk(
                bob,
                IntStream.range(0, 50).mapToObj(i -> "{\"_id\":\"q" + i + "\"}").toList());

        visit();

        assertThat(test.wholeRead()).isEqualTo(1);
        assertThat(feed.ids()).hasSize(50).allMatch(id -> id.startsWith("q"));
    }

    @Test
    void aPurgeIsReadWhole() throws Exception {
        test.begun();
        if (ChangesFixture.COUCH.capabilities().purge()) {
            String rev = RAW.get(bob, "p1").path("_rev").textValue();
            RAW.json("POST", RAW.path(bob, "_purge"), "{\"p1\":[\"" + rev + "\"]}");
        } else {
            RAW.delete(bob, "p1");
            test.proxy.heal();
            test.proxy.on(
                    "GET /[^/]*bob$",
                    ChangesFixture.changed(json -> json.put("purge_seq", "1").put("instance_start_time", "made-0")));
        }

        visit();

        assertThat(test.changesRead()).isZero();
        assertThat(test.wholeRead()).isEqualTo(1);
        test.assertAsReadWhole();
        assertThat(feed.ids()).doesNotContain("p1");
    }

    @Test
    void whereMostOfItChangedItIsReadWhole() throws Exception {
        test.begun();
        RAW.bulk(
                bob,
                IntStream.range(0, 4_000)
                        .mapToObj(i -> "{\"_id\":\"q" + i + "\"}")
                        .toList());

        // PouchDB Server does not say how much is left.
        test.proxy.on("bob/_changes", ChangesFixture.changed(json -> json.put("pending", 3_000)));

        visit();

        assertThat(test.changesRead()).isEqualTo(1);
        assertThat(test.wholeRead()).isEqualTo(1);
        assertThat(feed.changed).isEmpty();
        assertThat(feed.ids()).hasSize(4_000 + ChangesFixture.DOCUMENTS);
    }

    /** Somebody else's sequence is taken for the beginning, and tells all documents there are: that is no change. */
    @Test
    void wherePerhapsAllOfItChangedItIsReadWhole() throws Exception {
        test.begun();
        RAW.bulk(
                bob,
                IntStream.range(0, ChangesFixture.DOCUMENTS)
                        .mapToObj(i -> RAW.get(bob, "p" + i).toString())
                        .toList());

        visit();

        assertThat(test.wholeRead()).isEqualTo(1);
        test.assertAsReadWhole();
    }

    @Test
    void whatIsWrittenBetweenTheLookAndTheReadingIsNotLost() throws Exception {
        test.begun();
        test.put("p1", "\"n\":\"first\"");
        test.proxy.on(
                "/_changes\\?include_docs",
                Fault.after(() -> {
                    test.put("p1", "\"n\":\"second\"");
                    test.put("p2", "\"n\":\"second\"");
                }),
                1);

        visit();
        test.assertBroughtForward();
        // To a single node that is news once more. A cluster says up to where it was read.
        visit();

        assertThat(test.wholeRead()).isZero();
        test.assertAsReadWhole();
        visit();
        assertThat(feed.unmoved).containsExactly(bob);
    }

    @Test
    void aDocumentBecomesUnreadableAndReadableAgain() throws Exception {
        test.begun();
        String deep = "[".repeat(1_500) + "]".repeat(1_500);
        RAW.json("PUT", RAW.path(bob, "deep"), "{\"a\":" + deep + "}");

        visit();

        test.assertBroughtForward();
        assertThat(feed.slices.get(bob).leftOut().examples())
                .extracting(example -> example.id() + " " + example.reason())
                .containsExactly("deep " + Reason.TOO_DEEP);
        RAW.delete(bob, "deep");
        test.put("deep", "\"n\":1");
        visit();
        test.assertBroughtForward();
        assertThat(feed.ids()).contains("deep");
        assertThat(feed.slices.get(bob).leftOut().isEmpty()).isTrue();
    }
}
