package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.mango.BudgetSpentException.Reason;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** That whatever a selector, a projection or a sort walks is paid for. */
class BudgetedMangoTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MANY = 10_000;
    private static final long PLENTY = 1_000_000_000;

    private static long steps(java.util.function.Consumer<Budget> work) {
        Budget budget = Budget.ofSteps(PLENTY);
        work.accept(budget);
        return PLENTY - budget.stepsLeft();
    }

    private static long match(JsonNode selector, JsonNode document) {
        Selector compiled = Selector.compile(selector);
        return steps(budget -> compiled.matches(document, budget));
    }

    private static ArrayNode numbers(int count) {
        ArrayNode array = NODES.arrayNode();
        for (int i = 0; i < count; i++) {
            array.add(i);
        }
        return array;
    }

    /** Each looks at all of 10,000 elements, names or characters. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a': {'$elemMatch': {'$lt': -1}}}             | 10000",
                "{'a': {'$allMatch': {'$gte': 0}}}              | 10000",
                "{'a': {'$in': [-1, -2, -3]}}                   | 20000",
                "{'a': {'$nin': [-1, -2, -3]}}                  | 20000",
                "{'a': {'$all': [9999, 9998, 9997]}}            | 29000",
                "{'a': {'$all': ['no']}}                        | 10000",
                "{'a': {'$elemMatch': {'$or': [{'$lt': -1}, {'$lt': -2}, {'$lt': -3}]}}} | 30000",
                "{'a': {'$elemMatch': {'$not': {'$not': {'$not': {'$gte': 0}}}}}} | 40000",
                "{'o': {'$keyMapMatch': {'$eq': 'no'}}}         | 10000",
                "{'s': {'$regex': 'y$'}}                        | 150",
                "{'s': {'$regex': '^(x)*y'}}                  | 8000",
                "{'s': {'$gt': '@s'}}                           | 0",
                "{'a': {'$size': 10000}}                        | 1",
                "{'a.9999': 9999}                               | 2",
            })
    void whatIsLookedAtIsCharged(String selector, long least) {
        ObjectNode document = NODES.objectNode();
        document.set("a", numbers(MANY));
        ObjectNode object = document.putObject("o");
        for (int i = 0; i < MANY; i++) {
            object.put("name" + i, i);
        }
        document.put("s", "x".repeat(MANY));

        assertThat(match(json(selector), document)).isBetween(least, 2 * least + 1_000);
    }

    /** A step for each pair of elements or members, and for 16 characters, also where the two are equal. */
    @ParameterizedTest
    @CsvSource({"$eq", "$ne", "$gt", "$lte", "$all", "$in"})
    void largeValuesThatAreComparedAreCharged(String operator) {
        ObjectNode nested = NODES.objectNode();
        for (int i = 0; i < 900; i++) {
            nested.put("member" + i, i);
        }
        ArrayNode array = numbers(900);
        String text = "x".repeat(MANY);
        for (JsonNode value : List.of(nested, array, NODES.textNode(text))) {
            JsonNode argument = operator.equals("$in") || operator.equals("$all")
                    ? NODES.arrayNode().add(value)
                    : value;
            JsonNode held = operator.equals("$in") || operator.equals("$all")
                    ? NODES.arrayNode().add(value.deepCopy())
                    : value.deepCopy();
            JsonNode selector = NODES.objectNode().set("f", NODES.objectNode().set(operator, argument));

            long steps = match(selector, NODES.objectNode().set("f", held));

            assertThat(steps).as("%s %s", operator, value.getNodeType()).isGreaterThan(150);
            assertThat(match(
                            NODES.objectNode().set("_id", NODES.objectNode().set(operator, argument)),
                            NODES.objectNode().set("_id", held)))
                    .as("by the order of _id")
                    .isGreaterThan(150);
        }
    }

    @Test
    void aCharacterOfTextIsChargedWherePatternsLookAtIt() {
        ObjectNode document = NODES.objectNode().put("s", "x".repeat(1_000_000));

        assertThat(match(json("{'s': {'$regex': 'y'}}"), document)).isGreaterThan(1_000_000 / Budget.TEXT);
        String prefix = "x".repeat(900_000);
        assertThat(match(NODES.objectNode().set("s", NODES.objectNode().put("$beginsWith", prefix)), document))
                .isGreaterThan(900_000 / Budget.TEXT);
    }

    @Test
    void oneHugeDocumentIsLeftInTheMiddle() {
        ObjectNode selector = NODES.objectNode();
        ArrayNode all = selector.putArray("$or");
        for (int i = 0; i < 490; i++) {
            all.add(json("{'a': {'$elemMatch': {'$lt': -1}}}"));
        }
        ObjectNode document = NODES.objectNode();
        document.set("a", numbers(1_000_000));
        Selector compiled = Selector.compile(selector);
        Budget budget = Budget.ofSteps(10_000_000);

        BudgetSpentException spent =
                catchThrowableOfType(BudgetSpentException.class, () -> compiled.matches(document, budget));

        assertThat(spent.reason()).isEqualTo(Reason.STEPS);
    }

    @Test
    void whatIsCopiedForAProjectionIsChargedOnce() {
        ObjectNode document = NODES.objectNode();
        ObjectNode large = document.putObject("a");
        for (int i = 0; i < MANY; i++) {
            large.put("x" + i, i);
        }
        ArrayNode fields = NODES.arrayNode().add("a");
        for (int i = 0; i < 255; i++) {
            fields.add("a.x" + i);
        }
        Projection projection = Projection.compile(fields);

        assertThat(steps(budget -> projection.apply(document, budget))).isBetween(10_000L, 12_000L);
    }

    @Test
    void aSortKeyIsChargedByItsValuesAndText() {
        SortOrder order = SortOrder.compile(json("['a', 's', {'n': 'desc'}]"));
        ObjectNode document = NODES.objectNode().put("_id", "1");
        document.set("a", numbers(MANY));
        document.put("s", "ä".repeat(MANY));
        document.set("n", NODES.numberNode(new java.math.BigInteger("9".repeat(1_000))));

        assertThat(steps(budget -> order.key(document, budget))).isBetween(11_000L, 13_000L);
        Budget few = Budget.ofSteps(100);
        assertThatThrownBy(() -> order.key(document, few)).isInstanceOf(BudgetSpentException.class);
    }

    /** The whole of mango on the documents of a real CouchDB, with one budget for each. */
    @ParameterizedTest
    @MethodSource("selectorsOfCouchDb")
    void noAnswerOfCouchDbIsLookedUpForLess(JsonNode selector) {
        Selector compiled;
        try {
            compiled = Selector.compile(selector);
        } catch (MangoException refused) {
            return;
        }
        for (JsonNode document : DOCUMENTS) {
            CountedJson counted = new CountedJson();
            JsonNode copy = counted.of(document);
            long before = counted.looks();

            long steps = steps(budget -> compiled.matches(copy, budget));

            assertThat(counted.looks() - before).isLessThanOrEqualTo(2 * steps + 2);
        }
    }

    private static final List<JsonNode> DOCUMENTS =
            Json.lines("docs.jsonl").stream().limit(15).toList();

    static Stream<JsonNode> selectorsOfCouchDb() {
        return Json.lines("cases.jsonl").stream()
                .filter(given -> given.path("kind").asText().equals("select"))
                .map(given -> given.get("selector"))
                .filter(JsonNode::isObject);
    }

    @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
    void anySelectorPaysForWhatItLooksAt(@ForAll("seeds") long seed) {
        RandomMango random = new RandomMango(new Random(seed));
        Selector selector;
        try {
            selector = Selector.compile(random.selector(3));
        } catch (MangoException refused) {
            return;
        }
        CountedJson counted = new CountedJson();
        JsonNode document = counted.of(random.document());
        long before = counted.looks();

        long steps = steps(budget -> selector.matches(document, budget));

        assertThat(counted.looks() - before).as("%s", selector).isLessThanOrEqualTo(2 * steps + 2);
        if (steps > 1) {
            assertThatThrownBy(() -> selector.matches(document, Budget.ofSteps(steps - 1)))
                    .isInstanceOf(BudgetSpentException.class);
        }
    }

    @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
    void anyProjectionAndSortPayForWhatTheyLookAt(@ForAll("seeds") long seed) {
        RandomMango random = new RandomMango(new Random(seed));
        Projection projection = Projection.compile(random.fields());
        SortOrder order = SortOrder.compile(random.fields());
        CountedJson counted = new CountedJson();
        ObjectNode document = (ObjectNode) counted.of(random.document());

        long before = counted.looks();
        long projected = steps(budget -> projection.apply(document, budget));
        long between = counted.looks();
        long sorted = steps(budget -> order.key(document, budget));

        assertThat(between - before).as("%s", projection).isLessThanOrEqualTo(2 * projected + 2);
        assertThat(counted.looks() - between).as("%s", order).isLessThanOrEqualTo(2 * sorted + 2);
    }

    @Provide
    static Arbitrary<Long> seeds() {
        return Arbitraries.longs();
    }
}
