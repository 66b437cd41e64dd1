package dev.matview.core.spi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.json.Json;
import dev.matview.core.spi.LeftOut.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/**
 * For backends: reads documents within the bounds that all of matview keeps to, so that what one part has read no other
 * chokes on. One that is beyond them is no reason to give up its database: it is {@linkplain Slice.Builder#leaveOut left
 * out}. Stateless.
 */
public final class DocumentReader {

    /** How deep a document may be nested. */
    public static final int MAX_DEPTH = Json.DOCUMENT_DEPTH;

    /** How many characters a key may have. */
    public static final int MAX_KEY = 50_000;

    /** How many digits a number may have. */
    public static final int MAX_DIGITS = Json.DOCUMENT_DIGITS;

    /** How many characters an {@code _id} may have: it becomes part of requests, and of what stores keep. */
    public static final int MAX_ID = 10_000;

    private static final int UTF8_STEP = 8 << 10;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNameLength(MAX_KEY)
                            .maxNumberLength(MAX_DIGITS)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private DocumentReader() {}

    /**
     * Reads a document.
     *
     * @return the JSON value, which need not be an object
     * @throws UnreadableDocumentException when it is beyond the bounds, or not UTF-8
     * @throws JsonProcessingException when it is not JSON
     */
    public static JsonNode read(byte[] json, int offset, int length)
            throws UnreadableDocumentException, JsonProcessingException {
        try {
            return MAPPER.readTree(json, offset, length);
        } catch (StreamConstraintsException e) {
            throw new UnreadableDocumentException(reason(e));
        } catch (JsonProcessingException e) {
            if (!isUtf8(json, offset, length)) {
                throw new UnreadableDocumentException(Reason.NOT_UTF8);
            }
            if (HalfCharacters.areEscapedIn(json, offset, length)) {
                throw new UnreadableDocumentException(Reason.HALF_CHARACTER);
            }
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory can always be read", e);
        }
    }

    /** Jackson says which bound it was in its message alone. */
    private static Reason reason(StreamConstraintsException e) {
        String message = String.valueOf(e.getOriginalMessage());
        if (message.contains("nesting")) {
            return Reason.TOO_DEEP;
        }
        if (message.startsWith("Name")) {
            return Reason.LONG_KEY;
        }
        return message.startsWith("Number") ? Reason.LONG_NUMBER : Reason.TOO_LARGE;
    }

    /** What keeps a document that is in memory from being read as if it came from elsewhere; empty for nothing. */
    public static Optional<Reason> problem(ObjectNode document) {
        Deque<Map.Entry<JsonNode, Integer>> left = new ArrayDeque<>();
        left.push(Map.entry(document, 1));
        while (!left.isEmpty()) {
            Map.Entry<JsonNode, Integer> next = left.pop();
            JsonNode node = next.getKey();
            int depth = next.getValue();
            if (node.isContainerNode() && depth > MAX_DEPTH) {
                return Optional.of(Reason.TOO_DEEP);
            }
            if (node.isObject()
                    && node.propertyStream().anyMatch(entry -> entry.getKey().length() > MAX_KEY)) {
                return Optional.of(Reason.LONG_KEY);
            }
            if (node.isBigInteger() && isLong(node.bigIntegerValue())) {
                return Optional.of(Reason.LONG_NUMBER);
            }
            node.forEach(child -> left.push(Map.entry(child, depth + 1)));
        }
        return Optional.empty();
    }

    private static boolean isLong(BigInteger number) {
        // Ten digits take 33.2 bits: the text is made only where the bits leave it open.
        return number.bitLength() > MAX_DIGITS * 3L && number.abs().toString().length() > MAX_DIGITS;
    }

    /** Whether the bytes are text in UTF-8; Jackson takes some sequences that are not. */
    public static boolean isUtf8(byte[] bytes, int offset, int length) {
        int first = offset;
        while (first < offset + length && bytes[first] >= 0) {
            first++;
        }
        if (first == offset + length) {
            return true;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer decoded = CharBuffer.allocate(UTF8_STEP);
        ByteBuffer in = ByteBuffer.wrap(bytes, first, offset + length - first);
        CoderResult result;
        do {
            decoded.clear();
            result = decoder.decode(in, decoded, true);
        } while (result.isOverflow());
        return !result.isError();
    }
}
