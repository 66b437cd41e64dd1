package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Page;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.json.JsonArrayElements;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DifferenceTest {

    /** Rows are letters, of which capitals show something else than small ones. */
    private static Held held(String rows) {
        Held held = new Held(new ArrayList<>(), new ArrayList<>());
        for (String row : rows.split("")) {
            if (!row.isEmpty()) {
                held.keys().add(row.toLowerCase());
                held.documents().add((ObjectNode) Json.parse("{\"shows\":\"}],[{\\\"" + row + "\"}"));
            }
        }
        return held;
    }

    private static JsonArrayElements elements(Held held) {
        String json = String.join(
                ",", held.documents().stream().map(ObjectNode::toString).toList());
        return new JsonArrayElements(
                ("[" + json + "]").getBytes(StandardCharsets.UTF_8), held.keys().size());
    }

    private static Page.Delta difference(String before, String after) {
        Held old = held(before);
        Held now = held(after);
        return Difference.between(old.keys(), elements(old), now.keys(), elements(now));
    }

    @Provide
    Arbitrary<String> rows() {
        return Arbitraries.of("a", "b", "c", "d", "e", "f", "g", "A", "B", "C")
                .list()
                .uniqueElements(String::toLowerCase)
                .ofMaxSize(7)
                .map(letters -> String.join("", letters));
    }

    @Property(tries = 5_000)
    void applyingADifferenceGivesTheLaterRows(@ForAll("rows") String before, @ForAll("rows") String after) {
        Held held = held(before);

        held.apply(difference(before, after));

        assertThat(held).isEqualTo(held(after));
    }

    @Property(tries = 2_000)
    void noRowIsNamedThatNeedNotBe(@ForAll("rows") String before, @ForAll("rows") String after) {
        Page.Delta delta = difference(before, after);
        String same = after.chars()
                .filter(row -> before.indexOf(row) >= 0)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();

        assertThat(delta.put()).hasSize(after.length() - longestInOrder(same, before));
        assertThat(delta.put().stream().filter(put -> put.json() == null).count())
                .as("moved")
                .isEqualTo(same.length() - longestInOrder(same, before));
        assertThat(delta.removed())
                .allMatch(key -> !after.toLowerCase().contains(key))
                .doesNotHaveDuplicates();
    }

    /** How many of the rows can stay, found by trying all ways. */
    private static int longestInOrder(String rows, String before) {
        int longest = 0;
        for (int chosen = 0; chosen < 1 << rows.length(); chosen++) {
            int last = -1;
            boolean rises = true;
            for (int i = 0; i < rows.length() && rises; i++) {
                if ((chosen >> i & 1) == 1) {
                    rises = before.indexOf(rows.charAt(i)) > last;
                    last = before.indexOf(rows.charAt(i));
                }
            }
            if (rises) {
                longest = Math.max(longest, Integer.bitCount(chosen));
            }
        }
        return longest;
    }

    @Test
    void whatIsPutCarriesItsDocumentUnlessItHasOnlyMoved() {
        Page.Delta delta = difference("abcd", "dxaB");

        assertThat(delta.removed()).containsExactly("c");
        assertThat(delta.put())
                .extracting(Page.Put::key, Page.Put::at, put -> put.document().isPresent())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("d", 0, false),
                        org.assertj.core.groups.Tuple.tuple("x", 1, true),
                        org.assertj.core.groups.Tuple.tuple("b", 3, true));
    }

    @Test
    void elementsAreFoundWhateverIsInThem() {
        for (String json : List.of(
                "[]",
                "[{}]",
                "[{\"a\":\"]\\\\\"},{\"b\":\"\\\"}\",\"c\":[[],{\"d\":\",\"}]},{\"é\":\"😀\\u007d\"}]",
                "[" + "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000) + ",{}]")) {
            int count = json.equals("[]") ? 0 : json.equals("[{}]") ? 1 : json.contains("😀") ? 3 : 2;
            JsonArrayElements elements = new JsonArrayElements(json.getBytes(StandardCharsets.UTF_8), count);
            List<String> found = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                found.add(new String(elements.get(i), StandardCharsets.UTF_8));
            }
            assertThat("[" + String.join(",", found) + "]").isEqualTo(json);
        }
    }
}
