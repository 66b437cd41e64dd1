package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which order rows come, and which documents have no place in it. */
class SortOrderTest {
    private static List<String> sorted(String sort, String... documents) {
        SortOrder order = SortOrder.compile(json(sort));
        return Stream.of(documents)
                .map(Json::json)
                .filter(document -> order.key(document) != null)
                .sorted(Comparator.comparing(
                        document -> Objects.requireNonNull(order.key(document)), Arrays::compareUnsigned))
                .map(document -> document.get("_id").asText())
                .toList();
    }

    @Test
    void withoutASortTheBytesOfTheIdDecide() {
        assertThat(sorted(
                        "[]",
                        "{'_id': 'a'}",
                        "{'_id': 'B'}",
                        "{'_id': '\\ud83d\\ude00'}",
                        "{'_id': '\\uff5e'}",
                        "{'_id': 'a0'}"))
                .containsExactly("B", "a", "a0", "\uff5e", "\ud83d\ude00");
        assertThat(SortOrder.none().isNone()).isTrue();
        assertThat(SortOrder.none().fields()).isEmpty();
        assertThat(SortOrder.none().json()).isEqualTo(json("[]"));
        assertThat(SortOrder.none().key(json("{'n': 1}"))).isEmpty();
    }

    @Test
    void anEmptySortIsNone() {
        assertThat(SortOrder.compile(json("[]"))).isSameAs(SortOrder.none());
        assertThat(SortOrder.compile(MissingNode.getInstance())).isSameAs(SortOrder.none());
    }

    @Test
    void valuesSortByCollation() {
        String[] documents = {
            "{'_id': '1', 'a': 'B'}",
            "{'_id': '2', 'a': 'a'}",
            "{'_id': '3', 'a': 10}",
            "{'_id': '4', 'a': 9.5}",
            "{'_id': '5', 'a': null}",
            "{'_id': '6', 'a': {}}",
            "{'_id': '7', 'a': [1]}"
        };
        assertThat(sorted("['a']", documents)).containsExactly("5", "4", "3", "2", "1", "7", "6");
        assertThat(sorted("[{'a': 'asc'}]", documents)).containsExactly("5", "4", "3", "2", "1", "7", "6");
        assertThat(sorted("[{'a': 'desc'}]", documents)).containsExactly("6", "7", "1", "2", "3", "4", "5");
    }

    @Test
    void aDocumentThatLacksASortFieldIsLeftOut() {
        SortOrder order = SortOrder.compile(json("['a', 'b.c']"));
        assertThat(order.key(json("{'_id': 'x', 'a': 1}"))).isNull();
        assertThat(order.key(json("{'_id': 'x', 'a': 1, 'b': 5}"))).isNull();
        assertThat(order.key(json("{'_id': 'x', 'a': 1, 'b': {'c': null}}"))).isNotNull();
        assertThat(SortOrder.compile(json("['_id']")).key(json("{'a': 1}"))).isNull();
    }

    @Test
    void equalRowsSortByTheBytesOfTheIdInTheSameDirection() {
        String[] documents = {
            "{'_id': 'a', 'n': 1}", "{'_id': 'B', 'n': 1.0}", "{'_id': 'aa', 'n': 1}", "{'_id': 'é', 'n': 1}"
        };
        assertThat(sorted("['n']", documents)).containsExactly("B", "a", "aa", "é");
        assertThat(sorted("[{'n': 'desc'}]", documents)).containsExactly("é", "aa", "a", "B");
    }

    @Test
    void laterFieldsDecideAmongEqualOnes() {
        String[] documents = {
            "{'_id': '1', 'a': 'x', 'b': 2}",
            "{'_id': '2', 'a': 'x', 'b': 1}",
            "{'_id': '3', 'a': 'xa', 'b': 0}",
            "{'_id': '4', 'a': [], 'b': 0}",
            "{'_id': '5', 'a': [0], 'b': 0}"
        };
        assertThat(sorted("['a', 'b']", documents)).containsExactly("2", "1", "3", "4", "5");
        assertThat(sorted("[{'a': 'desc'}, {'b': 'desc'}]", documents)).containsExactly("5", "4", "3", "1", "2");
    }

    @Test
    void directionsMayBeMixedAndTheLastDecidesForTheId() {
        String[] documents = {
            "{'_id': '1', 'a': 1, 'b': 1}",
            "{'_id': '2', 'a': 1, 'b': 2}",
            "{'_id': '3', 'a': 2, 'b': 1}",
            "{'_id': '4', 'a': 2, 'b': 1}"
        };
        assertThat(sorted("['a', {'b': 'desc'}]", documents)).containsExactly("2", "1", "4", "3");
        assertThat(sorted("[{'a': 'desc'}, 'b']", documents)).containsExactly("3", "4", "1", "2");
    }

    @Test
    void sortingByIdAloneIsByBytesAndAmongOthersByCollation() {
        String[] documents = {"{'_id': 'a', 'n': 1}", "{'_id': 'B', 'n': 1}"};
        assertThat(sorted("['_id']", documents)).containsExactly("B", "a");
        assertThat(sorted("[{'_id': 'desc'}]", documents)).containsExactly("a", "B");
        assertThat(sorted("['n', '_id']", documents)).containsExactly("a", "B");
    }

    @Test
    void fieldsAndJsonAreAsGiven() {
        SortOrder order = SortOrder.compile(json("['a.b', {'c\\\\.d': 'desc'}]"));
        assertThat(order.isNone()).isFalse();
        assertThat(order.fields()).containsExactly("a.b", "c\\.d");
        assertThat(order.json()).isEqualTo(json("['a.b', {'c\\\\.d': 'desc'}]")).isNotSameAs(order.json());
        assertThat(order).hasToString(order.json().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'a'                        | invalid_sort_json",
                "{'a': 'asc'}               | invalid_sort_json",
                "null                       | invalid_sort_json",
                "['']                       | invalid_sort_field",
                "[1]                        | invalid_sort_field",
                "[['a']]                    | invalid_sort_field",
                "[{}]                       | invalid_sort_field",
                "[{'a': 'up'}]              | invalid_sort_field",
                "[{'a': 1}]                 | invalid_sort_field",
                "[{'a': 'asc', 'b': 'asc'}] | invalid_sort_field",
                "['a..b']                   | invalid_field_name",
                "[{'': 'asc'}]              | invalid_field_name"
            })
    void refusesByName(String sort, String error) {
        JsonNode json = json(sort);
        MangoException refusal = catchThrowableOfType(MangoException.class, () -> SortOrder.compile(json));
        assertThat(refusal.error()).isEqualTo(error);
        assertThat(refusal.reason()).isNotBlank();
    }
}
