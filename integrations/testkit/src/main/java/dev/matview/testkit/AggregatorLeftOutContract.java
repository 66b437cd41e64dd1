package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.LeftOut.Example;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.testkit.SliceReader.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The part of {@link AggregatorContract} about documents that cannot be read: each is left out, and keeps nothing else back. */
abstract class AggregatorLeftOutContract extends AggregatorReadingContract {

    private static final String DEEP = nested("deep", 1_500);
    private static final String LONG_KEY = "{\"_id\":\"key\",\"type\":\"post\",\"" + "k".repeat(60_000) + "\":1}";

    /** A document with so many levels. */
    protected static String nested(String id, int levels) {
        return "{\"_id\":\"" + id + "\",\"type\":\"post\",\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1)
                + "}";
    }

    private Slice alice(SliceReader reader) {
        return reader.slice(posts(), db(ALICE));
    }

    @Test
    void aDocumentThatCannotBeReadIsLeftOutAndKeepsNothingBack() throws Exception {
        putAll(ALICE, List.of(post("a"), DEEP, LONG_KEY, post("z")));
        put(BOB, post("b"));
        SliceReader reader = reader();

        Report report = reader.read(posts());

        assertThat(report.failed).isEmpty();
        assertThat(report.moved).containsOnlyKeys(db(ALICE), db(BOB));
        assertThat(alice(reader).rows()).extracting(Row::id).containsExactlyInAnyOrder("a", "z");
        assertThat(alice(reader).leftOut().documents()).isEqualTo(2);
        assertThat(alice(reader).leftOut().examples())
                .containsExactlyInAnyOrder(
                        new Example(db(ALICE), "deep", Reason.TOO_DEEP),
                        new Example(db(ALICE), "key", Reason.LONG_KEY));
        assertThat(reader.slice(posts(), db(BOB)).leftOut()).isEqualTo(LeftOut.NOTHING);
    }

    @Test
    void aDatabaseWithADocumentThatCannotBeReadMovesOn() throws Exception {
        putAll(ALICE, List.of(post("a"), DEEP));
        SliceReader reader = reader();
        reader.read(posts());

        assertThat(reader.read(posts()).unmoved).containsExactly(db(ALICE));
        put(ALICE, post("later"));
        assertThat(reader.read(posts()).moved).containsOnlyKeys(db(ALICE));

        assertThat(alice(reader).rows()).extracting(Row::id).containsExactlyInAnyOrder("a", "later");
        assertThat(alice(reader).leftOut().documents()).isEqualTo(1);
    }

    @Test
    void aDocumentThatCanBeReadNoMoreLeavesItsSliceUntilItCan() throws Exception {
        putAll(ALICE, List.of(post("a"), post("deep")));
        SliceReader reader = reader();
        reader.read(posts());
        put(ALICE, DEEP);
        reader.read(posts());

        assertThat(alice(reader).rows()).extracting(Row::id).containsExactly("a");
        assertThat(alice(reader).leftOut().documents()).isEqualTo(1);

        put(ALICE, post("deep"));
        reader.read(posts());

        assertThat(alice(reader).rows()).extracting(Row::id).containsExactlyInAnyOrder("a", "deep");
        assertThat(alice(reader).leftOut()).isEqualTo(LeftOut.NOTHING);
    }

    @Test
    void aDeletedDocumentIsNotLeftOut() throws Exception {
        putAll(ALICE, List.of(post("a"), DEEP));
        SliceReader reader = reader();
        reader.read(posts());
        delete(ALICE, "deep");
        reader.read(posts());

        assertThat(alice(reader).leftOut()).isEqualTo(LeftOut.NOTHING);
    }

    @Test
    void whatIsAsDeepAsIsReadIsRead() throws Exception {
        put(ALICE, nested("deep", 999));
        SliceReader reader = reader();
        reader.read(posts());

        assertThat(alice(reader).rows()).extracting(Row::id).containsExactly("deep");
    }

    @Test
    void aHundredDocumentsAreNamedHoweverManyAreLeftOut() throws Exception {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            documents.add(nested("deep" + i, 1_100));
        }
        documents.add(post("a"));
        putAll(ALICE, documents);
        SliceReader reader = reader();
        reader.read(posts());

        assertThat(alice(reader).rows()).extracting(Row::id).containsExactly("a");
        assertThat(alice(reader).leftOut().documents()).isEqualTo(130);
        assertThat(alice(reader).leftOut().examples()).hasSize(100);
    }

    @Test
    void aDocumentOnWhichARegularExpressionCostsTooMuchIsLeftOutOfThatFeedAlone() throws Exception {
        putAll(
                ALICE,
                List.of(post("a"), "{\"_id\":\"costly\",\"type\":\"post\",\"text\":\"" + "a".repeat(5_000) + "!\"}"));
        FeedDefinition costly =
                feed("costly").selector("{\"text\":{\"$regex\":\"^(a+)+$\"}}").build();
        SliceReader reader = reader();

        Map<String, Report> reports = reader.readAll(costly, posts());

        assertThat(reports)
                .hasEntrySatisfying(
                        "costly", report -> assertThat(report.failed).isEmpty());
        assertThat(reader.slice(costly, db(ALICE)).leftOut().examples())
                .containsExactly(new Example(db(ALICE), "costly", Reason.COSTLY_EXPRESSION));
        assertThat(alice(reader).rows()).extracting(Row::id).containsExactlyInAnyOrder("a", "costly");
        assertThat(alice(reader).leftOut()).isEqualTo(LeftOut.NOTHING);
    }

    @Test
    void aDocumentWithoutTheSortFieldIsNotLeftOut() throws Exception {
        put(ALICE, post("a"));
        FeedDefinition sorted =
                feed("sorted").sort("[{\"createdAt\":\"desc\"}]").build();
        SliceReader reader = reader();
        reader.read(sorted);

        assertThat(reader.slice(sorted, db(ALICE)).rows()).isEmpty();
        assertThat(reader.slice(sorted, db(ALICE)).leftOut()).isEqualTo(LeftOut.NOTHING);
    }

    @Test
    void aDesignDocumentThatCannotBeReadIsNotCounted() throws Exception {
        putAll(ALICE, List.of(post("a"), nested("_design/deep", 1_500)));
        SliceReader reader = reader();
        reader.read(posts());

        assertThat(alice(reader).leftOut()).isEqualTo(LeftOut.NOTHING);
    }

    @Test
    void whatCannotBeReadIsNotFetchedAndKeepsNothingElseFromIt() throws Exception {
        putAll(ALICE, List.of(post("a"), DEEP, LONG_KEY, post("z")));

        assertThat(aggregator().fetch(db(ALICE), Set.of("a", "deep", "key", "z")))
                .containsOnlyKeys("a", "z");
        assertThat(aggregator().fetch(db(ALICE), Set.of("deep"))).isEmpty();
    }
}
