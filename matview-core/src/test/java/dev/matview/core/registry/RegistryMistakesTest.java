package dev.matview.core.registry;

import static dev.matview.core.registry.FeedDefinitionReaderTest.bytes;
import static dev.matview.core.registry.FeedDefinitionReaderTest.lines;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of each mistake that a registry can have. */
class RegistryMistakesTest {

    private static final String NAME_RULE =
            "must be a name: a string that is not blank, of at most 200 characters without control characters or line separators";
    private static final String INTERVAL_RULE = "must be an interval such as 30s, 5m, 1h, 1d or PT5M";
    private static final String NO_INTERVAL = "is no interval; write 30s, 5m, 1h, 1d or PT5M";
    private static final String NO_PATTERN =
            "is no database pattern; write a name with at most 8 stars, none beside another, such as userdb-*";

    private static final String AN_INDEX = "such as [[\"author\"], [\"tag\", {\"likes\": \"desc\"}]]";
    private static final String INDEXES_RULE = "must be an array of at most 8 lists of fields, " + AN_INDEX;
    private static final String NO_INDEX = "is no index; write a list of at least one field, " + AN_INDEX;

    private final FeedDefinitionReader reader = FeedDefinitionReader.of("global-feeds.json");

    private static String names(int count) {
        return IntStream.range(0, count).mapToObj(n -> "'f" + n + "'").collect(Collectors.joining(",", "[", "]"));
    }

    /** A good feed in which one key is given another value (null: is left out), and what is said of it. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                in("materializedViewName", null, "materializedViewName: is missing; it " + NAME_RULE),
                in("materializedViewName", "' '", "materializedViewName: " + NAME_RULE + ", not \" \""),
                in("materializedViewName", "'a\\nb'", "materializedViewName: " + NAME_RULE + ", not \"a\\nb\""),
                in("materializedViewName", "'a\u2028b'", "materializedViewName: " + NAME_RULE + ", not \"a b\""),
                in("materializedViewName", "7", "materializedViewName: " + NAME_RULE + ", not 7"),
                in("aggregationInterval", null, "aggregationInterval: is missing; it " + INTERVAL_RULE),
                in("aggregationInterval", "300", "aggregationInterval: " + INTERVAL_RULE + ", not 300"),
                in("aggregationInterval", "'5 minutes'", "aggregationInterval: \"5 minutes\" " + NO_INTERVAL),
                in("aggregationInterval", "'500ms'", "aggregationInterval: \"500ms\" " + NO_INTERVAL),
                in("aggregationInterval", "'5M'", "aggregationInterval: \"5M\" " + NO_INTERVAL),
                in("aggregationInterval", "''", "aggregationInterval: \"\" " + NO_INTERVAL),
                in("aggregationInterval", "'-5m'", "aggregationInterval: \"-5m\" " + NO_INTERVAL),
                in("aggregationInterval", "'0s'", "aggregationInterval: \"0s\" is not longer than zero"),
                in("aggregationInterval", "'PT-5M'", "aggregationInterval: \"PT-5M\" is not longer than zero"),
                in("aggregationInterval", "'366d'", "aggregationInterval: \"366d\" " + tooLong()),
                in(
                        "aggregationInterval",
                        "'999999999999999999d'",
                        "aggregationInterval: \"999999999999999999d\" " + tooLong()),
                in(
                        "aggregationInterval",
                        "'PT0.0001S'",
                        "aggregationInterval: \"PT0.0001S\" is too short; the shortest interval is 1s"),
                in(
                        "aggregationInterval",
                        "'PT0.999S'",
                        "aggregationInterval: \"PT0.999S\" is too short; the shortest interval is 1s"),
                in(
                        "refresh",
                        "{'mode': 'continuous', 'minInterval': 'PT0.5S'}",
                        "refresh.minInterval: \"PT0.5S\" is too short; the shortest interval is 1s"),
                in("query", null, "query: is missing; it must be an object with a selector"),
                in("query", "[]", "query: must be an object with a selector, not an array"),
                in("query.selector", null, "query.selector: is missing; it " + selectorRule()),
                in("query.selector", "null", "query.selector: " + selectorRule() + ", not null"),
                in("query.selector", "[]", "query.selector: " + selectorRule() + ", not an array"),
                in("query.fields", "'_id'", "query.fields: must be an array of fields, not \"_id\""),
                in("query.sort", "{'a': 'asc'}", "query.sort: " + sortRule() + ", not an object"),
                in("query.fields", "['_id', '_conflicts']", noConflicts("query.fields", "_conflicts")),
                in("query.fields", "['_deleted_conflicts.0']", noConflicts("query.fields", "_deleted_conflicts.0")),
                in("query.sort", "[{'_conflicts': 'asc'}]", noConflicts("query.sort", "_conflicts")),
                in("query.selector", "{'_conflicts': {'$exists': true}}", noConflicts("query.selector", "_conflicts")),
                in(
                        "query.selector",
                        "{'$or': [{'a': 1}, {'$not': {'_conflicts.0': 'x'}}]}",
                        noConflicts("query.selector", "_conflicts.0")),
                in("query.fields", names(257), "query.fields: fields may list up to 256 paths. (too_many_fields)"),
                in("query.sort", names(33), "query.sort: A sort may list up to 32 fields. (too_many_sort_keys)"),
                in("query.limit", "0", "query.limit: " + limitRule() + ", not 0"),
                in("query.limit", "2.5", "query.limit: " + limitRule() + ", not 2.5"),
                in("query.limit", "'10'", "query.limit: " + limitRule() + ", not \"10\""),
                in("query.limit", "3000000000", "query.limit: " + limitRule() + ", not 3000000000"),
                in("databases", "[]", "databases: " + databasesRule() + ", not an array"),
                in("databases", "{}", "databases: " + databasesRule() + ", not an object"),
                in("databases", "['userdb-*', 7]", "databases: 7 " + NO_PATTERN),
                in("databases", "''", "databases: \"\" " + NO_PATTERN),
                in("databases", "'userdb-**'", "databases: \"userdb-**\" " + NO_PATTERN),
                in("refresh", "'often'", "refresh: " + refreshRule() + ", not \"often\""),
                in("refresh", "true", "refresh: " + refreshRule() + ", not true"),
                in("refresh", "{}", "refresh.mode: is missing; it must be \"interval\" or \"continuous\""),
                in("refresh", "{'mode': 1}", "refresh.mode: must be \"interval\" or \"continuous\", not 1"),
                in(
                        "refresh",
                        "{'mode': 'continuous', 'minInterval': '2 s'}",
                        "refresh.minInterval: \"2 s\" " + NO_INTERVAL),
                in(
                        "refresh",
                        "{'mode': 'continuous', 'minInterval': 2}",
                        "refresh.minInterval: " + INTERVAL_RULE + ", not 2"),
                in(
                        "refresh",
                        "{'mode': 'interval', 'minInterval': '2s'}",
                        "refresh.minInterval: is of use only with the mode \"continuous\""),
                in("access", "'private'", "access: must be \"public\" or \"acl\", not \"private\""),
                in("access", "null", "access: must be \"public\" or \"acl\", not null"),
                in("expand", "'author'", "expand: must be an array of fields, not \"author\""),
                in("expand", "['author', '']", "expand: \"\" is no field; write a string that is not blank"),
                in("indexes", "'author'", "indexes: " + INDEXES_RULE + ", not \"author\""),
                in(
                        "indexes",
                        "[['a'],['b'],['c'],['d'],['e'],['f'],['g'],['h'],['i']]",
                        "indexes: " + INDEXES_RULE + ", not 9 of them"),
                in("indexes", "['author']", "indexes: \"author\" " + NO_INDEX),
                in("indexes", "[[]]", "indexes: an array " + NO_INDEX),
                in("indexes", "[['_conflicts']]", noConflicts("indexes", "_conflicts")),
                in("indexes", "[['a'], ['b'], ['a']]", "indexes: lists [\"a\"] twice"),
                in("expand", "[{}]", "expand: an object is no field; write a string that is not blank"),
                in("agregationIntervall", "'5m'", unknown("agregationIntervall", "aggregationInterval")),
                in("Access", "'acl'", unknown("Access", "access")),
                in("index", "[]", unknown("index", "indexes")),
                in("query", "{'selector': {}, 'fields': ['a.b'], 'indexes': []}", unknown("query.indexes", "indexes")),
                in("selector", "{}", unknown("selector", "query.selector")),
                in("query.filds", "[]", unknown("query.filds", "query.fields")),
                in(
                        "refresh",
                        "{'mode': 'continuous', 'minIntervall': '2s'}",
                        unknown("refresh.minIntervall", "refresh.minInterval")),
                in("query.whatever", "1", "query.whatever: is no known key; known are selector, fields, sort, limit"),
                in(
                        "refresh",
                        "{'mode': 'interval', 'x': 1}",
                        "refresh.x: is no known key; known are mode, minInterval"),
                in(
                        "comment",
                        "1",
                        "comment: is no known key; known are collectionName, materializedViewName, aggregationInterval,"
                                + " query, databases, refresh, access, expand, indexes"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("mistakes")
    void aMistakeIsToldWithFileFeedAndKey(String key, @Nullable String value, String message) {
        Contents contents = reader.readAll(bytes("[" + feed(key, value) + "]"));

        assertThat(lines(contents)).containsExactly("global-feeds.json: feed posts: " + message);
        assertThat(contents.feeds()).isEmpty();
    }

    @Test
    void anIndexIsOverWhatRowsShow() {
        String feed = FeedDefinitionReaderTest.feed("{'query': {'selector': {}, 'fields': ['_id', 'author.did']},"
                + " 'indexes': [['author.did'], ['_id', 'author'], [{'likes': 'up'}]]}");

        assertThat(lines(reader.readAll(bytes("[" + feed + "]"))))
                .satisfiesExactly(
                        hidden -> assertThat(hidden)
                                .endsWith(
                                        "indexes: author is not among the fields that rows show; list it in query.fields,"
                                                + " or leave it out"),
                        wrong -> assertThat(wrong).contains("indexes: ").endsWith("(invalid_sort_field)"));
    }

    @Test
    void whatCouchDbWouldRefuseIsToldWithItsErrorName() {
        String query = "{'selector': {'a': {'$nope': 1}}, 'fields': [7], 'sort': [{'a': 'up'}]}";

        assertThat(lines(reader.readAll(bytes("[" + feed("query", query) + "]"))))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("global-feeds.json: feed posts: query.selector: ")
                                .contains("$nope")
                                .endsWith("(invalid_operator)"),
                        line -> assertThat(line).startsWith("global-feeds.json: feed posts: query.fields: "),
                        line -> assertThat(line)
                                .startsWith("global-feeds.json: feed posts: query.sort: ")
                                .endsWith(")"));
    }

    @Test
    void allMistakesAreToldAtOnceInTheOrderOfTheFeeds() {
        assertThat(lines(readAll("""
                [{"collectionName": "posts", "materializedViewName": "v", "aggregationInterval": "5 m",
                  "query": {"selector": {}, "limit": -1}},
                 {"materializedViewName": "w", "aggregationInterval": "5m", "query": {"selector": {}}},
                 "events"]""")))
                .containsExactly(
                        "global-feeds.json: feed posts: aggregationInterval: \"5 m\" " + NO_INTERVAL,
                        "global-feeds.json: feed posts: query.limit: " + limitRule() + ", not -1",
                        "global-feeds.json: feed #2: collectionName: is missing; it " + NAME_RULE,
                        "global-feeds.json: feed #3: must be an object, not \"events\"");
    }

    @Test
    void aFieldOfThatNameWithinAnotherIsNoConflict() {
        String query = "{'selector': {'a': {'_conflicts': 1}, 'b': {'$elemMatch': {'_conflicts': 1}}},"
                + " 'fields': ['a._conflicts', '_conflicting'], 'sort': ['a._conflicts']}";

        assertThat(lines(readAll("[" + feed("query", query) + "]"))).isEmpty();
    }

    @Test
    void goodFeedsBesideBadOnesAreRead() {
        assertThat(readAll("[" + feed("collectionName", "7") + "," + feed("materializedViewName", "'v'") + "]")
                        .feeds())
                .extracting(FeedDefinition::collection)
                .containsExactly("posts");
    }

    @Test
    void ofTwoFeedsForOneCollectionBothAreNamed() {
        assertThat(lines(readAll("[" + feed("materializedViewName", "'v'") + "," + feed("access", "'acl'") + "]")))
                .containsExactly("global-feeds.json: feed posts: collectionName: \"posts\" is the name of two feeds:"
                        + " posts (#1) and posts (#2)");
    }

    @Test
    void ofTwoFeedsForOneViewBothAreNamedAlsoWhenOneOfThemIsWrong() {
        assertThat(lines(readAll(
                        "[" + feed("aggregationInterval", "'5m?'") + "," + feed("collectionName", "'news'") + "]")))
                .contains("global-feeds.json: feed news: materializedViewName: \"_global_posts\" is the name of two"
                        + " feeds: posts (#1) and news (#2)");
    }

    @Test
    void everyKeyThatIsGivenTwiceIsTold() {
        assertThat(lines(readAll("""
                [{"collectionName": "posts", "materializedViewName": "_global_posts", "aggregationInterval": "5m",
                  "query": {"selector": {"a": 1, "$or": [{"b": 1, "b": 2}], "a": 2}}, "aggregationInterval": "6m"}]""")))
                .containsExactly(
                        "global-feeds.json: feed posts: query.selector.$or[0].b: is given twice",
                        "global-feeds.json: feed posts: query.selector.a: is given twice",
                        "global-feeds.json: feed posts: aggregationInterval: is given twice");
    }

    @Test
    void aNumberThatNoDoubleHoldsIsRefused() {
        String registry = "[" + feed("query", "{'selector': {'n': 'N'}}").replace("\"N\"", "1e999") + "]";

        assertThat(lines(readAll(registry)))
                .containsExactly("global-feeds.json: feed posts: query.selector.n: is a number out of range");
    }

    /** What is not JSON, where, and what is said of it. */
    static Stream<Arguments> brokenTexts() {
        return Stream.of(
                Arguments.of("", "is empty"),
                Arguments.of(" \n", "is empty"),
                Arguments.of(
                        "[\n  {\"a\": }\n]", "is not JSON: line 2, column 9: Unexpected character ('}' (code 125))"),
                Arguments.of("[{\"a\": 1}", "is not JSON: line 1, column 10: Unexpected end-of-input"),
                Arguments.of("[]\n[]", "is not JSON: line 2, column 1: something follows the value"),
                Arguments.of("[] x", "is not JSON: line 1, column 4: Unrecognized token 'x'"),
                Arguments.of(
                        "[".repeat(5000),
                        "is not JSON: Document nesting depth (1001) exceeds the maximum allowed (1000)"),
                Arguments.of("{}", "must be an array of feeds, not an object"),
                Arguments.of("\"posts\"", "must be an array of feeds, not \"posts\""));
    }

    @ParameterizedTest
    @MethodSource("brokenTexts")
    void aTextThatIsNoArrayOfFeedsIsOneMistake(String text, String message) {
        assertThat(lines(readAll(text)))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("global-feeds.json: " + message))
                .satisfies(line -> assertThat(line).doesNotContain("Source", "\n"));
    }

    @Test
    void invalidUtf8IsAMistake() {
        assertThat(lines(reader.readAll(new byte[] {'[', '"', (byte) 0xc3, 0x28, '"', ']'})))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("global-feeds.json: is not JSON: "));
    }

    @Test
    void longValuesAndSelectorsStayOutOfMessages() {
        String secret = "s3cr3t".repeat(50);
        String query = "{'selector': '" + secret + "', 'fields': {'x': '" + secret + "'}}";

        assertThat(lines(readAll("[" + feed("query", query) + "]")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(200));
    }

    @Test
    void beyondAHundredMistakesTheRestIsCounted() {
        String zeros = IntStream.range(0, 150).mapToObj(i -> "0").collect(Collectors.joining(","));

        List<String> lines = lines(readAll("[" + zeros + "]"));

        assertThat(lines).hasSize(101).last().isEqualTo("global-feeds.json: and 50 more mistakes");
    }

    private Contents readAll(String text) {
        return reader.readAll(bytes(text));
    }

    private static Arguments in(String key, @Nullable String value, String message) {
        return Arguments.of(key, value, message);
    }

    private static String feed(String key, @Nullable String value) {
        return FeedDefinitionReaderTest.feedWith(key, value).toString();
    }

    private static String tooLong() {
        return "is too long; the longest interval is 365d";
    }

    private static String selectorRule() {
        return "must be an object; {} selects every document";
    }

    private static String sortRule() {
        return "must be an array of fields, such as [{\"createdAt\": \"desc\"}]";
    }

    private static String limitRule() {
        return "must be a whole number from 1 to 2147483647";
    }

    private static String databasesRule() {
        return "must be a pattern such as \"userdb-*\", or an array of at least one";
    }

    private static String refreshRule() {
        return "must be \"interval\", \"continuous\" or {\"mode\": \"continuous\", \"minInterval\": \"2s\"}";
    }

    private static String noConflicts(String key, String field) {
        return key + ": " + field + " is not supported: a view has the winning revision of each document alone";
    }

    private static String unknown(String key, String nearest) {
        return key + ": is no known key; did you mean " + nearest + "?";
    }
}
