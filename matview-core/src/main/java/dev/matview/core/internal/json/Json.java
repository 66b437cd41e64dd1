package dev.matview.core.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.mango.Budget;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** JSON as core reads and writes it: trees, and nothing after the end of the value. */
public final class Json {

    /** How deep a document may be nested. */
    public static final int DOCUMENT_DEPTH = 1_000;

    /** How many digits a number of a document may have. */
    public static final int DOCUMENT_DIGITS = 10_000;

    /** Deeper than any document that is read: a row may show two, one in the other. Serializing takes the stack of that. */
    private static final int MAX_DEPTH = 2 * DOCUMENT_DEPTH + 10;

    public static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** For documents, which were looked at when they were read, and what is made of them. */
    private static final JsonMapper DOCUMENTS = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNameLength(Integer.MAX_VALUE)
                            .maxNumberLength(2 * DOCUMENT_DIGITS)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .streamWriteConstraints(StreamWriteConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectWriter OPEN = DOCUMENTS.writer().without(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private Json() {}

    /** @throws IllegalArgumentException when the text is not one JSON value */
    public static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Reads a document that nobody has looked at yet.
     *
     * @throws IllegalArgumentException when the text is not one JSON value
     */
    public static JsonNode parseDocument(String json) {
        try {
            return DOCUMENTS.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Reads an object that matview wrote. */
    public static ObjectNode parseObject(byte[] json) {
        return (ObjectNode) parse(json);
    }

    /** The same, paid for by its bytes. */
    public static ObjectNode parseObject(byte[] json, Budget budget) {
        budget.spend(1 + json.length / Budget.TEXT);
        return parseObject(json);
    }

    /** Reads an array that matview wrote. */
    public static ArrayNode parseArray(byte[] json) {
        return (ArrayNode) parse(json);
    }

    /** Reads objects that matview wrote as values of the type, as far as it has their fields. */
    public static ObjectReader readerFor(Class<?> type) {
        return DOCUMENTS.readerFor(type).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    private static JsonNode parse(byte[] json) {
        try {
            return DOCUMENTS.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a row is not the JSON it was written as", e);
        }
    }

    public static byte[] bytes(JsonNode tree) {
        try {
            return DOCUMENTS.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a JSON tree can always be written", e);
        }
    }

    /** Writes to a stream, and leaves that open. */
    public static void write(JsonNode tree, OutputStream out) throws IOException {
        OPEN.writeValue(out, tree);
    }

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array(List<String> values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        values.forEach(array::add);
        return array;
    }
}
