package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static dev.matview.core.mango.SelectorAssertions.assertDoesNotMatch;
import static dev.matview.core.mango.SelectorAssertions.assertMatches;
import static dev.matview.core.mango.SelectorAssertions.matches;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.FloatNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ShortNode;
import java.math.BigDecimal;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What selectors mean, operator by operator. */
class SelectorOperatorsTest {

    @Nested
    class Comparison {
        @ParameterizedTest
        @CsvSource({
            "$lt, true, false, false",
            "$lte, true, true, false",
            "$eq, false, true, false",
            "$ne, true, false, true",
            "$gte, false, true, true",
            "$gt, false, false, true"
        })
        void comparesWithTheArgument(String operator, boolean less, boolean equal, boolean greater) {
            String selector = "{'a': {'" + operator + "': 5}}";
            assertThat(matches(selector, "{'a': 4}")).isEqualTo(less);
            assertThat(matches(selector, "{'a': 5.0}")).isEqualTo(equal);
            assertThat(matches(selector, "{'a': 6}")).isEqualTo(greater);
            String negated = "{'$not': " + selector + "}";
            assertThat(matches(negated, "{'a': 4}")).isEqualTo(!less);
            assertThat(matches(negated, "{'a': 5}")).isEqualTo(!equal);
            assertThat(matches(negated, "{'a': 6}")).isEqualTo(!greater);
        }

        @Test
        void valuesOfDifferentTypesCompareByCollation() {
            assertMatches("{'a': {'$gt': null}}", "{'a': false}");
            assertMatches("{'a': {'$gt': 1000}}", "{'a': 'x'}");
            assertMatches("{'a': {'$lt': {}}}", "{'a': [1]}");
            assertMatches("{'a': {'$lt': 'B'}}", "{'a': 'a'}");
        }

        @Test
        void idComparesByItsBytes() {
            assertMatches("{'_id': {'$gt': 'B'}}", "{'_id': 'a'}");
            assertMatches("{'b': {'$lt': 'B'}}", "{'b': 'a'}");
            assertMatches("{'_id': {'$gt': {'x': 1}}}", "{'_id': 'a'}");
            assertMatches("{'_id': {'$gt': [1]}}", "{'_id': 'a'}");
            assertDoesNotMatch("{'_id': {'$in': ['a\\u0001']}}", "{'_id': 'a'}");
            assertMatches("{'b': {'$in': ['a\\u0001']}}", "{'b': 'a'}");
            assertMatches("{'x': {'$elemMatch': {'_id': {'$gt': 'B'}}}}", "{'x': [{'_id': 'a'}]}");
        }

        @Test
        void anEscapedIdIsAnOrdinaryField() {
            assertMatches("{'\\\\_id': {'$lt': 'B'}}", "{'_id': 'a'}");
        }

        @Test
        void underIdAtomsAreGreaterThanNumbersAndNullIsBetweenFalseAndTrue() {
            String selector = "{'x': {'$elemMatch': {'_id': {'$lt': %s}}}}";
            assertMatches(selector.formatted("false"), "{'x': [{'_id': 5}]}");
            assertMatches(selector.formatted("null"), "{'x': [{'_id': false}]}");
            assertMatches(selector.formatted("true"), "{'x': [{'_id': null}]}");
            assertMatches(selector.formatted("{}"), "{'x': [{'_id': true}]}");
            assertMatches(selector.formatted("[]"), "{'x': [{'_id': {'a': 1}}]}");
            assertMatches(selector.formatted("''"), "{'x': [{'_id': ['a']}]}");
            assertMatches(selector.formatted("{'a': 2}"), "{'x': [{'_id': {'a': 1}}]}");
            assertMatches(selector.formatted("{'b': 1}"), "{'x': [{'_id': {'a': 2}}]}");
            assertMatches(selector.formatted("[1, 2]"), "{'x': [{'_id': [1]}]}");
            assertMatches(selector.formatted("'\\ud83d\\ude00'"), "{'x': [{'_id': '\\uff5e'}]}");
        }

        @Test
        void aRangeOfIdsThatCollationThinksIsEmptyIsNotScanned() {
            assertDoesNotMatch("{'_id': {'$gt': 'B', '$lt': 'a'}}", "{'_id': 'Z'}");
            assertDoesNotMatch("{'_id': {'$lt': 'a', '$gt': 'B'}}", "{'_id': 'Z'}");
            assertDoesNotMatch("{'_id': {'$lt': '!', '$eq': 'A'}}", "{'_id': 'A'}");
            assertDoesNotMatch("{'_id': {'$lte': 'a', '$gt': 'a\\u0001'}}", "{'_id': 'a\\u0002'}");
            assertDoesNotMatch("{'_id': {'$gte': 'a', '$lte': 'a\\u0001'}}", "{'_id': 'a'}");
            assertMatches("{'_id': {'$gt': 'B'}}", "{'_id': 'Z'}");
            assertDoesNotMatch("{'_id': {'$gt': [], '$lt': 'a'}}", "{'_id': 'Z'}");
            assertDoesNotMatch("{'_id': {'$eq': 'A', '$lt': '!'}, 'b': 1}", "{'_id': 'A', 'b': 1}");
            assertDoesNotMatch("{'_id': {'$eq': 'a', '$gt': 'a'}}", "{'_id': 'a'}");
        }

        @Test
        void idsThatBeginWithSomethingEndBeforeWhatFollowsTheLastCharacterOfThePlane() {
            assertMatches("{'_id': {'$beginsWith': 'a'}}", "{'_id': 'a\\uffff'}");
            assertDoesNotMatch("{'_id': {'$beginsWith': 'a'}}", "{'_id': 'a\\ud83d\\ude00'}");
            assertMatches("{'b': {'$beginsWith': 'a'}}", "{'b': 'a\\ud83d\\ude00'}");
        }

        @Test
        void aRangeOfIdsIsScannedIncludingItsEnds() {
            assertMatches("{'_id': {'$gte': 'a', '$lte': 'a'}}", "{'_id': 'a'}");
            assertMatches("{'_id': {'$gte': 'a', '$eq': 'a'}}", "{'_id': 'a'}");
            assertMatches("{'_id': {'$lte': 'a', '$gte': 'a', '$lt': 'b', '$gt': '9'}}", "{'_id': 'a'}");
            assertDoesNotMatch("{'_id': {'$gte': 'a', '$lt': 'c', '$eq': 'b'}}", "{'_id': 'bb'}");
        }
    }

    @Nested
    class Membership {
        @Test
        void inMatchesAnEqualValue() {
            assertMatches("{'a': {'$in': [1, 'x', null]}}", "{'a': 'x'}");
            assertMatches("{'a': {'$in': [1, {'b': 2}]}}", "{'a': {'b': 2.0}}");
            assertDoesNotMatch("{'a': {'$in': [1, 'x']}}", "{'a': 2}");
            assertMatches("{'a': {'$nin': [1, 'x']}}", "{'a': 2}");
            assertDoesNotMatch("{'a': {'$nin': [1, 'x']}}", "{'a': 1.0}");
        }

        @Test
        void inLooksForTheElementsOfAnArrayNotForTheArray() {
            assertMatches("{'a': {'$in': [2, 9]}}", "{'a': [1, 2]}");
            assertDoesNotMatch("{'a': {'$in': [[1, 2]]}}", "{'a': [1, 2]}");
            assertMatches("{'a': {'$in': [[1, 2]]}}", "{'a': [[1, 2]]}");
            assertDoesNotMatch("{'a': {'$nin': [2]}}", "{'a': [1, 2]}");
            assertMatches("{'a': {'$nin': [3]}}", "{'a': []}");
            assertDoesNotMatch("{'a': {'$in': [3]}}", "{'a': []}");
        }

        @Test
        void inNothingMatchesNothing() {
            assertDoesNotMatch("{'a': {'$in': []}}", "{'a': 1}");
            assertMatches("{'a': {'$nin': []}}", "{'a': 1}");
            assertMatches("{'$not': {'a': {'$in': []}}}", "{'a': 1}");
        }

        @Test
        void allWantsEveryArgumentAmongTheElements() {
            assertMatches("{'a': {'$all': [1, 2]}}", "{'a': [2, 3, 1]}");
            assertDoesNotMatch("{'a': {'$all': [1, 4]}}", "{'a': [2, 3, 1]}");
            assertDoesNotMatch("{'a': {'$all': [1]}}", "{'a': 1}");
            assertDoesNotMatch("{'a': {'$all': []}}", "{'a': [1]}");
        }

        @Test
        void allTellsOneFromOnePointZero() {
            assertDoesNotMatch("{'a': {'$all': [1]}}", "{'a': [1.0]}");
            assertMatches("{'a': {'$all': [1.0]}}", "{'a': [1.0]}");
            assertDoesNotMatch("{'a': {'$all': [{'x': [1]}]}}", "{'a': [{'x': [1.0]}]}");
            assertMatches("{'a': {'$all': [{'x': [1], 'y': null}]}}", "{'a': [{'x': [1], 'y': null}]}");
            assertDoesNotMatch("{'a': {'$all': [{'x': 1, 'y': 2}]}}", "{'a': [{'y': 2, 'x': 1}]}");
            assertDoesNotMatch("{'a': {'$all': ['a']}}", "{'a': ['a\\u0001']}");
        }

        @Test
        void allOfOneArrayMayBeTheWholeArray() {
            assertMatches("{'a': {'$all': [[1, 2]]}}", "{'a': [1, 2]}");
            assertMatches("{'a': {'$all': [[1, 2]]}}", "{'a': [1.0, 2]}");
            assertMatches("{'a': {'$all': [[1, 2]]}}", "{'a': [[1, 2]]}");
            assertDoesNotMatch("{'a': {'$all': [[1, 2], [1, 2]]}}", "{'a': [1, 2]}");
        }
    }

    @Nested
    class Properties {
        @ParameterizedTest
        @CsvSource({
            "null, null",
            "true, boolean",
            "1, number",
            "1.5, number",
            "'''x''', string",
            "[1], array",
            "{}, object"
        })
        void typeNamesTheType(String value, String type) {
            assertMatches("{'a': {'$type': '" + type + "'}}", "{'a': " + value + "}");
            assertDoesNotMatch("{'a': {'$not': {'$type': '" + type + "'}}}", "{'a': " + value + "}");
            assertDoesNotMatch("{'a': {'$type': 'integer'}}", "{'a': " + value + "}");
        }

        @Test
        void sizeCountsElements() {
            assertMatches("{'a': {'$size': 2}}", "{'a': [1, 2]}");
            assertMatches("{'a': {'$size': 0}}", "{'a': []}");
            assertDoesNotMatch("{'a': {'$size': 2}}", "{'a': [1]}");
            assertDoesNotMatch("{'a': {'$size': 2}}", "{'a': 'xy'}");
            assertDoesNotMatch("{'a': {'$size': 1}}", "{'a': {'b': 1}}");
            assertDoesNotMatch("{'a': {'$size': 99999999999999999999}}", "{'a': []}");
        }

        @Test
        void modTakesTheSignOfTheValue() {
            assertMatches("{'a': {'$mod': [3, 1]}}", "{'a': 7}");
            assertMatches("{'a': {'$mod': [3, -1]}}", "{'a': -7}");
            assertMatches("{'a': {'$mod': [-3, 1]}}", "{'a': 7}");
            assertDoesNotMatch("{'a': {'$mod': [3, 2]}}", "{'a': -7}");
            assertMatches("{'a': {'$mod': [10, 7]}}", "{'a': 123456789012345678901234567}");
        }

        @Test
        void modWantsAnInteger() {
            assertDoesNotMatch("{'a': {'$mod': [2, 0]}}", "{'a': 2.0}");
            assertDoesNotMatch("{'a': {'$mod': [2, 0]}}", "{'a': '2'}");
        }
    }

    @Nested
    class Elements {
        @Test
        void elemMatchWantsOneElement() {
            assertMatches("{'a': {'$elemMatch': {'$gt': 1, '$lt': 3}}}", "{'a': [0, 2, 5]}");
            assertDoesNotMatch("{'a': {'$elemMatch': {'$gt': 1, '$lt': 3}}}", "{'a': [0, 5]}");
            assertMatches("{'a': {'$elemMatch': {'b': 1, 'c': 2}}}", "{'a': [{'b': 1}, {'b': 1, 'c': 2}]}");
            assertDoesNotMatch("{'a': {'$elemMatch': {'b': 1}}}", "{'a': {'b': 1}}");
            assertDoesNotMatch("{'a': {'$elemMatch': {'$and': []}}}", "{'a': []}");
        }

        @Test
        void allMatchWantsAllElementsAndAtLeastOne() {
            assertMatches("{'a': {'$allMatch': {'$gt': 1}}}", "{'a': [2, 3]}");
            assertDoesNotMatch("{'a': {'$allMatch': {'$gt': 1}}}", "{'a': [1, 2]}");
            assertDoesNotMatch("{'a': {'$allMatch': {'$gt': 1}}}", "{'a': []}");
            assertDoesNotMatch("{'a': {'$allMatch': {'$gt': 1}}}", "{'a': 2}");
        }

        @Test
        void keyMapMatchLooksAtNames() {
            assertMatches("{'a': {'$keyMapMatch': {'$eq': 'y'}}}", "{'a': {'x': 1, 'y': 2}}");
            assertDoesNotMatch("{'a': {'$keyMapMatch': {'$eq': 'z'}}}", "{'a': {'x': 1}}");
            assertDoesNotMatch("{'a': {'$keyMapMatch': {'$eq': 'x'}}}", "{'a': ['x']}");
        }

        @Test
        void negationStaysWhereItIsInsideOfElements() {
            assertMatches("{'a': {'$elemMatch': {'$not': {'b': 1}}}}", "{'a': [{}]}");
            assertDoesNotMatch("{'a': {'$elemMatch': {'b': {'$ne': 1}}}}", "{'a': [{}]}");
            assertMatches("{'a': {'$allMatch': {'b': {'$not': {'$gt': 1}}}}}", "{'a': [{}, {'b': 1}]}");
        }

        @Test
        void norInsideOfElementsIsNeverTrueAndEndsTheSearch() {
            assertDoesNotMatch("{'a': {'$elemMatch': {'$nor': [{'b': 1}]}}}", "{'a': [{'b': 2}]}");
            assertDoesNotMatch("{'a': {'$allMatch': {'$nor': [{'b': 1}]}}}", "{'a': [{'b': 2}]}");
            assertDoesNotMatch("{'a': {'$keyMapMatch': {'$nor': [{'$eq': 'y'}]}}}", "{'a': {'x': 1}}");
            assertMatches("{'a': {'$elemMatch': {'$or': [5, {'$nor': []}]}}}", "{'a': [5, 6]}");
            assertDoesNotMatch("{'a': {'$elemMatch': {'$or': [5, {'$nor': []}]}}}", "{'a': [6, 5]}");
            assertMatches("{'$not': {'a': {'$elemMatch': {'$nor': [{'b': 1}]}}}}", "{'a': [{'b': 2}]}");
        }

        @Test
        void whatFailsInCouchDbIsFalseInsideOfElements() {
            assertDoesNotMatch("{'a': {'$elemMatch': {'$mod': [0, 0]}}}", "{'a': [1]}");
            assertDoesNotMatch("{'a': {'$elemMatch': {'b..c': 1}}}", "{'a': [{'b': 1}]}");
            assertDoesNotMatch("{'a': {'$allMatch': {'$not': {'b..c': 1}}}}", "{'a': [{'b': 1}]}");
        }
    }

    @Nested
    class Prefixes {
        @Test
        void beginsWithComparesCharacters() {
            assertMatches("{'a': {'$beginsWith': 'fo'}}", "{'a': 'foo'}");
            assertMatches("{'a': {'$beginsWith': ''}}", "{'a': 'foo'}");
            assertDoesNotMatch("{'a': {'$beginsWith': 'FO'}}", "{'a': 'foo'}");
            assertDoesNotMatch("{'a': {'$beginsWith': 'foo'}}", "{'a': 'fo'}");
            assertDoesNotMatch("{'a': {'$beginsWith': '1'}}", "{'a': 1}");
        }

        @ParameterizedTest
        @CsvSource({
            "'e', 'e\\u0301'", // a combining accent
            "'\\r', '\\r\\n'",
            "'\\ud83d\\udc68', '\\ud83d\\udc68\\u200d\\ud83d\\udc69'", // joined emoji
            "'\\ud83c\\udde9', '\\ud83c\\udde9\\ud83c\\uddea'", // a flag
            "'\\u1112', '\\u1112\\u1161'", // Hangul, leading consonant and vowel
            "'\\ud558', '\\ud558\\u11ab'", // Hangul, syllable and trailing consonant
            "'\\u1161', '\\u1161\\u11ab'",
            "'\\u0915', '\\u0915\\u093e'" // a spacing vowel sign
        })
        void aPrefixMustNotEndWithinACharacterAsSeen(String prefix, String whole) {
            assertDoesNotMatch("{'a': {'$beginsWith': '" + prefix + "'}}", "{'a': '" + whole + "x'}");
            assertMatches("{'a': {'$beginsWith': '" + whole + "'}}", "{'a': '" + whole + "x'}");
        }

        @ParameterizedTest
        @CsvSource({
            "'a', 'ab'",
            "'\\n', '\\n\\u0301'",
            "'a', 'a\\u0001'",
            "'\\r', '\\ra'",
            "'\\u11ab', '\\u11ab\\u1112'",
            "'\\ud558', '\\ud558\\u1112'",
            "'\\u1161', '\\u1161\\u1112'",
            "'\\ud55c', '\\ud55c\\u1161'"
        })
        void anyOtherPrefixMatches(String prefix, String whole) {
            assertMatches("{'a': {'$beginsWith': '" + prefix + "'}}", "{'a': '" + whole + "x'}");
        }

        @Test
        void regexFindsAMatchAnywhereInAString() {
            assertMatches("{'a': {'$regex': 'o.$'}}", "{'a': 'foo'}");
            assertDoesNotMatch("{'a': {'$regex': '^o'}}", "{'a': 'foo'}");
            assertDoesNotMatch("{'a': {'$regex': '1'}}", "{'a': 1}");
        }
    }

    @Nested
    class Numbers {
        @Test
        void nodesOfEveryTypeCompareByValue() {
            JsonNodeFactory nodes = JsonNodeFactory.instance;
            JsonNode[] twos = {
                nodes.numberNode(2),
                nodes.numberNode(2L),
                nodes.numberNode(2.0),
                ShortNode.valueOf((short) 2),
                FloatNode.valueOf(2f),
                DecimalNode.valueOf(new BigDecimal("2.00")),
                nodes.numberNode(java.math.BigInteger.TWO)
            };
            for (JsonNode two : twos) {
                ObjectNode document = nodes.objectNode();
                document.set("a", two);
                assertThat(Selector.compile(json("{'a': 2}")).matches(document)).isTrue();
                assertThat(Selector.compile(json("{'a': {'$gt': 2}}")).matches(document))
                        .isFalse();
                assertThat(Selector.compile(document).matches(json("{'a': 2.0}")))
                        .isTrue();
            }
        }

        @Test
        void aDecimalIsTheDoubleThatCouchDbWouldRead() {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.set("a", DecimalNode.valueOf(new BigDecimal("0.1000000000000000000001")));
            assertThat(Selector.compile(json("{'a': 0.1}")).matches(document)).isTrue();
        }
    }
}
