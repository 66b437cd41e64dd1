package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many fields, sort keys and names in a path a client may send. */
class MangoLimitsTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final MangoLimits DEFAULTS = MangoLimits.defaults();

    private static String refusal(Callable<?> compiling) {
        MangoException refused = catchThrowableOfType(MangoException.class, compiling::call);
        assertThat(refused).as("a refusal").isNotNull();
        assertThat(refused.reason()).hasSizeLessThan(300);
        return refused.error();
    }

    private static ArrayNode names(int count) {
        ArrayNode names = NODES.arrayNode();
        for (int i = 0; i < count; i++) {
            names.add("f" + i);
        }
        return names;
    }

    @Test
    void asManyFieldsAndSortKeysAsAllowedAreTaken() {
        assertThat(Projection.compile(names(256)).isAll()).isFalse();
        assertThat(SortOrder.compile(names(32)).isNone()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {257, 90_000})
    void moreFieldsAreRefused(int count) {
        assertThat(refusal(() -> Projection.compile(names(count)))).isEqualTo("too_many_fields");
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 90_000})
    void moreSortKeysAreRefused(int count) {
        assertThat(refusal(() -> SortOrder.compile(names(count)))).isEqualTo("too_many_sort_keys");
    }

    @Test
    void theSameFieldTwiceCountsTwice() {
        ArrayNode same = NODES.arrayNode();
        Collections.nCopies(257, "a").forEach(same::add);
        assertThat(refusal(() -> Projection.compile(same))).isEqualTo("too_many_fields");
    }

    @Test
    void aPathOfManyNamesIsRefusedEverywhere() {
        String deep = "a" + ".a".repeat(90_000);
        assertPathIsRefused(deep);
        assertPathIsRefused("a" + ".a".repeat(100));
        assertPathIsTaken("a" + ".a".repeat(99));
    }

    @Test
    void aLongPathIsRefusedEverywhere() {
        assertPathIsRefused("x".repeat(1_025));
        assertPathIsRefused("x".repeat(10_000_000));
        assertPathIsTaken("x".repeat(1_024));
    }

    private static void assertPathIsRefused(String path) {
        ArrayNode list = NODES.arrayNode().add(path);
        assertThat(refusal(() -> Projection.compile(list))).isEqualTo("field_path_too_long");
        assertThat(refusal(() -> SortOrder.compile(list))).isEqualTo("field_path_too_long");
        assertThat(refusal(() -> Selector.compile(NODES.objectNode().put(path, 1))))
                .isEqualTo("field_path_too_long");
        ObjectNode element =
                NODES.objectNode().set("$elemMatch", NODES.objectNode().put(path, 1));
        assertThat(refusal(() -> Selector.compile(NODES.objectNode().set("a", element))))
                .as("also where CouchDB would find out late")
                .isEqualTo("field_path_too_long");
    }

    private static void assertPathIsTaken(String path) {
        Projection.compile(NODES.arrayNode().add(path));
        SortOrder.compile(NODES.arrayNode().add(path));
        Selector.compile(NODES.objectNode().put(path, 1));
    }

    @Test
    void namesThatOneAnotherJoinAreOnePath() {
        JsonNode selector = NODES.numberNode(1);
        for (int i = 0; i < 40; i++) {
            selector = NODES.objectNode().set("x".repeat(100), selector);
        }
        JsonNode nested = selector;
        assertThat(refusal(() -> Selector.compile(nested))).isEqualTo("field_path_too_long");
    }

    @Test
    void whatWasCompiledInLargerLimitsIsHeldToTheSmaller() {
        MangoLimits large = MangoLimits.builder()
                .maxFields(1_000)
                .maxSortKeys(1_000)
                .maxConditions(10_000)
                .build();
        Selector selector =
                Selector.compile(NODES.objectNode().set("a", NODES.objectNode().set("$in", names(5_000))), large);

        assertThat(refusal(() -> Projection.compile(names(900), large).within(DEFAULTS)))
                .isEqualTo("too_many_fields");
        assertThat(refusal(() -> SortOrder.compile(names(900), large).within(DEFAULTS)))
                .isEqualTo("too_many_sort_keys");
        assertThat(refusal(() -> selector.within(DEFAULTS))).isEqualTo("selector_too_large");
        assertThat(selector.within(large)).isSameAs(selector);
        assertThat(Projection.compile(names(9), large).within(DEFAULTS).json()).isEqualTo(names(9));
    }

    @Test
    void aRegexIsHeldToTheSmallerGrant() {
        Selector selector = Selector.compile(json("{'s': {'$regex': '^(x+)*y'}}"));
        JsonNode document = NODES.objectNode().put("s", "x".repeat(15));
        assertThat(selector.matches(document)).isFalse();

        Selector held = selector.within(MangoLimits.builder().regexSteps(100).build());

        assertThat(refusal(() -> held.matches(document))).isEqualTo("regex_too_expensive");
    }

    @Test
    void limitsMustMakeSense() {
        MangoLimits.Builder limits = MangoLimits.builder();
        assertThatIllegalArgumentException().isThrownBy(() -> limits.maxFields(0));
        assertThatIllegalArgumentException().isThrownBy(() -> limits.maxSortKeys(0));
        assertThatIllegalArgumentException().isThrownBy(() -> limits.maxPathNames(501));
        assertThatIllegalArgumentException().isThrownBy(() -> limits.maxPathLength(-1));
    }
}
