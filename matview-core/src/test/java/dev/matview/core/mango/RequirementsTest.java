package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.mango.Requirements.Kind;
import dev.matview.core.mango.Requirements.Requirement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be told of all documents that a selector matches, without looking at one. */
class RequirementsTest {

    private static Requirements of(String selector) {
        return Selector.compile(json(selector)).requirements();
    }

    private static String shown(Requirements requirements) {
        StringBuilder text = new StringBuilder();
        for (Requirement one : requirements.all()) {
            text.append(String.join("/", one.path())).append(' ').append(one.kind());
            text.append(one.values().isEmpty() ? "" : " " + one.values()).append("; ");
        }
        return text.toString().trim();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a': 1}|a EQUAL [1];|true",
                "{'a': null}|a EQUAL [null];|true",
                "{'a.b': {'$gt': 1, '$lte': 5}}|a/b GREATER [1]; a/b AT_MOST [5];|true",
                "{'a': {'b': {'$gte': 1}}, 'c': {'$lt': 'x'}}|a/b AT_LEAST [1]; c LESS [\"x\"];|true",
                "{'a\\\\.b': 1}|a.b EQUAL [1];|true",
                "{'a': {'$in': [2, 1]}}|a IN [1, 2];|true",
                "{'a': {'$exists': true}}|a PRESENT;|true",
                "{'$and': [{'a': 1}, {'$and': [{'b': 2}]}]}|a EQUAL [1]; b EQUAL [2];|true",
                "{'$not': {'a': {'$lt': 3}}}|a AT_LEAST [3];|true",
                "{'$nor': [{'a': {'$gt': 3}}, {'b': 1}]}|a AT_MOST [3]; b PRESENT;|false",
                "{'a': {'$exists': false}}|``|false",
                "{'a': {'$ne': 1}}|a PRESENT;|false",
                "{'a': {'$nin': [1]}}|a PRESENT;|false",
                "{'a': {'$regex': 'x'}, 'b': {'$type': 'string'}}|a PRESENT; b PRESENT;|false",
                "{'a': {'$elemMatch': {'b': 1}}}|a PRESENT;|false",
                "{'_id': {'$gt': 'x'}, 'a': 1}|_id PRESENT; a EQUAL [1];|false",
                "{'$or': [{'a': 1}, {'a': 2}], 'b': 1}|b EQUAL [1];|false",
                "{'$and': []}|``|false",
                "{}|``|true"
            })
    void whatASelectorRequires(String selector, String requirements, boolean areSufficient) {
        assertThat(shown(of(selector))).isEqualTo(requirements);
        assertThat(of(selector).areSufficient()).isEqualTo(areSufficient);
    }

    @Test
    void twoSelectorsRequireWhatBothDo() {
        Selector both = Selector.compile(json("{'a': 1}")).and(Selector.compile(json("{'b': {'$gt': 2}}")));

        assertThat(shown(both.requirements())).isEqualTo("a EQUAL [1]; b GREATER [2];");
        assertThat(both.requirements().areSufficient()).isTrue();
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void whateverMatchesFulfilsThemAndWhereTheyAreSufficientTheOtherWayRound(@ForAll long seed) {
        RandomMango mango = new RandomMango(new Random(seed));
        Selector selector = Selector.compile(mango.selector(2));
        Requirements requirements = selector.requirements();
        for (int i = 0; i < 30; i++) {
            ObjectNode document = mango.document();
            boolean fulfils = requirements.all().stream().allMatch(one -> fulfils(document, one));
            if (selector.matches(document)) {
                assertThat(fulfils).as("%s on %s", selector, document).isTrue();
            } else if (requirements.areSufficient()) {
                assertThat(fulfils).as("%s on %s", selector, document).isFalse();
            }
        }
    }

    private static boolean fulfils(JsonNode document, Requirement required) {
        FieldPath path = FieldPath.parse(String.join(".", required.path()), MangoLimits.defaults());
        JsonNode value = path.get(document);
        if (value == null || value.isMissingNode()) {
            return false;
        }
        if (required.kind() == Kind.IN) {
            List<JsonNode> looked = value.isArray() ? List.copyOf(list(value)) : List.of(value);
            return looked.stream()
                    .anyMatch(one -> required.values().stream().anyMatch(other -> compare(one, other) == 0));
        }
        int order = required.kind() == Kind.PRESENT ? 0 : compare(value, required.value());
        return switch (required.kind()) {
            case LESS -> order < 0;
            case AT_MOST -> order <= 0;
            case AT_LEAST -> order >= 0;
            case GREATER -> order > 0;
            default -> order == 0;
        };
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }

    private static int compare(JsonNode one, JsonNode other) {
        return Collation.couchdb().compare(one, other);
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void whatKeysBeginWithTellsTheirFirstValues(@ForAll long seed) {
        RandomMango mango = new RandomMango(new Random(seed));
        SortOrder order = SortOrder.compile(json("['a', {'b': 'desc'}]"));
        Budget budget = Budget.unlimited();
        ObjectNode one = mango.document();
        ObjectNode other = mango.document();
        byte[] key = whole(order.valuesKey(other, budget));
        if (one.has("a") && one.has("b") && key != null) {
            boolean first = compare(one.get("a"), other.get("a")) == 0;
            boolean both = first && compare(one.get("b"), other.get("b")) == 0;
            assertThat(begins(key, order.prefix(List.of(one.get("a")), budget))).isEqualTo(first);
            assertThat(begins(key, order.prefix(List.of(one.get("a"), one.get("b")), budget)))
                    .isEqualTo(both);
            assertThat(Arrays.equals(key, whole(order.valuesKey(one, budget)))).isEqualTo(both);
            assertThat(begins(key, order.arraysPrefix(List.of(), budget)))
                    .isEqualTo(other.get("a").isArray());
            assertThat(begins(key, order.arraysPrefix(List.of(one.get("a")), budget)))
                    .isEqualTo(first && other.get("b").isArray());
        }
    }

    private static byte @Nullable [] whole(SortOrder.@Nullable ValuesKey key) {
        if (key == null) {
            return null;
        }
        byte[] whole = Arrays.copyOf(key.head(), key.head().length + key.tail().length);
        System.arraycopy(key.tail(), 0, whole, key.head().length, key.tail().length);
        return whole;
    }

    private static boolean begins(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @ParameterizedTest
    @CsvSource({
        "[],                  a,     true",
        "'[\"a\"]',           a.b,   true",
        "'[\"a.b\"]',         a,     false",
        "'[\"a.b\"]',         a.b.c, true",
        "'[\"b\", \"a\"]',    a,     true",
        "'[\"ab\"]',          a,     false",
        "'[\"a\\\\.b\"]',     a.b,   false"
    })
    void aProjectionKeepsWhatIsBelowItsPaths(String fields, String path, boolean kept) {
        assertThat(Projection.compile(json(fields)).keeps(List.of(path.split("\\."))))
                .isEqualTo(kept);
    }
}
