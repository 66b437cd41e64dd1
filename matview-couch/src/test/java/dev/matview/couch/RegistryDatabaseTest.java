package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.feed.RegistryException;
import dev.matview.core.registry.FeedDefinitionReader;
import dev.matview.core.registry.FeedDefinitionWriter;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a registry in CouchDB is filled and read out. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class RegistryDatabaseTest {

    private final RawCouch raw = TestCouch.get().raw();
    private final TestDatabases databases = TestCouch.get().databases();
    private final CouchCluster cluster = TestCouch.get().cluster().build();
    private final String name = databases.name("feeds");
    private final RegistryDatabase database = RegistryDatabase.of(cluster, name);

    @AfterEach
    void close() {
        cluster.close();
        databases.close();
    }

    private static String feed(String collection, String view, String selector) {
        return "{\"collectionName\":\"" + collection + "\",\"materializedViewName\":\"" + view
                + "\",\"aggregationInterval\":\"5m\",\"query\":{\"selector\":" + selector + "}}";
    }

    private static String feed(String collection) {
        return feed(collection, "_global_" + collection, "{\"type\":\"" + collection + "\"}");
    }

    private int importJson(String... feeds) {
        return database.importJson("feeds.json", json(feeds));
    }

    private static byte[] json(String... feeds) {
        return ("[" + String.join(",", feeds) + "]").getBytes(StandardCharsets.UTF_8);
    }

    private JsonNode documents() {
        return raw.json("GET", raw.path(name, "_all_docs") + "?include_docs=true", null);
    }

    @Test
    void whatIsImportedIsReadOut() {
        byte[] json = json(feed("posts"), feed("events"), feed("_odd/name"));

        assertThat(database.importJson("feeds.json", json)).isEqualTo(3);
        assertThat(database.importJson("feeds.json", json)).as("the same again").isZero();

        Contents read = database.read();
        assertThat(read.problems()).isEmpty();
        assertThat(read.feeds())
                .extracting(FeedDefinition::fingerprint)
                .containsExactlyInAnyOrderElementsOf(FeedDefinitionReader.of("given").readAll(json).feeds().stream()
                        .map(FeedDefinition::fingerprint)
                        .toList());
        assertThat(FeedDefinitionWriter.writeAll(read.feeds()).findValues("_id"))
                .isEmpty();
    }

    @Test
    void anImportWritesOverTheDocumentOfTheCollectionAndDeletesNone() {
        raw.create(name);
        raw.put(name, "mine", feed("posts"));
        raw.put(name, "other", feed("events"));
        raw.put(name, "_design/posts", "{\"collectionName\":\"posts\"}");

        assertThat(importJson(feed("posts", "_global_posts", "{\"type\":\"new\"}")))
                .isEqualTo(1);

        assertThat(raw.get(name, "mine").path("query").toString()).contains("new");
        assertThat(raw.get(name, "other").path("collectionName").asText()).isEqualTo("events");
        assertThat(raw.get(name, "_design/posts").has("query")).isFalse();
    }

    @Test
    void nothingIsImportedOfAFileWithAMistake() {
        assertThatThrownBy(() -> importJson(feed("posts"), feed("events").replace("5m", "soon")))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("feeds.json")
                .hasMessageContaining("aggregationInterval");

        assertThat(raw.names(name)).as("the database is not made either").isEmpty();
    }

    @Test
    void nothingIsImportedWhenAFeedWouldHaveTheViewOfAnotherDocument() {
        raw.create(name);
        raw.put(name, "mine", feed("posts"));
        JsonNode before = documents();

        for (String collection : List.of("articles", "texts")) {
            assertThatThrownBy(() -> importJson(feed("events"), feed(collection, "_global_posts", "{}")))
                    .as("whether its document comes before the other or after it")
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining(
                            "feeds.json: feed " + collection + ": materializedViewName: \"_global_posts\"")
                    .hasMessageContaining(name + "/mine")
                    .hasMessageContaining(name + "/" + collection);
        }

        assertThat(documents()).isEqualTo(before);
    }

    @Test
    void twoFeedsMayExchangeTheirViews() {
        importJson(feed("posts", "a", "{}"), feed("events", "b", "{}"));

        assertThat(importJson(feed("posts", "b", "{}"), feed("events", "a", "{}")))
                .isEqualTo(2);

        assertThat(database.read().problems()).isEmpty();
    }

    @Test
    void aSecondDocumentOfTheCollectionDoesNotKeepTheFirstFromBeingWrittenOver() {
        raw.create(name);
        raw.put(name, "b", feed("posts"));
        raw.put(name, "c", feed("posts"));

        assertThat(importJson(feed("posts", "_global_posts", "{\"type\":\"new\"}")))
                .isEqualTo(1);

        assertThat(database.read().feed("posts"))
                .hasValueSatisfying(
                        feed -> assertThat(feed.selector().json().toString()).contains("new"));
    }

    @Test
    void whatIsWrongIsNamedWithItsDocumentAndNotReadOut() {
        raw.create(name);
        raw.put(
                name,
                "a",
                feed("posts", "_global_posts", "{\"owner\":\"hunter2\"}").replace("5m", "soon"));
        raw.put(name, "b", feed("events"));
        raw.put(name, "c", feed("news", "_global_events", "{}"));
        raw.put(name, "line\nbreak", "{\"password\":\"hunter2\"}");

        Contents read = database.read();

        assertThat(read.feeds()).extracting(FeedDefinition::collection).containsExactly("events");
        assertThat(read.problems())
                .extracting(Problem::source)
                .contains(name + "/a", name + "/c", name + "/line break")
                .doesNotContain(name + "/b");
        assertThat(read.problems().toString()).doesNotContain("hunter2", "\n");
    }

    @Test
    void readingMakesNoDatabase() {
        assertThatThrownBy(database::read)
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("there is no database of that name at " + cluster.url());

        assertThat(raw.names(name)).isEmpty();
    }
}
