package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which selectors are refused, by which name, and that hostile ones cost nothing. */
class SelectorRefusalTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static MangoLimits limits(int depth, int conditions, int regexSteps) {
        return MangoLimits.builder()
                .maxDepth(depth)
                .maxConditions(conditions)
                .regexSteps(regexSteps)
                .build();
    }

    private static void assertRefused(JsonNode selector, MangoLimits limits, String error) {
        MangoException refusal = catchThrowableOfType(MangoException.class, () -> Selector.compile(selector, limits));
        assertThat(refusal).as("refusal of the selector").isNotNull();
        assertThat(refusal.error()).isEqualTo(error);
        assertThat(refusal.reason()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                  | invalid_selector_json",
                "null                                | invalid_selector_json",
                "'x'                                 | invalid_selector_json",
                "{'': 1}                             | invalid_selector",
                "{'$gt': 1}                          | invalid_selector",
                "{'$not': {}}                        | invalid_selector",
                "{'$elemMatch': {'a': 1}}            | invalid_selector",
                "{'a': {'$bogus': 1}}                | invalid_operator",
                "{'$bogus': 1}                       | invalid_operator",
                "{'$': 1}                            | invalid_operator",
                "{'a': {'$regex': 5}}                | invalid_operator",
                "{'a': {'$beginsWith': 5}}           | invalid_operator",
                "{'a..b': 1}                         | invalid_field_name",
                "{'a.': 1}                           | invalid_field_name",
                "{'a': {'': 1}}                      | invalid_field_name",
                "{'a\\\\.b.': 1}                     | invalid_field_name",
                "{'a..b': 1, 'c': {'$bogus': 1}}     | invalid_operator",
                "{'$or': [{'a': 1}, {'a..b': 1}]}    | invalid_field_name",
                "{'$where': 'x'}                     | not_supported",
                "{'a': {'$near': 1}}                 | not_supported",
                "{'a': {'$nearSphere': 1}}           | not_supported",
                "{'a': {'$geoWithin': 1}}            | not_supported",
                "{'a': {'$geoIntersects': 1}}        | not_supported",
                "{'$text': 'x'}                      | not_supported",
                "{'a': {'$text': 5}}                 | not_supported",
                "{'$text': {}}                       | bad_arg",
                "{'$text': null}                     | bad_arg",
                "{'$default': 1}                     | bad_field",
                "{'$and': {}}                        | bad_arg",
                "{'$or': 1}                          | bad_arg",
                "{'$nor': 1}                         | bad_arg",
                "{'a': {'$elemMatch': {'$nor': 1}}}  | bad_arg",
                "{'$not': 1}                         | bad_arg",
                "{'a': {'$in': 1}}                   | bad_arg",
                "{'a': {'$nin': {}}}                 | bad_arg",
                "{'a': {'$all': 1}}                  | bad_arg",
                "{'a': {'$exists': 1}}               | bad_arg",
                "{'a': {'$type': 1}}                 | bad_arg",
                "{'a': {'$mod': [2]}}                | bad_arg",
                "{'a': {'$mod': [2, 1, 0]}}          | bad_arg",
                "{'a': {'$mod': [2.0, 1]}}           | bad_arg",
                "{'a': {'$mod': [2, 1.0]}}           | bad_arg",
                "{'a': {'$mod': [0, 1]}}             | bad_arg",
                "{'a': {'$size': -1}}                | bad_arg",
                "{'a': {'$size': 1.0}}               | bad_arg",
                "{'a': {'$elemMatch': []}}           | bad_arg",
                "{'a': {'$allMatch': 1}}             | bad_arg",
                "{'a': {'$keyMapMatch': 'x'}}        | bad_arg",
                "{'a': {'$regex': '('}}              | bad_arg",
                "{'a': {'$regex': '(?R)'}}           | unsupported_regex"
            })
    void refusesByName(String selector, String error) {
        assertRefused(json(selector), MangoLimits.defaults(), error);
    }

    @Test
    void aLongArgumentIsNotRepeatedWhole() {
        JsonNode selector = NODES.objectNode().set("a", NODES.objectNode().put("$in", "x".repeat(100_000)));
        assertThatThrownBy(() -> Selector.compile(selector)).message().hasSizeLessThan(300);
    }

    @Test
    void nestingIsBounded() {
        MangoLimits limits = limits(3, 100, 100);
        Selector.compile(json("{'$and': [{'a': 1}]}"), limits);
        assertRefused(json("{'$and': [{'a': [1]}]}"), limits, "selector_too_large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"$not", "$and", "a", "$elemMatch", "$eq"})
    void aSelectorDeeperThanTheStackIsRefused(String name) {
        JsonNode selector = NODES.numberNode(1);
        for (int i = 0; i < 100_000; i++) {
            ObjectNode outer = NODES.objectNode();
            selector = outer.set(name, name.equals("$and") ? NODES.arrayNode().add(selector) : selector);
        }
        assertRefused(selector, MangoLimits.defaults(), "selector_too_large");
        ArrayNode array = NODES.arrayNode().add(selector);
        assertRefused(array, MangoLimits.defaults(), "invalid_selector_json");
    }

    @Test
    void whatTheGreatestDepthAllowsFitsTheStack() {
        JsonNode selector = NODES.numberNode(1);
        for (int i = 0; i < MangoLimits.DEEPEST; i++) {
            selector = NODES.objectNode().set("$not", selector);
            if (i == 0) {
                selector = NODES.objectNode().set("a", NODES.numberNode(1));
            }
        }
        Selector deep = Selector.compile(selector, limits(MangoLimits.DEEPEST, 1_000, 1));
        assertThat(deep.matches(json("{'a': 2}"))).isTrue();
    }

    @Test
    void conditionsAndListedValuesAreCounted() {
        MangoLimits limits = limits(10, 5, 100);
        Selector.compile(json("{'a': {'$in': [1, 2, 3]}}"), limits);
        assertRefused(json("{'a': {'$in': [1, 2, 3, 4]}}"), limits, "selector_too_large");
        assertRefused(json("{'a': 1, 'b': 1, 'c': 1, 'd': 1, 'e': 1, 'f': 1}"), limits, "selector_too_large");
    }

    @Test
    void limitsMustMakeSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> limits(0, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> limits(MangoLimits.DEEPEST + 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> limits(1, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> limits(1, 1, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"^(a+)+$", "(a|aa)+$", "^(a|a)*b", "(a*)*c", "(.*)(.*)(.*)(.*)(.*)x", "(?=(a+)+b)", "(?>(a+)+b)"
            })
    void aRegexThatRunsAwayIsStopped(String regex) {
        Selector selector =
                Selector.compile(NODES.objectNode().set("s", NODES.objectNode().put("$regex", regex)));
        JsonNode document = NODES.objectNode().put("s", "a".repeat(5_000) + "!");
        MangoException stopped = assertTimeout(
                Duration.ofSeconds(2),
                () -> catchThrowableOfType(MangoException.class, () -> selector.matches(document)));
        assertThat(stopped).isNotNull();
        assertThat(stopped.error()).isEqualTo("regex_too_expensive");
    }

    @Test
    void theBudgetIsForAllRegexesOnOneDocument() {
        JsonNode one = json("{'$regex': 'x.*y'}");
        ObjectNode selector = NODES.objectNode();
        for (int i = 0; i < 20; i++) {
            selector.set("f" + i, NODES.objectNode().set("$not", one));
        }
        ObjectNode document = NODES.objectNode();
        for (int i = 0; i < 20; i++) {
            document.put("f" + i, "x".repeat(30));
        }
        Selector enough = Selector.compile(selector, limits(10, 100, 100_000));
        assertThat(enough.matches(document)).isTrue();
        assertThat(enough.matches(document))
                .as("the budget of another document")
                .isTrue();
        Selector tight = Selector.compile(selector, limits(10, 100, 1_500));
        assertThatThrownBy(() -> tight.matches(document)).isInstanceOf(MangoException.class);
        Selector single = Selector.compile(NODES.objectNode().set("f0", one), limits(10, 100, 1_500));
        assertThat(single.matches(document)).isFalse();
    }

    @Test
    void aStoppedRegexIsNotMistakenForAnElementThatCannotBeEvaluated() {
        JsonNode selector = json("{'s': {'$elemMatch': {'$regex': '^(a+)+$'}}}");
        JsonNode document = NODES.objectNode().set("s", NODES.arrayNode().add("a".repeat(5_000) + "!"));
        assertThatThrownBy(() -> Selector.compile(selector).matches(document)).isInstanceOf(MangoException.class);
    }
}
