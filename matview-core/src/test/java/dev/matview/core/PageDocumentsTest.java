package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.ManualScheduler;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows as values of the reader's own type. */
class PageDocumentsTest {

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(
                    FeedDefinition.builder("posts").sort("[\"_id\"]").build()))
            .aggregator(databases)
            .scheduler(scheduler)
            .build();

    @BeforeEach
    void start() {
        feeds.start();
        databases.put(
                "userdb-ada",
                "{\"_id\":\"1\",\"content\":\"Hello, \\\"Béla\\\"\",\"likes\":2,\"author\":{\"name\":\"Ada\"}}");
        databases.put("userdb-bela", "{\"_id\":\"2\",\"content\":\"Bread\",\"tags\":[\"food\",\"news\"]}");
    }

    @AfterEach
    void close() {
        feeds.close();
        databases.close();
    }

    record Author(String name) {}

    record Post(@JsonProperty("_id") String id, String content, int likes, Author author, List<String> tags) {}

    private Page page() {
        scheduler.await(feeds.refresh("posts"));
        return feeds.query("posts", Query.all());
    }

    @Test
    void documentsAreReadAsRecords() {
        assertThat(page().documents(Post.class))
                .containsExactly(
                        new Post("1", "Hello, \"Béla\"", 2, new Author("Ada"), null),
                        new Post("2", "Bread", 0, null, List.of("food", "news")));
    }

    public static class Content {
        public String content;
    }

    @Test
    void aTypeNeedNotHaveAllFields() {
        assertThat(page().documents(Content.class))
                .extracting(post -> post.content)
                .contains("Bread");
        assertThat(page().documents(Map.class)).hasSize(2);
        assertThat(page().documents(JsonNode.class)).isEqualTo(page().documents());
        assertThat(feeds.query("posts", Query.builder().skip(2).build()).documents(Post.class))
                .isEmpty();
    }

    @Test
    void documentsOfAnOwnDatabaseAreToo() throws InterruptedException {
        databases.put("userdb-cleo", "{\"_id\":\"3\",\"collection\":\"notes\",\"content\":\"mine\"}");
        Query own =
                Query.builder().caller(new Caller("did:cleo", "userdb-cleo")).build();

        assertThat(feeds.queryOwn("notes", own).documents(Content.class))
                .extracting(note -> note.content)
                .containsExactly("mine");
    }

    @Test
    void aRowThatDoesNotFitIsNamedWithoutWhatItSays() {
        databases.put("userdb-cleo", "{\"_id\":\"3\",\"likes\":\"secret\"}");
        Page page = page();

        RowTypeException unfit = catchThrowableOfType(RowTypeException.class, () -> page.documents(Post.class));

        assertThat(unfit.collection()).isEqualTo("posts");
        assertThat(unfit.number()).isEqualTo(2);
        assertThat(unfit.key()).isEqualTo(page.keys().get(2));
        assertThat(unfit.path()).isEqualTo("likes");
        assertThat(unfit)
                .hasNoCause()
                .hasMessage("row 2 of a page of posts (key %s) does not fit %s, at likes: int expected"
                        .formatted(unfit.key(), Post.class.getName()));
    }

    @Test
    void aPlaceWithinARowIsToldByItsPath() {
        databases.put("userdb-ada", "{\"_id\":\"1\",\"tags\":[\"a\",{\"secret\":1}]}");

        assertThatThrownBy(() -> page().documents(Post.class))
                .isInstanceOf(RowTypeException.class)
                .hasMessageEndingWith(", at tags[1]: java.lang.String expected")
                .hasMessageNotContaining("secret");
    }

    record Short(String content) {
        Short {
            if (content.length() > 5) {
                throw new IllegalStateException("too long for me");
            }
        }
    }

    @Test
    void whatTheTypeItselfThrowsIsTheCause() {
        assertThatThrownBy(() -> page().documents(Short.class))
                .isInstanceOf(RowTypeException.class)
                .hasMessageContaining("row 0 of a page of posts")
                .hasMessageEndingWith("$Short refuses it")
                .hasRootCauseMessage("too long for me");
    }

    interface NoType {}

    @Test
    void aTypeThatCannotBeReadIsToldApart() {
        assertThatThrownBy(() -> page().documents(NoType.class))
                .isInstanceOf(RowTypeException.class)
                .hasMessageContaining("NoType is no type that Jackson makes from this");
    }

    static final class Pair {
        Pair(String one, String other) {}
    }

    record Paired(Pair author) {}

    @Test
    void whatATypeCannotBeMadeFromIsNotQuoted() {
        databases.put("userdb-ada", "{\"_id\":\"1\",\"author\":\"secret\"}");

        assertThatThrownBy(() -> page().documents(Paired.class))
                .isInstanceOf(RowTypeException.class)
                .hasMessageContaining("at author: ")
                .hasMessageNotContaining("secret")
                .hasNoCause();
    }

    @Test
    void aMapperOfTheReadersOwnMayBeStricter() {
        ObjectMapper strict = new ObjectMapper();

        assertThat(page().documents(Map.class, strict)).hasSize(2);
        assertThatThrownBy(() -> page().documents(Content.class, strict))
                .isInstanceOf(RowTypeException.class)
                .hasMessageContaining("the type has no such property");
        ObjectMapper lenient = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        assertThat(page().documents(Content.class, lenient)).hasSize(2);
    }
}
