package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.feed.FeedDefinition;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What documents become: which of them make rows, in which order, and what a row shows. */
abstract class AggregatorRowsContract extends AggregatorHistoryContract {

    @Test
    void designDocumentsMakeNoRows() throws Exception {
        put(ALICE, "{\"_id\":\"_design/posts\",\"type\":\"post\",\"language\":\"query\"}");
        put(ALICE, post("p1"));
        SliceReader reader = reader();
        FeedDefinition everything = feed("all").build();
        reader.readAll(posts(), everything);

        assertThat(ids(reader.rows(posts()))).containsExactly("p1");
        assertThat(ids(reader.rows(everything))).containsExactly("p1");
    }

    @Test
    void aDocumentWithoutTheSortFieldMakesNoRow() throws Exception {
        put(ALICE, "{\"_id\":\"without\",\"type\":\"post\"}");
        put(ALICE, "{\"_id\":\"null\",\"type\":\"post\",\"createdAt\":null}");
        put(ALICE, "{\"_id\":\"with\",\"type\":\"post\",\"createdAt\":1}");
        SliceReader reader = reader();
        FeedDefinition feed = feed("posts")
                .selector("{\"type\":\"post\"}")
                .sort("[{\"createdAt\":\"desc\"}]")
                .build();
        reader.read(feed);

        assertThat(ids(reader.rows(feed))).containsExactly("with", "null");
    }

    @Test
    void rowsOfAllDatabasesFollowTheFeedsOrder() throws Exception {
        put(ALICE, "{\"_id\":\"a1\",\"n\":10}");
        put(ALICE, "{\"_id\":\"a2\",\"n\":\"text\"}");
        put(BOB, "{\"_id\":\"b1\",\"n\":9}");
        put(BOB, "{\"_id\":\"b2\",\"n\":11.5}");
        SliceReader reader = reader();
        FeedDefinition feed = feed("numbers").sort("[{\"n\":\"asc\"}]").build();
        reader.read(feed);

        assertThat(ids(reader.rows(feed))).containsExactly("b1", "a1", "b2", "a2");
    }

    @Test
    void contentArrivesUnharmed() throws Exception {
        String content =
                "{\"_id\":\"p\",\"one\":1.0,\"big\":123456789012345678901234567890,\"u\":\"\u00e9 \ud83d\ude00 \\u0000\\n\","
                        + "\"deep\":{\"a\":[1,[2,{\"b\":null}]],\"\":true},\"empty\":{},\"none\":[]}";
        put(ALICE, content);
        put(BOB, "{\"_id\":\"p\",\"text\":\"" + "x".repeat(5_000_000) + "\"}");
        SliceReader reader = reader();
        FeedDefinition feed = feed("all")
                .fields("_id", "one", "big", "u", "deep", "empty", "none", "text")
                .build();
        reader.read(feed);

        assertThat(json(reader.slice(feed, db(ALICE)).rows().get(0))).isEqualTo(MAPPER.readTree(kept(content)));
        assertThat(json(reader.slice(feed, db(BOB)).rows().get(0)).path("text").textValue())
                .hasSize(5_000_000);
    }

    @Test
    void aRowShowsOnlyTheFieldsOfTheFeed() throws Exception {
        put(
                ALICE,
                "{\"_id\":\"p1\",\"type\":\"post\",\"content\":\"c\",\"secret\":\"s\",\"author\":{\"name\":\"a\",\"mail\":\"m\"}}");
        SliceReader reader = reader();
        FeedDefinition feed = feed("posts")
                .selector("{\"type\":\"post\"}")
                .fields("content", "author.name", "missing")
                .build();
        reader.read(feed);

        assertThat(json(reader.rows(feed).get(0)))
                .isEqualTo(MAPPER.readTree("{\"content\":\"c\",\"author\":{\"name\":\"a\"}}"));
    }

    @Test
    void aFeedWithoutFieldsShowsWholeDocuments() throws Exception {
        put(ALICE, "{\"_id\":\"p1\",\"type\":\"post\",\"content\":\"c\"}");
        SliceReader reader = reader();
        reader.read(posts());

        assertThat(json(reader.rows(posts()).get(0)).path("_id").textValue()).isEqualTo("p1");
        assertThat(json(reader.rows(posts()).get(0)).path("content").textValue())
                .isEqualTo("c");
    }

    @Test
    void anAclIsReadWhereTheFeedAsksForItThoughNoRowShowsIt() throws Exception {
        put(ALICE, "{\"_id\":\"p1\",\"acl\":{\"read\":{\"allow\":[\"did:bob\"],\"deny\":[\"did:eve\"]}}}");
        SliceReader reader = reader();
        FeedDefinition guarded =
                feed("guarded").fields("_id").access(Access.ACL).build();
        FeedDefinition open = feed("open").fields("_id").build();
        reader.readAll(guarded, open);

        assertThat(reader.rows(guarded).get(0).acl())
                .isEqualTo(new Acl(Set.of("did:bob"), Set.of(), Set.of("did:eve"), Set.of()));
        assertThat(reader.rows(open).get(0).acl()).isNull();
        assertThat(json(reader.rows(guarded).get(0)).has("acl")).isFalse();
    }

    @Test
    void aLimitKeepsTheFirstRowsOfEachSlice() throws Exception {
        putAll(
                ALICE,
                IntStream.range(0, 60)
                        .mapToObj(i -> "{\"_id\":\"p" + i + "\",\"n\":" + (i * 37) % 60 + "}")
                        .toList());
        put(BOB, "{\"_id\":\"p1\",\"n\":5}");
        SliceReader reader = reader();
        FeedDefinition feed = feed("first").sort("[{\"n\":\"desc\"}]").limit(3).build();
        reader.read(feed);

        assertThat(reader.slice(feed, db(ALICE)).rows().stream().sorted())
                .extracting(row -> json(row).path("n").intValue())
                .containsExactly(59, 58, 57);
        assertThat(reader.slice(feed, db(BOB)).rows()).hasSize(1);
    }
}
