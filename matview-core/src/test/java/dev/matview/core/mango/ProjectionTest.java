package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code fields} keeps. */
class ProjectionTest {
    @ParameterizedTest(name = "{0} of {1} is {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "['a', 'b']             | {'b': 1, 'c': 2, 'a': 3}       | {'a': 3, 'b': 1}",
                "['a']                  | {'b': 1}                       | {}",
                "['a']                  | {'a': null}                    | {'a': null}",
                "['a.b']                | {'a': {'b': 1, 'c': 2}}        | {'a': {'b': 1}}",
                "['a.b', 'a.c']         | {'a': {'b': 1, 'c': 2, 'd':3}} | {'a': {'b': 1, 'c': 2}}",
                "['a.b', 'a']           | {'a': {'b': 1, 'c': 2}}        | {'a': {'b': 1, 'c': 2}}",
                "['a', 'a.b']           | {'a': {'b': 1, 'c': 2}}        | {'a': {'b': 1, 'c': 2}}",
                "['a.b']                | {'a': 1}                       | {}",
                "['a.b', 'c']           | {'a': {}, 'c': 1}              | {'c': 1}",
                "['a\\\\.b']            | {'a.b': 1, 'a': {'b': 2}}      | {'a.b': 1}",
                "['a.0']                | {'a': ['x', 'y']}              | {'a': {'0': 'x'}}",
                "['a.+0', 'a.01']       | {'a': ['x', 'y']}              | {'a': {'+0': 'x', '01': 'y'}}",
                "['a.1.b']              | {'a': [1, {'b': 2, 'c': 3}]}   | {'a': {'1': {'b': 2}}}",
                "['a.2']                | {'a': [1, 2]}                  | {}",
                "['a', 'a.1']           | {'a': [1, 2, 3]}               | {'a': [2, 2, 3]}",
                "['a', 'a.2']           | {'a': [1, 2, 3]}               | {'a': [1, 3, 3]}",
                "['a', 'a.0']           | {'a': [1, 2, 3]}               | {'a': [1, 2, 3]}",
                "['a', 'a.1.b']         | {'a': [1, {'b': 2}]}           | {'a': [{'b': 2}, {'b': 2}]}",
                "['a.0', 'a']           | {'a': [1, 2]}                  | {'a': [1, 2]}",
                "['a', 'a.2.x', 'a.1.y'] | {'a': [0, {'y': 1}, {'x': 2}]} | {'a': [{'x': 2, 'y': 1}, {'x': 2}, {'x': 2}]}",
                "['a', 'a.2.o.x', 'a.1.o.y'] | {'a': [0, {'o': {'y': 1}}, {'o': {'x': 2}}]} | {'a': [{'o': {'x': 2, 'y': 1}}, {'o': {'x': 2}}, {'o': {'x': 2}}]}"
            })
    void keepsWhatIsListed(String fields, String document, String kept) {
        ObjectNode given = (ObjectNode) json(document);
        ObjectNode result = Projection.compile(json(fields)).apply(given);
        assertThat(result.toString()).as("order counts").isEqualTo(json(kept).toString());
        assertThat(given).as("the document is not changed").isEqualTo(json(document));
    }

    @Test
    void anEmptyListKeepsEverything() {
        ObjectNode document = (ObjectNode) json("{'a': 1}");
        for (JsonNode none : new JsonNode[] {json("[]"), MissingNode.getInstance()}) {
            Projection projection = Projection.compile(none);
            assertThat(projection.isAll()).isTrue();
            assertThat(projection.apply(document)).isSameAs(document);
            assertThat(projection.json()).isEqualTo(json("[]"));
        }
        assertThat(Projection.all().isAll()).isTrue();
        assertThat(Projection.compile(json("['a']")).isAll()).isFalse();
    }

    @Test
    void theJsonIsACopy() {
        Projection projection = Projection.compile(json("['a']"));
        projection.json().elements().next();
        assertThat(projection.json()).isEqualTo(json("['a']")).isNotSameAs(projection.json());
        assertThat(projection).hasToString("[\"a\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'a'        | invalid_fields",
                "null       | invalid_fields",
                "{'a': 1}   | invalid_fields",
                "5          | invalid_fields",
                "[5]        | invalid_field",
                "['a', []]  | invalid_field",
                "[{}]       | invalid_field",
                "['a..b']   | invalid_field_name",
                "['']       | invalid_field_name"
            })
    void refusesByName(String fields, String error) {
        JsonNode json = json(fields);
        MangoException refusal = catchThrowableOfType(MangoException.class, () -> Projection.compile(json));
        assertThat(refusal.error()).isEqualTo(error);
    }

    /** Every value in the document is told apart by its text, so that it can be seen where it comes out. */
    @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
    void noValueIsShownThatIsNotListed(
            @ForAll("documents") ObjectNode document, @ForAll("fields") List<String> fields) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        Projection projection = Projection.compile(
                nodes.arrayNode().addAll(fields.stream().map(nodes::textNode).toList()));
        List<String> listed = new ArrayList<>();
        for (String field : fields) {
            JsonNode value = FieldPath.parse(field, MangoLimits.defaults()).get(document);
            if (value != null) {
                collectLeaves(value, listed);
            }
        }
        List<String> shown = new ArrayList<>();
        collectLeaves(fields.isEmpty() ? nodes.nullNode() : projection.apply(document), shown);
        assertThat(listed).containsAll(shown);
    }

    /** Containers are copied once and then changed; what comes out is what copying them at each path gives. */
    @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
    void manyPathsIntoOneContainerAreAsIfEachCopiedIt(
            @ForAll("documents") ObjectNode document, @ForAll("fields") List<String> fields) {
        ObjectNode before = document.deepCopy();
        JsonNode list = JsonNodeFactory.instance
                .arrayNode()
                .addAll(fields.stream().map(JsonNodeFactory.instance::textNode).toList());

        String kept = Projection.compile(list).apply(document).toString();

        assertThat(kept).isEqualTo(fields.isEmpty() ? before.toString() : copied(before, fields));
        assertThat(document).as("the document is not changed").isEqualTo(before);
    }

    private static String copied(ObjectNode document, List<String> fields) {
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        for (String field : fields) {
            FieldPath path = FieldPath.parse(field, MangoLimits.defaults());
            JsonNode value = path.get(document);
            if (value != null && !value.isMissingNode()) {
                kept.set(path.name(0), copiedWith(kept.get(path.name(0)), path, 1, value));
            }
        }
        return kept.toString();
    }

    private static JsonNode copiedWith(JsonNode target, FieldPath path, int step, JsonNode value) {
        if (step == path.length()) {
            return value;
        }
        if (target == null || target.isObject()) {
            ObjectNode copy = target == null ? JsonNodeFactory.instance.objectNode() : target.deepCopy();
            JsonNode next = target == null ? null : target.get(path.name(step));
            return copy.set(path.name(step), copiedWith(next, path, step + 1, value));
        }
        int index = path.index(step);
        if (!target.isArray() || index < 1 || index >= target.size()) {
            return target;
        }
        ArrayNode copy = target.deepCopy();
        copy.set(index - 1, copiedWith(target.get(index), path, step + 1, value));
        return copy;
    }

    private static void collectLeaves(JsonNode value, List<String> leaves) {
        if (value.isTextual()) {
            leaves.add(value.textValue());
        }
        value.forEach(child -> collectLeaves(child, leaves));
    }

    @Provide
    static Arbitrary<List<String>> fields() {
        return Arbitraries.of("a", "b", "0", "1", "2")
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(names -> String.join(".", names))
                .list()
                .ofMaxSize(4);
    }

    @Provide
    static Arbitrary<ObjectNode> documents() {
        return objects(3);
    }

    private static Arbitrary<ObjectNode> objects(int depth) {
        return Arbitraries.maps(Arbitraries.of("a", "b", "0"), values(depth))
                .ofMinSize(1)
                .map(map -> {
                    ObjectNode object = JsonNodeFactory.instance.objectNode();
                    map.forEach(object::set);
                    return object;
                });
    }

    private static Arbitrary<JsonNode> values(int depth) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        Arbitrary<JsonNode> texts = Arbitraries.integers().map(unique -> nodes.textNode("v" + unique));
        if (depth == 0) {
            return texts;
        }
        Arbitrary<JsonNode> arrays = values(depth - 1)
                .list()
                .ofMaxSize(3)
                .map(list -> nodes.arrayNode().addAll(list));
        return Arbitraries.oneOf(texts, arrays, objects(depth - 1).map(object -> object));
    }
}
