package dev.matview.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.feed.Refresh;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedDefinitionReaderTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final FeedDefinitionReader reader = FeedDefinitionReader.of("global-feeds.json");

    static byte[] seed() {
        try (InputStream in = FeedDefinitionReaderTest.class.getResourceAsStream("global-feeds.json")) {
            return Objects.requireNonNull(in).readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theSeedsRegistryLoadsUnchanged() {
        Contents contents = reader.readAll(seed());

        assertThat(contents.problems()).isEmpty();
        assertThat(contents.feeds()).extracting(FeedDefinition::collection).containsExactly("posts", "events");
        FeedDefinition posts = contents.feed("posts").orElseThrow();
        assertThat(posts.viewName()).isEqualTo("_global_posts");
        assertThat(posts.refresh()).isEqualTo(Refresh.every(Duration.ofMinutes(5)));
        assertThat(posts.selector().json()).isEqualTo(json("{'type': 'post'}"));
        assertThat(posts.fields().json()).isEqualTo(json("['_id', 'content', 'author', 'createdAt']"));
        assertThat(posts.sort().json()).isEqualTo(json("[{'createdAt': 'desc'}]"));
        assertThat(posts.limit()).isEmpty();
    }

    @Test
    void whatIsNotGivenHoldsAsTheBuilderHasIt() {
        FeedDefinition feed = read("{}");

        FeedDefinition defaults = FeedDefinition.builder("posts").build();
        assertThat(feed.databases()).isEqualTo(defaults.databases());
        assertThat(feed.access()).isEqualTo(defaults.access());
        assertThat(feed.expand()).isEqualTo(defaults.expand());
        assertThat(feed.limit()).isEqualTo(defaults.limit());
        assertThat(feed.refresh().continuous()).isFalse();
        assertThat(feed.fingerprint()).isEqualTo(defaults.fingerprint());
    }

    @Test
    void everyOptionalKeyIsRead() {
        FeedDefinition feed = read("""
                {"query": {"selector": {}, "limit": 50}, "databases": ["userdb-*", "team-*-posts"], "access": "acl",
                 "expand": ["author"], "indexes": [["a.b", {"n": "desc"}]], "refresh": {"mode": "continuous", "minInterval": "2s"}}""");

        assertThat(feed.limit()).hasValue(50);
        assertThat(feed.databases()).extracting(Object::toString).containsExactly("userdb-*", "team-*-posts");
        assertThat(feed.access()).isEqualTo(Access.ACL);
        assertThat(feed.expand()).containsExactly("author");
        assertThat(feed.indexes()).extracting(Object::toString).containsExactly("[\"a.b\",{\"n\":\"desc\"}]");
        assertThat(feed.refresh()).isEqualTo(new Refresh(Duration.ofMinutes(5), true, Duration.ofSeconds(2)));
    }

    @Test
    void onePatternNeedsNoArray() {
        assertThat(read("{'databases': 'team-*'}").databases())
                .extracting(Object::toString)
                .containsExactly("team-*");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "interval"                                 | false | PT1S
                    "continuous"                               | true  | PT1S
                    {"mode": "interval"}                       | false | PT1S
                    {"mode": "continuous"}                     | true  | PT1S
                    {"mode": "continuous", "minInterval": "1m"} | true | PT1M
                    """)
    void refreshIsAWordOrAnObject(String refresh, boolean continuous, Duration minInterval) {
        assertThat(read("{\"refresh\": " + refresh + "}").refresh())
                .isEqualTo(new Refresh(Duration.ofMinutes(5), continuous, minInterval));
    }

    @ParameterizedTest
    @CsvSource({
        "30s,PT30S",
        "5m,PT5M",
        "1h,PT1H",
        "1d,PT24H",
        "365d,PT8760H",
        "PT5M,PT5M",
        "P1DT1H,PT25H",
        "PT1.5S,PT1.5S"
    })
    void intervalsHaveAShortFormAndIsosForm(String text, Duration interval) {
        assertThat(read("{'aggregationInterval': '" + text + "'}").refresh().interval())
                .isEqualTo(interval);
    }

    @Test
    void theKeysOfADocumentThatAreCouchDbsMeanNothing() {
        String document = feed("{'_id': 'posts-feed', '_rev': '1-a', '_attachments': {}}");

        assertThat(FeedDefinitionReader.ofDocuments("feeds").readOne(bytes(document)))
                .satisfies(contents -> assertThat(contents.problems()).isEmpty())
                .satisfies(contents -> assertThat(contents.feed("posts")).isPresent());
        assertThat(lines(reader.readOne(bytes(document))))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).contains("is no known key"));
    }

    @Test
    void aDocumentWithoutANameIsNamedByItsId() {
        Contents contents = FeedDefinitionReader.ofDocuments("feeds").read(List.of(json("{'_id': 'posts-feed'}")));

        assertThat(contents.problems()).isNotEmpty().extracting(Problem::feed).containsOnly("posts-feed");
    }

    @Test
    void ofTwoDocumentsWithOneViewTheFirstKeepsIt() {
        JsonNode first = json(feed("{'_id': 'a'}"));
        JsonNode second = json(feed("{'_id': 'b', 'collectionName': 'news'}"));

        Contents contents = FeedDefinitionReader.ofDocuments("feeds").read(List.of(first, second));

        assertThat(contents.feeds()).extracting(FeedDefinition::collection).containsExactly("posts");
        assertThat(lines(contents))
                .containsExactly("feeds: feed news: materializedViewName: \"_global_posts\" is the name of two feeds:"
                        + " posts (a) and news (b)");
    }

    /** The feed {@code posts} with these keys in place of its own; single quotes will do. */
    private FeedDefinition read(String keys) {
        Contents contents = reader.readOne(bytes(feed(keys)));
        assertThat(contents.problems()).isEmpty();
        return contents.feeds().get(0);
    }

    static String feed(String keys) {
        ObjectNode feed = (ObjectNode) json("""
                {"collectionName": "posts", "materializedViewName": "_global_posts", "aggregationInterval": "5m",
                 "query": {"selector": {}}}""");
        feed.setAll((ObjectNode) json(keys));
        return feed.toString();
    }

    /** The feed {@code posts} with one value in place of its own; a dot leads into an object, null takes the key out. */
    static ObjectNode feedWith(String key, @Nullable String value) {
        ObjectNode feed = (ObjectNode) json(feed("{}"));
        String[] path = key.split("\\.");
        ObjectNode parent = path.length == 1 ? feed : (ObjectNode) feed.get(path[0]);
        if (value == null) {
            parent.remove(path[path.length - 1]);
        } else {
            parent.set(path[path.length - 1], json(value));
        }
        return feed;
    }

    static JsonNode json(String json) {
        try {
            return MAPPER.readTree(json.replace('\'', '"'));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static List<String> lines(Contents contents) {
        return contents.problems().stream().map(Problem::toString).toList();
    }
}
