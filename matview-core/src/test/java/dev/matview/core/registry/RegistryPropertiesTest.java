package dev.matview.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.Refresh;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every JSON and every definition. */
class RegistryPropertiesTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final FeedDefinitionReader reader = FeedDefinitionReader.of("test");

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void anyFeedIsReadOrRefusedWithShortLines(@ForAll("feeds") JsonNode feed) {
        ArrayNode registry = JSON.arrayNode().add(feed);

        Contents contents = reader.readAll(bytes(registry));

        assertThat(contents.feeds().size() + contents.problems().size()).isPositive();
        assertThat(contents.feeds()).hasSize(contents.problems().isEmpty() ? 1 : 0);
        assertLinesAreShort(contents);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void anyJsonIsReadOrRefusedWithShortLines(@ForAll("json") JsonNode json) {
        assertLinesAreShort(reader.readAll(bytes(json)));
        assertLinesAreShort(reader.readOne(bytes(json)));
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void theSeedCutShortAndWithOneByteChangedIsReadOrRefused(
            @ForAll @IntRange(max = 900) int length, @ForAll @IntRange(max = 900) int at, @ForAll byte value) {
        byte[] text = FeedDefinitionReaderTest.seed();
        text = Arrays.copyOf(text, Math.min(length, text.length));
        if (at < text.length) {
            text[at] = value;
        }

        assertLinesAreShort(reader.readAll(text));
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void whatIsWrittenIsReadAsTheSameFeed(@ForAll("definitions") FeedDefinition definition) {
        Contents read = reader.readAll(bytes(FeedDefinitionWriter.writeAll(List.of(definition))));

        assertThat(read.problems()).isEmpty();
        FeedDefinition copy = read.feeds().get(0);
        assertThat(copy.fingerprint()).isEqualTo(definition.fingerprint());
        assertThat(copy.collection()).isEqualTo(definition.collection());
        assertThat(copy.viewName()).isEqualTo(definition.viewName());
        assertThat(copy.refresh()).isEqualTo(definition.refresh());
    }

    private static void assertLinesAreShort(Contents contents) {
        assertThat(contents.problems())
                .allSatisfy(problem -> assertThat(problem.toString())
                        .hasSizeLessThan(600)
                        .matches(line -> line.chars().noneMatch(Character::isISOControl), "is one line"));
    }

    private static byte[] bytes(JsonNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Provide
    Arbitrary<JsonNode> feeds() {
        return Arbitraries.randomValue(random -> new RandomJson(random).feed());
    }

    @Provide
    Arbitrary<JsonNode> json() {
        return Arbitraries.randomValue(random -> new RandomJson(random).value(4));
    }

    @Provide
    Arbitrary<FeedDefinition> definitions() {
        Arbitrary<String> names = Arbitraries.strings()
                .withCharRange(' ', '\ud7ff')
                .ofMinLength(1)
                .ofMaxLength(200);
        Arbitrary<String> usable = names.filter(name -> !name.isBlank() && Text.isOneLine(name));
        Arbitrary<FeedDefinition.Builder> builders = Combinators.combine(
                        usable, usable, json(), refreshes(), Arbitraries.of(Access.values()))
                .as((collection, view, value, refresh, access) -> FeedDefinition.builder(collection)
                        .viewName(view)
                        .selector(JSON.objectNode().set("a", JSON.objectNode().set("$eq", value)))
                        .refresh(refresh)
                        .access(access));
        Arbitrary<List<String>> lists = Arbitraries.of("author", "a.b", "x-*", "*", "ü", "\ud83d\ude00")
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
        return Combinators.combine(
                        builders, lists, lists, lists, Arbitraries.integers().greaterOrEqual(1))
                .as((builder, fields, databases, expand, limit) -> builder.fields(fields.toArray(String[]::new))
                        .databases(databases.toArray(String[]::new))
                        .expand(expand)
                        .sort("[{\"" + fields.get(0) + "\": \"desc\"}, \"_id\"]")
                        .limit(limit)
                        .indexes("[[\"" + fields.get(0) + "\"], [{\"" + fields.get(0) + ".x\": \"desc\"}]]")
                        .build());
    }

    private static Arbitrary<Refresh> refreshes() {
        Arbitrary<Duration> intervals = Arbitraries.oneOf(
                Arbitraries.longs().between(1_000, 365L * 86_400_000).map(Duration::ofMillis),
                Arbitraries.longs().between(1, 365).map(Duration::ofDays),
                Arbitraries.longs().between(1, 10_000).map(Duration::ofMinutes));
        return Combinators.combine(intervals, Arbitraries.of(true, false), intervals)
                .as((interval, continuous, least) ->
                        new Refresh(interval, continuous, continuous ? least : Refresh.DEFAULT_MIN_INTERVAL));
    }
}
