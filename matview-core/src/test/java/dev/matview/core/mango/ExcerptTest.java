package dev.matview.core.mango;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExcerptTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"null", "true", "-1.5", "\"a\\\"b\\n\"", "[]", "{}", "[1,[],{}]", "{\"a\":{\"b\":[null,\"c\"]}}"
            })
    void shortValuesAreQuotedAsTheyAre(String json) throws JsonProcessingException {
        assertThat(Excerpt.of(new JsonMapper().readTree(json))).isEqualTo(json);
    }

    @Test
    void aLongValueIsCut() {
        assertThat(Excerpt.of(TextNode.valueOf("x".repeat(1_000_000)))).isEqualTo("\"" + "x".repeat(99) + "...");
        assertThat(Excerpt.of(TextNode.valueOf("x".repeat(98)))).isEqualTo("\"" + "x".repeat(98) + "\"");
    }

    @Test
    void aPairOfSurrogatesIsNotCutInTwo() {
        assertThat(Excerpt.of("x".repeat(99) + "\ud83d\ude00")).isEqualTo("x".repeat(99) + "...");
    }

    /** Jackson itself writes nothing that nests as deep. */
    @Test
    void aValueOfAnyDepthIsCut() {
        JsonNode json = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < 100_000; i++) {
            ArrayNode outer = JsonNodeFactory.instance.arrayNode();
            json = outer.add(json);
        }

        assertThat(Excerpt.of(json)).isEqualTo("[".repeat(100) + "...");
    }
}
