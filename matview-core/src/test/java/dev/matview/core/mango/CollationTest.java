package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CouchDB's order of values, and the bytes that keep it. */
class CollationTest {
    private static final Collation COLLATION = Collation.couchdb();

    private static byte[] key(JsonNode value) {
        CollationKeyWriter writer = new CollationKeyWriter(Budget.unlimited());
        writer.value(value);
        return writer.toByteArray();
    }

    private static void assertSameByKey(JsonNode a, JsonNode b) {
        assertThat(Integer.signum(Arrays.compareUnsigned(key(a), key(b))))
                .as("keys of %s and %s", a, b)
                .isEqualTo(Integer.signum(COLLATION.compare(a, b)));
    }

    @Test
    void valuesAreOrdered() {
        List<JsonNode> ordered = new ArrayList<>();
        json("[null, false, true, -1e300, -12345678901234567890, -2, -1.5, -1, -5e-324, 0, 5e-324, 0.001, 1, 1.5, 2,"
                        + " 9007199254740992, 9007199254740993, 9007199254740994.0, 12345678901234567890, 1e300,"
                        + " '', '_x', '-', '!', '~', '$', '1', '10', '9', 'a', 'A', 'aa', 'é', 'É', 'f', 'ß', 'z', 'Z', '日本',"
                        + " [], [null], [1], [1, 1], [2], ['a'], [[]],"
                        + " {}, {'a': 1}, {'a': 1, 'b': 0}, {'a': 2}, {'b': 0}, {'b': 0, 'a': 5}]")
                .forEach(ordered::add);
        // ß stands for ss, which comes after f and before z.
        for (int i = 0; i < ordered.size(); i++) {
            for (int j = 0; j < ordered.size(); j++) {
                assertThat(Integer.signum(COLLATION.compare(ordered.get(i), ordered.get(j))))
                        .as("%s and %s", ordered.get(i), ordered.get(j))
                        .isEqualTo(Integer.compare(i, j));
                assertSameByKey(ordered.get(i), ordered.get(j));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1 | 1.0",
                "0.0 | -0.0",
                "0 | -0.0",
                "[1, {'a': 2.0}] | [1.0, {'a': 2}]",
                "10000000000000000000000 | 1e22",
                "9007199254740992 | 9007199254740992.0",
                "'a' | 'a\\u0001'",
                "'é' | 'e\\u0301'",
                "'' | '\\u200d'"
            })
    void equalValuesHaveEqualKeys(String a, String b) {
        assertThat(COLLATION.compare(json(a), json(b))).isZero();
        assertThat(key(json(a))).isEqualTo(key(json(b)));
    }

    @Test
    void whatJsonCannotSayIsStillOrdered() {
        JsonNode greatest = JsonNodeFactory.instance.numberNode(BigInteger.TWO.pow(5_000));
        JsonNode[] ordered = {
            DoubleNode.valueOf(Double.NEGATIVE_INFINITY),
            JsonNodeFactory.instance.numberNode(BigInteger.TWO.pow(5_000).negate()),
            json("0"),
            greatest,
            DoubleNode.valueOf(Double.POSITIVE_INFINITY),
            DoubleNode.valueOf(Double.NaN),
            json("''")
        };
        for (int i = 0; i < ordered.length; i++) {
            for (int j = 0; j < ordered.length; j++) {
                assertThat(Integer.signum(COLLATION.compare(ordered[i], ordered[j])))
                        .isEqualTo(Integer.compare(i, j));
                assertSameByKey(ordered[i], ordered[j]);
            }
        }
    }

    @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
    void keysCompareAsValuesDo(@ForAll("values") JsonNode a, @ForAll("values") JsonNode b) {
        assertSameByKey(a, b);
    }

    @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
    void comparingIsAntisymmetricAndReflexive(@ForAll("values") JsonNode a, @ForAll("values") JsonNode b) {
        assertThat(Integer.signum(COLLATION.compare(a, b))).isEqualTo(-Integer.signum(COLLATION.compare(b, a)));
        assertThat(COLLATION.compare(a, a)).isZero();
        assertThat(Integer.signum(TermOrder.INSTANCE.compare(a, b, Budget.unlimited())))
                .isEqualTo(-Integer.signum(TermOrder.INSTANCE.compare(b, a, Budget.unlimited())));
        assertThat(TermOrder.identical(a, a.deepCopy(), Budget.unlimited())).isTrue();
    }

    @Property(tries = 1_000)
    void keysOfNeighbouringNumbersDiffer(@ForAll double number) {
        JsonNode here = DoubleNode.valueOf(number);
        assertSameByKey(here, DoubleNode.valueOf(Math.nextUp(number)));
        if (Math.abs(number) < 1e300) {
            BigInteger integer = new BigDecimal(number).toBigInteger();
            assertSameByKey(here, JsonNodeFactory.instance.numberNode(integer));
            assertSameByKey(here, JsonNodeFactory.instance.numberNode(integer.add(BigInteger.ONE)));
        }
    }

    @Provide
    static Arbitrary<JsonNode> values() {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        // Few characters and small numbers, so that values are often equal or nearly so.
        Arbitrary<String> strings = Arbitraries.strings()
                .withChars('a', 'A', 'b', 'é', 'e', '\u0301', '\u0001', '-', '1', 'ß', '日', '\u0000')
                .ofMaxLength(4)
                .injectDuplicates(0.2);
        Arbitrary<JsonNode> scalars = Arbitraries.oneOf(
                Arbitraries.of(nodes.nullNode(), nodes.booleanNode(true), nodes.booleanNode(false)),
                Arbitraries.integers().between(-3, 3).map(nodes::numberNode),
                Arbitraries.doubles().between(-3, 3).ofScale(1).map(nodes::numberNode),
                Arbitraries.longs().map(nodes::numberNode),
                Arbitraries.bigIntegers().map(nodes::numberNode),
                strings.map(nodes::textNode));
        return nested(scalars, strings, 3);
    }

    private static Arbitrary<JsonNode> nested(Arbitrary<JsonNode> scalars, Arbitrary<String> strings, int depth) {
        if (depth == 0) {
            return scalars;
        }
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        Arbitrary<JsonNode> inner = nested(scalars, strings, depth - 1);
        Arbitrary<JsonNode> arrays =
                inner.list().ofMaxSize(3).map(list -> nodes.arrayNode().addAll(list));
        Arbitrary<JsonNode> objects = Arbitraries.maps(strings, inner)
                .ofMaxSize(2)
                .map(map -> {
                    ObjectNode object = nodes.objectNode();
                    map.forEach(object::set);
                    return object;
                });
        return Arbitraries.frequencyOf(Tuple.of(4, scalars), Tuple.of(1, arrays), Tuple.of(1, objects));
    }
}
