package dev.matview.core.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.spi.LeftOut.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SliceBuilderTest {

    private static final String DATABASE = "userdb-alice";
    private static final Position POSITION = new Position("1", "0", "0");

    private static ObjectNode document(String json) {
        return (ObjectNode) Json.parse(json);
    }

    private static List<Row> rows(FeedDefinition feed, String... documents) {
        Slice.Builder builder = Slice.builder(feed, DATABASE);
        for (String each : documents) {
            builder.add(document(each));
        }
        return builder.build(POSITION).rows();
    }

    private static FeedDefinition.Builder feed() {
        return FeedDefinition.builder("posts");
    }

    private static String text(Row row) {
        return new String(row.document(), StandardCharsets.UTF_8);
    }

    @Test
    void aMatchingDocumentMakesARow() {
        List<Row> rows = rows(
                feed().selector("{\"n\":{\"$gt\":1}}").build(), "{\"_id\":\"a\",\"n\":1}", "{\"_id\":\"b\",\"n\":2}");

        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.database()).isEqualTo(DATABASE);
            assertThat(row.id()).isEqualTo("b");
            assertThat(text(row)).isEqualTo("{\"_id\":\"b\",\"n\":2}");
            assertThat(row.acl()).isNull();
            assertThat(row.expansions()).isEmpty();
        });
    }

    @Test
    void aSliceBelongsToItsPosition() {
        Slice slice = Slice.builder(feed().build(), DATABASE).build(POSITION);

        assertThat(slice).isEqualTo(new Slice(DATABASE, POSITION, List.of()));
    }

    @Test
    void designDocumentsMakeNoRow() {
        assertThat(rows(feed().build(), "{\"_id\":\"_design/x\"}", "{\"_id\":\"design\"}"))
                .extracting(Row::id)
                .containsExactly("design");
    }

    @Test
    void documentsWithoutASortFieldMakeNoRow() {
        FeedDefinition feed = feed().sort("[{\"a\":\"asc\"},{\"b.c\":\"asc\"}]").build();

        assertThat(rows(
                        feed,
                        "{\"_id\":\"1\",\"a\":1}",
                        "{\"_id\":\"2\",\"b\":{\"c\":1}}",
                        "{\"_id\":\"3\",\"a\":null,\"b\":{\"c\":null}}"))
                .extracting(Row::id)
                .containsExactly("3");
    }

    @Test
    void aRowShowsWhatTheFeedListsAndSortsByWhatItDoesNot() {
        FeedDefinition feed = feed().fields("title").sort("[{\"n\":\"asc\"}]").build();
        List<Row> rows = rows(feed, "{\"_id\":\"1\",\"n\":2,\"title\":\"t\",\"secret\":1}", "{\"_id\":\"2\",\"n\":1}");

        assertThat(rows.stream().sorted().map(SliceBuilderTest::text)).containsExactly("{}", "{\"title\":\"t\"}");
    }

    @Test
    void theAclIsReadFromTheWholeDocument() {
        String document = "{\"_id\":\"1\",\"acl\":{\"read\":{\"allow\":[\"*\"]}}}";

        assertThat(rows(feed().fields("_id").access(Access.ACL).build(), document)
                        .get(0)
                        .acl())
                .isEqualTo(Acl.OPEN);
        assertThat(rows(feed().access(Access.ACL).build(), "{\"_id\":\"1\"}")
                        .get(0)
                        .acl())
                .isEqualTo(Acl.OWNER_ONLY);
        assertThat(rows(feed().build(), document).get(0).acl()).isNull();
    }

    @Test
    void onlyReferencesThatTheRowShowsAreExpanded() {
        String document =
                "{\"_id\":\"1\",\"author\":{\"did\":\"did:a\",\"ref\":\"me\"},\"hidden\":{\"did\":\"did:b\",\"ref\":\"x\"}}";
        FeedDefinition feed = feed().fields("author")
                .expand(List.of("author", "hidden", "missing"))
                .build();

        assertThat(rows(feed, document).get(0).expansions())
                .containsExactly(new Expansion("author", "did:a", "me", null, null));
    }

    @Test
    void aLimitKeepsTheFirstRowsInTheFeedsOrder() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            numbers.add(i);
        }
        Collections.shuffle(numbers, new Random(7));
        FeedDefinition feed = feed().sort("[{\"n\":\"desc\"}]").limit(3).build();
        List<Row> rows = rows(
                feed,
                numbers.stream()
                        .map(n -> "{\"_id\":\"" + n + "\",\"n\":" + n + "}")
                        .toArray(String[]::new));

        assertThat(rows).extracting(Row::id).containsExactlyInAnyOrder("99", "98", "97");
    }

    @Test
    void aLimitAboveTheNumberOfRowsKeepsThemAll() {
        assertThat(rows(feed().limit(3).build(), "{\"_id\":\"1\"}", "{\"_id\":\"2\"}"))
                .hasSize(2);
    }

    @Test
    void aDocumentWithoutAnIdIsAMistakeOfTheBackend() {
        Slice.Builder builder = Slice.builder(feed().build(), DATABASE);

        for (String each : List.of("{}", "{\"_id\":1}", "{\"_id\":null}")) {
            assertThatThrownBy(() -> builder.add(document(each)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(DATABASE);
        }
    }

    @Test
    void aDocumentOnWhichARegularExpressionCostsTooMuchIsLeftOut() {
        FeedDefinition feed =
                feed().selector("{\"text\":{\"$regex\":\"^(a+)+$\"}}").build();
        Slice slice = Slice.builder(feed, DATABASE)
                .add(document("{\"_id\":\"1\",\"text\":\"" + "a".repeat(5_000) + "!\"}"))
                .add(document("{\"_id\":\"2\",\"text\":\"aa\"}"))
                .build(POSITION);

        assertThat(slice.rows()).extracting(Row::id).containsExactly("2");
        assertThat(slice.leftOut()).isEqualTo(leftOut("1", Reason.COSTLY_EXPRESSION));
    }

    private static LeftOut leftOut(String id, Reason reason) {
        return new LeftOut(1, List.of(new LeftOut.Example(DATABASE, id, reason)));
    }

    @Test
    void anIdThatNoRequestCouldHoldIsLeftOutAndItsBeginningTold() {
        String id = "x".repeat(DocumentReader.MAX_ID + 1);
        Slice slice = Slice.builder(feed().build(), DATABASE)
                .add(document("{\"_id\":\"" + id + "\"}"))
                .build(POSITION);

        assertThat(slice.rows()).isEmpty();
        assertThat(slice.leftOut()).isEqualTo(leftOut(id, Reason.LONG_ID));
        assertThat(slice.leftOut().examples().get(0).id()).isEqualTo("x".repeat(200) + "…");
    }

    /** Half an emoji, as JavaScript's substring leaves it. */
    @Test
    void halfACharacterIsShownWhereItIsTextAndLeftOutWhereItWouldBeAName() {
        FeedDefinition feed = feed().access(Access.ACL).build();
        Slice text = Slice.builder(feed, DATABASE)
                .add(document("{\"_id\":\"1\",\"text\":\"\\ud83d\"}"))
                .build(POSITION);
        Slice id = Slice.builder(feed, DATABASE)
                .add(document("{\"_id\":\"1\\ud83d\"}"))
                .build(POSITION);
        Slice acl = Slice.builder(feed, DATABASE)
                .add(document("{\"_id\":\"1\",\"acl\":{\"read\":{\"allow\":[\"\\ude00\"]}}}"))
                .build(POSITION);

        assertThat(new String(text.rows().get(0).document(), StandardCharsets.UTF_8))
                .contains("\\uD83D");
        assertThat(id.leftOut()).isEqualTo(leftOut("1\ud83d", Reason.HALF_CHARACTER));
        assertThat(acl.leftOut()).isEqualTo(leftOut("1", Reason.HALF_CHARACTER));
    }

    @Test
    void aReferenceThatLeadsNowhereStaysAsItIs() {
        FeedDefinition feed = feed().expand(List.of("author")).build();
        Slice slice = Slice.builder(feed, DATABASE)
                .add(document("{\"_id\":\"1\",\"author\":{\"did\":\"did:a\",\"ref\":\"\\ud83d\"}}"))
                .add(document("{\"_id\":\"2\",\"author\":{\"did\":\"did:a\",\"ref\":\"" + "x".repeat(20_000) + "\"}}"))
                .build(POSITION);

        assertThat(slice.rows())
                .hasSize(2)
                .allSatisfy(row -> assertThat(row.expansions()).isEmpty());
        assertThat(slice.leftOut()).isEqualTo(LeftOut.NOTHING);
    }

    @Test
    void theDocumentStaysAsItWas() {
        ObjectNode document = document("{\"_id\":\"1\",\"a\":{\"b\":1},\"c\":2}");
        ObjectNode before = document.deepCopy();
        Slice.builder(feed().fields("a.b").access(Access.ACL).build(), DATABASE)
                .add(document)
                .build(POSITION);

        assertThat(document).isEqualTo(before);
    }
}
