package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Slice;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.Tool;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers to the question what changed that break off, are wrong, refuse or do not come. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorChangesFaultsTest {

    private static final RawCouch RAW = ChangesFixture.RAW;
    private static final String CHANGES = "bob/_changes\\?include_docs";

    private final ChangesFixture test = new ChangesFixture(builder -> builder.socketTimeout(Duration.ofSeconds(2)));
    private final Feeds feed = test.feed;
    private final String bob = test.bob;

    @BeforeEach
    void change() throws InterruptedException {
        test.begun();
        test.put("p1", "\"n\":\"changed\"");
        test.put("p2", "\"n\":\"changed\"");
        RAW.delete(bob, "p3");
    }

    @AfterEach
    void close() {
        test.close();
    }

    private void visit() throws InterruptedException {
        feed.visit(test.aggregator);
    }

    private static ArrayNode results(ObjectNode answer) {
        return (ArrayNode) answer.path("results");
    }

    private static ObjectNode first(ObjectNode answer) {
        return (ObjectNode) results(answer).get(0);
    }

    static Map<String, Fault> wrongAnswers() {
        return Map.ofEntries(
                Map.entry("no last_seq", ChangesFixture.changed(json -> json.remove("last_seq"))),
                Map.entry("no results", ChangesFixture.changed(json -> json.remove("results"))),
                Map.entry(
                        "nothing changed",
                        ChangesFixture.changed(json -> results(json).removeAll())),
                Map.entry(
                        "a change without an id",
                        ChangesFixture.changed(json -> first(json).remove("id"))),
                Map.entry(
                        "a change of another document",
                        ChangesFixture.changed(json -> results(json)
                                .forEach(change -> ((ObjectNode) change)
                                        .put("id", "x" + change.path("id").asText())))),
                Map.entry(
                        "a change twice",
                        ChangesFixture.changed(
                                json -> results(json).add(first(json).deepCopy()))),
                Map.entry(
                        "no documents",
                        ChangesFixture.changed(
                                json -> results(json).forEach(change -> ((ObjectNode) change).remove("doc")))),
                Map.entry(
                        "documents that are null",
                        ChangesFixture.changed(
                                json -> results(json).forEach(change -> ((ObjectNode) change).putNull("doc")))),
                Map.entry(
                        "a text as a change",
                        ChangesFixture.changed(json -> results(json).add("p1"))),
                Map.entry("an error after all", ChangesFixture.changed(json -> json.put("error", "timeout"))),
                Map.entry("nothing", Fault.status(200, "{}")),
                Map.entry("a list", Fault.status(200, "[]")),
                Map.entry("true, and then spaces", Fault.unending(Duration.ZERO)),
                Map.entry(
                        "changes without end",
                        Fault.endless(
                                200,
                                "{\"results\":[{\"id\":\"e\",\"deleted\":true}",
                                i -> ",{\"id\":\"e" + i + "\",\"deleted\":true}",
                                Duration.ZERO)),
                Map.entry("no JSON", Fault.status(200, "<html>")));
    }

    static Stream<String> wrongAnswerNames() {
        return wrongAnswers().keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("wrongAnswerNames")
    void aDatabaseWhoseChangesAreAnsweredWronglyIsReadWhole(String name) throws Exception {
        test.proxy.on(CHANGES, wrongAnswers().get(name));

        visit();

        assertThat(feed.changed).isEmpty();
        if (isBelieved(name)) {
            assertThat(test.wholeRead()).isZero();
            assertThat(feed.unmoved).containsExactly(bob);
            test.proxy.heal();
            test.positions.install();
            visit();
        } else {
            assertThat(test.wholeRead()).isEqualTo(1);
        }
        test.assertAsReadWhole();
    }

    /** In a cluster the copies that are read may lag behind the one that said where the database is. */
    private static boolean isBelieved(String name) {
        return name.equals("nothing changed")
                && ChangesFixture.COUCH.capabilities().copies() > 1;
    }

    @ParameterizedTest
    @MethodSource("wrongAnswerNames")
    void afterOneWrongAnswerWhatChangedIsAskedForAgain(String name) throws Exception {
        test.proxy.on(CHANGES, wrongAnswers().get(name), 1);

        visit();

        test.assertAsReadWhole();
        // An answer that only lacks something says nothing else that is wrong.
        assertThat(test.wholeRead()).isEqualTo(name.equals("nothing changed") && !isBelieved(name) ? 1 : 0);
    }

    @Test
    void moreChangesThanWereAskedForAreNotBelieved() throws Exception {
        test.proxy.on(CHANGES, ChangesFixture.changed(json -> {
            for (int i = 0; i < 1_100; i++) {
                results(json).addObject().put("id", "x" + i).put("deleted", true);
            }
        }));

        visit();

        assertThat(test.wholeRead()).isEqualTo(1);
        test.assertAsReadWhole();
    }

    @Test
    void anAnswerThatBreaksOffIsContinued() throws Exception {
        RAW.bulk(
                bob,
                IntStream.range(0, 30)
                        .mapToObj(i -> "{\"_id\":\"q" + i + "\",\"text\":\"" + "x".repeat(4_000) + "\"}")
                        .toList());
        test.listen();
        test.proxy.heal();
        test.positions.install();
        test.proxy.on(CHANGES, Fault.cut(70_000), 1);
        test.listen();
        int requests = 1 + test.sequences(feed);

        visit();

        test.assertBroughtForward();
        assertThat(test.changesRead()).isEqualTo(requests);
        assertThat(ChangesFixture.MAPPER
                        .readTree(test.answers.get(0))
                        .path("results")
                        .size())
                .as("changes that were read after the break")
                .isBetween(1, 25);
    }

    @Test
    void aDatabaseWhoseSequenceIsRefusedIsReadWhole() throws Exception {
        test.proxy.on(CHANGES, Fault.status(400, "{\"error\":\"bad_request\",\"reason\":\"Malformed sequence\"}"));

        visit();

        assertThat(test.changesRead()).isEqualTo(1);
        assertThat(test.wholeRead()).isEqualTo(1);
        test.assertAsReadWhole();
    }

    @Test
    void aSequenceOfAnotherServerIsOfNoUse() throws Exception {
        Slice held = feed.slices.get(bob);
        Position foreign = new Position(
                "99999-of-another", held.position().purgeSeq(), held.position().instance());
        feed.slices.put(bob, new Slice(bob, foreign, held.rows()));

        visit();

        test.assertAsReadWhole();
    }

    @Test
    void aDatabaseThatFailsToTellWhatChangedIsReadWhole() throws Exception {
        test.proxy.on(CHANGES, Fault.status(500, "{\"error\":\"internal_server_error\",\"reason\":\"badmatch\"}"));

        visit();

        assertThat(test.wholeRead()).isEqualTo(1);
        test.assertAsReadWhole();
    }

    @Test
    void aDatabaseThatIsGoneMeanwhileIsGone() throws Exception {
        test.proxy.on(CHANGES, Fault.after(() -> test.positions.drop(bob)), 1);

        visit();

        assertThat(feed.failed).isEmpty();
        assertThat(feed.gone).containsExactly(bob);
    }

    @Test
    void aDatabaseThatHangsFails() throws Exception {
        test.proxy.on(CHANGES, Fault.hang());

        visit();

        assertThat(feed.failed).containsOnlyKeys(bob);
        assertThat(test.changesRead()).isEqualTo(1);
        assertThat(test.wholeRead()).isZero();
        assertThat(feed.ids()).contains("p3");
    }

    @Test
    void aServerThatIsOverloadedIsNotAskedForMore() throws Exception {
        test.proxy.on(CHANGES, Fault.status(429, "{\"error\":\"too_many_requests\"}"));

        visit();

        assertThat(feed.failed).containsOnlyKeys(bob);
        assertThat(test.wholeRead()).isZero();
    }

    @Test
    void aConnectionThatBreaksFails() throws Exception {
        test.proxy.on(CHANGES, Fault.cut(0));

        visit();

        assertThat(feed.failed).containsOnlyKeys(bob);
        assertThat(test.wholeRead()).isZero();
        test.proxy.heal();
        test.positions.install();
        test.proxy.forget();
        visit();
        test.assertBroughtForward();
    }
}
