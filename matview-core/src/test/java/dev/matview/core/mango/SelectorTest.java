package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static dev.matview.core.mango.SelectorAssertions.assertDoesNotMatch;
import static dev.matview.core.mango.SelectorAssertions.assertMatches;
import static dev.matview.core.mango.SelectorAssertions.matches;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How selectors are put together, and what they look at. */
class SelectorTest {

    @Nested
    class Form {
        @Test
        void anEmptySelectorMatchesEverything() {
            assertMatches("{}", "{}");
            assertMatches("{}", "{'a': 1}");
            assertThat(Selector.all().matches(json("{'a': 1}"))).isTrue();
        }

        @Test
        void aBareValueMeansEquality() {
            assertMatches("{'a': 1}", "{'a': 1}");
            assertMatches("{'a': {}}", "{'a': {}}");
            assertMatches("{'a': [1]}", "{'a': [1]}");
            assertDoesNotMatch("{'a': {}}", "{'a': {'b': 1}}");
        }

        @Test
        void severalMembersMustAllMatch() {
            assertMatches("{'a': 1, 'b': {'$gt': 1, '$lt': 3}}", "{'a': 1, 'b': 2}");
            assertDoesNotMatch("{'a': 1, 'b': {'$gt': 1, '$lt': 3}}", "{'a': 1, 'b': 3}");
            assertDoesNotMatch("{'a': 1, 'b': 2}", "{'b': 2}");
        }

        @Test
        void nestedObjectsAreAPath() {
            assertMatches("{'a': {'b': {'$gt': 1}}}", "{'a': {'b': 2}}");
            assertMatches("{'a': {'b': 1, '$exists': true}}", "{'a': {'b': 1, 'c': 1}}");
            assertDoesNotMatch("{'a': {'$eq': {'b': 1}}}", "{'a': {'b': 1, 'c': 1}}");
        }

        @Test
        void conditionsInAListWithoutAFieldLookAtTheWholeDocument() {
            assertMatches("{'$or': [{'$gt': 5}, {'zz': 1}]}", "{'a': 1}");
            assertDoesNotMatch("{'$or': [5]}", "{'a': 1}");
            assertMatches("{'$or': [{'': {'a': 1}}]}", "{'a': 1}");
        }

        @Test
        void bothSelectorsOfAnAndMustMatch() {
            Selector both = Selector.compile(json("{'a': 1}")).and(Selector.compile(json("{'b': {'$regex': 'x'}}")));
            assertThat(both.matches(json("{'a': 1, 'b': 'x'}"))).isTrue();
            assertThat(both.matches(json("{'a': 2, 'b': 'x'}"))).isFalse();
            assertThat(both.matches(json("{'a': 1, 'b': 'y'}"))).isFalse();
            assertThat(both.json()).isEqualTo(json("{'$and': [{'a': 1}, {'b': {'$regex': 'x'}}]}"));
        }

        @Test
        void andWithTheEmptySelectorIsTheOther() {
            Selector one = Selector.compile(json("{'a': 1}"));
            assertThat(one.and(Selector.all())).isSameAs(one);
            assertThat(Selector.all().and(one)).isSameAs(one);
        }

        @Test
        void theJsonIsACopy() {
            ObjectNode given = (ObjectNode) json("{'a': {'$in': [1]}}");
            Selector selector = Selector.compile(given);
            given.withArray("/a/$in").add(2);
            ((ObjectNode) selector.json()).removeAll();
            assertThat(selector.json()).isEqualTo(json("{'a': {'$in': [1]}}"));
            assertThat(selector.matches(json("{'a': 2}"))).isFalse();
            assertThat(selector).hasToString("{\"a\":{\"$in\":[1]}}");
        }
    }

    @Nested
    class Paths {
        @Test
        void aDotLeadsIntoAnObject() {
            assertMatches("{'a.b.c': 1}", "{'a': {'b': {'c': 1}}}");
            assertDoesNotMatch("{'a.b': 1}", "{'a.b': 1}");
        }

        @Test
        void anEscapedDotBelongsToTheName() {
            assertMatches("{'a\\\\.b': 1}", "{'a.b': 1}");
            assertMatches("{'x.a\\\\.b': 1}", "{'x': {'a.b': 1}}");
            assertDoesNotMatch("{'a\\\\.b': 1}", "{'a': {'b': 1}}");
        }

        @Test
        void otherBackslashesAreDropped() {
            assertMatches("{'\\\\a': 1}", "{'a': 1}");
            assertMatches("{'\\\\$a': 1}", "{'$a': 1}");
            assertMatches("{'a\\\\\\\\.b': 1}", "{'a.b': 1}");
            assertMatches("{'a.\\\\': 1}", "{'a': {'': 1}}");
        }

        @Test
        void namesAreJoinedBeforeTheyAreSplit() {
            assertMatches("{'a\\\\': {'b': 1}}", "{'a.b': 1}");
        }

        @ParameterizedTest
        @CsvSource({"a.0, true", "a.1, false", "a.+0, true", "a.-0, true", "a.00, true", "a.-1, false", "a.x, false"})
        void aNumberLeadsIntoAnArray(String path, boolean matches) {
            assertThat(matches("{'" + path + "': 'x'}", "{'a': ['x', 'y']}")).isEqualTo(matches);
        }

        @Test
        void anIndexThatIsFarTooGreatLeadsNowhere() {
            assertDoesNotMatch("{'a.4294967296': 1}", "{'a': [1]}");
            assertDoesNotMatch("{'a.99999999999999999999': 1}", "{'a': [1]}");
        }

        @Test
        void inAnObjectANumberIsAName() {
            assertMatches("{'a.0': 1}", "{'a': {'0': 1}}");
        }
    }

    @Nested
    class MissingFields {
        @Test
        void aMissingFieldMatchesNothingButExistsFalse() {
            assertMatches("{'a': {'$exists': false}}", "{}");
            assertDoesNotMatch("{'a': {'$exists': true}}", "{}");
            for (String condition : new String[] {
                "{'$ne': 1}",
                "{'$nin': [1]}",
                "{'$nin': []}",
                "{'$lt': 1}",
                "{'$gte': null}",
                "null",
                "{'$not': {'$regex': 'x'}}",
                "{'$not': {'$size': 1}}",
                "{'$not': {'$elemMatch': {'$eq': 1}}}"
            }) {
                assertDoesNotMatch("{'a': " + condition + "}", "{}");
            }
        }

        @Test
        void negationMovesDownToTheOperator() {
            assertDoesNotMatch("{'$not': {'a': 1}}", "{}");
            assertMatches("{'$not': {'a': 1}}", "{'a': 2}");
            assertMatches("{'$not': {'a': {'$exists': true}}}", "{}");
            assertDoesNotMatch("{'$not': {'a': {'$exists': false}}}", "{}");
            assertDoesNotMatch("{'$nor': [{'a': 1}, {'b': 1}]}", "{'a': 2}");
        }

        @Test
        void aPathIntoAScalarMatchesNotEvenExistsFalse() {
            assertDoesNotMatch("{'a.b': {'$exists': false}}", "{'a': 1}");
            assertDoesNotMatch("{'a.5': {'$exists': false}}", "{'a': [1]}");
            assertMatches("{'a.b': {'$exists': false}}", "{'a': {}}");
            assertMatches("{'a.b': {'$exists': false}}", "{}");
        }

        @Test
        void nullIsAValue() {
            assertMatches("{'a': null}", "{'a': null}");
            assertMatches("{'a': {'$exists': true}}", "{'a': null}");
            assertDoesNotMatch("{'a': {'$exists': false}}", "{'a': null}");
        }
    }

    @Nested
    class Logic {
        @Test
        void andOrNotNorCombine() {
            assertMatches("{'$and': [{'a': 1}, {'b': 2}]}", "{'a': 1, 'b': 2}");
            assertDoesNotMatch("{'$and': [{'a': 1}, {'b': 2}]}", "{'a': 1, 'b': 3}");
            assertMatches("{'$or': [{'a': 1}, {'b': 2}]}", "{'b': 2}");
            assertDoesNotMatch("{'$or': [{'a': 1}, {'b': 2}]}", "{'a': 2, 'b': 1}");
            assertMatches("{'$nor': [{'a': 1}, {'b': 2}]}", "{'a': 2, 'b': 1}");
            assertDoesNotMatch("{'$nor': [{'a': 1}, {'b': 2}]}", "{'a': 2, 'b': 2}");
            assertMatches("{'$not': {'a': 1, 'b': 2}}", "{'a': 1, 'b': 1}");
            assertMatches("{'$not': {'$nor': [{'a': 1}]}}", "{'a': 1}");
            assertMatches("{'$not': {'$not': {'a': 1}}}", "{'a': 1}");
            assertDoesNotMatch("{'$not': {'$or': [{'a': 1}, {'b': 2}]}}", "{'a': 2, 'b': 2}");
        }

        @Test
        void belowAFieldTheyApplyToIt() {
            assertMatches("{'a': {'$or': [1, {'$gt': 5}]}}", "{'a': 6}");
            assertDoesNotMatch("{'a': {'$or': [1, {'$gt': 5}]}}", "{'a': 2}");
            assertMatches("{'a': {'$not': {'b': 1}}}", "{'a': {'b': 2}}");
            assertMatches("{'a': {'$nor': [{'b': 1}]}}", "{'a': {'b': 2}}");
        }

        @Test
        void listsOfNothingAreTrueWithinASelector() {
            for (String operator : new String[] {"$and", "$or", "$nor"}) {
                assertMatches("{'a': 1, '" + operator + "': []}", "{'a': 1}");
                assertMatches("{'a': 1, 'b': {'" + operator + "': []}}", "{'a': 1}");
                assertMatches("{'$or': [{'" + operator + "': []}]}", "{'a': 1}");
            }
        }

        @Test
        void aSelectorThatIsAListOfNothingMatchesNothing() {
            for (String selector : new String[] {
                "{'$and': []}", "{'$or': []}", "{'$nor': []}", "{'$not': {'$or': []}}", "{'a': {'$and': []}}"
            }) {
                assertDoesNotMatch(selector, "{'a': 1}");
            }
        }
    }
}
