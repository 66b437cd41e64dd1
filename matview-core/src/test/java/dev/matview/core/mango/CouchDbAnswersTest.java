package dev.matview.core.mango;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The answers that a real CouchDB 3.5.0 gave, described in the README.md beside them. */
class CouchDbAnswersTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<JsonNode> DOCUMENTS = Json.lines("docs.jsonl");
    private static final List<JsonNode> CASES = Json.lines("cases.jsonl");

    @Test
    void everyCaseIsRun() {
        Map<String, Integer> kinds = new TreeMap<>();
        CASES.forEach(given -> kinds.merge(given.path("kind").asText(), 1, Integer::sum));
        assertThat(kinds).isEqualTo(Map.of("select", 1594, "sort", 151, "fields", 117, "error", 138));
    }

    @TestFactory
    Stream<DynamicTest> selectorsMatchTheSameDocuments() {
        return cases("select", given -> {
            Selector selector = Selector.compile(given.get("selector"));
            assertThat(matching(selector).toArray()).isEqualTo(JSON.convertValue(given.get("rows"), int[].class));
        });
    }

    @TestFactory
    Stream<DynamicTest> sortsGiveTheSameOrder() {
        return cases("sort", given -> {
            Selector selector = Selector.compile(given.get("selector"));
            SortOrder order = SortOrder.compile(given.get("sort"));
            record Row(int line, byte[] key) {}
            List<Integer> rows = matching(selector)
                    .boxed()
                    .filter(line -> order.key(DOCUMENTS.get(line)) != null)
                    .map(line -> new Row(line, Objects.requireNonNull(order.key(DOCUMENTS.get(line)))))
                    .sorted(Comparator.comparing(Row::key, Arrays::compareUnsigned))
                    .map(Row::line)
                    .toList();
            assertThat(rows).isEqualTo(Arrays.asList(JSON.convertValue(given.get("rows"), Integer[].class)));
        });
    }

    @TestFactory
    Stream<DynamicTest> projectionsKeepTheSameFields() {
        return cases("fields", given -> {
            Selector selector = Selector.compile(given.get("selector"));
            Projection projection = Projection.compile(given.get("fields"));
            List<String> documents = matching(selector)
                    .mapToObj(DOCUMENTS::get)
                    .sorted(Comparator.comparing(document -> SortOrder.none().key(document), Arrays::compareUnsigned))
                    .map(document -> projection.apply((ObjectNode) document).toString())
                    .toList();
            List<String> expected = new ArrayList<>();
            given.get("docs").forEach(document -> expected.add(document.toString()));
            assertThat(documents).isEqualTo(expected);
        });
    }

    @TestFactory
    Stream<DynamicTest> refusalsHaveTheSameName() {
        return cases("error", given -> {
            MangoException refusal =
                    catchThrowableOfType(MangoException.class, () -> Selector.compile(given.get("selector")));
            assertThat(refusal).isNotNull();
            assertThat(refusal.reason()).isNotBlank();
            if (given.get("status").asInt() == 400) {
                assertThat(refusal.error()).isEqualTo(given.get("error").asText());
            } else {
                // CouchDB failed on $mod by zero; ours says what is wrong.
                assertThat(refusal.error()).isEqualTo("bad_arg");
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> harderSelectorsMatchTheSameDocuments() {
        return Json.lines("selectors.jsonl").stream()
                .map(given -> dynamicTest(given.get("selector").toString(), () -> {
                    Selector selector = Selector.compile(given.get("selector"));
                    List<Boolean> matches = new ArrayList<>();
                    given.get("docs").forEach(document -> matches.add(selector.matches(document)));
                    assertThat(matches)
                            .as("%s", given)
                            .isEqualTo(Arrays.asList(JSON.convertValue(given.get("matches"), Boolean[].class)));
                }));
    }

    private interface Check {
        void against(JsonNode given);
    }

    private static Stream<DynamicTest> cases(String kind, Check check) {
        return IntStream.range(0, CASES.size())
                .filter(i -> CASES.get(i).path("kind").asText().equals(kind))
                .mapToObj(i -> dynamicTest(title(i), () -> {
                    try {
                        check.against(CASES.get(i));
                    } catch (AssertionError e) {
                        throw new AssertionError(title(i) + "\n" + e.getMessage(), e);
                    }
                }));
    }

    private static String title(int i) {
        JsonNode given = CASES.get(i);
        return "line " + (i + 1) + ": " + given.get("selector") + given.path("sort") + given.path("fields");
    }

    private static IntStream matching(Selector selector) {
        return IntStream.range(0, DOCUMENTS.size()).filter(line -> selector.matches(DOCUMENTS.get(line)));
    }
}
