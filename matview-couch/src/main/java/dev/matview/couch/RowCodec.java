package dev.matview.couch;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.matview.core.Acl;
import dev.matview.core.Expansion;
import dev.matview.core.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Rows as JSON in a view's database: {@code {"id", "doc", "key", "acl", "expansions"}}. The projected document is {@code
 * doc}, for people to read. Where a server may give it back in other words ({@code 1e10} as {@code 10000000000.0}), its
 * exact text is kept beside it as {@code json}; where it is nested so deep that nobody could read the view any more,
 * only the text is.
 */
final class RowCodec {

    private static final int MAX_DEPTH = 100;
    /** Above it, not every integer is a number of JavaScript. */
    private static final long SAFE = 1L << 53;

    /** JavaScript, and so PouchDB, moves such keys to the front. */
    private static final Pattern ARRAY_INDEX = Pattern.compile("[0-9]{1,10}|__proto__");

    private static final String DOCUMENT = "doc";
    private static final String EXACT = "json";

    private enum Shape {
        PLAIN,
        DELICATE,
        DEEP
    }

    private RowCodec() {}

    /** About how many bytes the row takes; rather more than less. */
    static int size(Row row) {
        long size = 100L + 3L * row.id().length() + row.sortKey().length * 4L / 3 + 2L * row.document().length;
        for (Expansion expansion : row.expansions()) {
            byte[] document = expansion.document();
            size += 100L + (document == null ? 0 : 2L * document.length);
        }
        return (int) Math.min(Integer.MAX_VALUE, size);
    }

    static ObjectNode encode(Row row) {
        ObjectNode json = CouchJson.object();
        json.put("id", row.id());
        document(json, row.document());
        json.put("key", row.sortKey());
        if (row.acl() != null) {
            json.set("acl", row.acl().json());
        }
        if (!row.expansions().isEmpty()) {
            ArrayNode expansions = json.putArray("expansions");
            row.expansions().forEach(expansion -> expansions.add(encode(expansion)));
        }
        return json;
    }

    private static ObjectNode encode(Expansion expansion) {
        ObjectNode json = CouchJson.object();
        json.put("field", expansion.field());
        json.put("did", expansion.did());
        json.put("ref", expansion.ref());
        if (expansion.document() != null && expansion.acl() != null) {
            document(json, expansion.document());
            json.set("acl", expansion.acl().json());
        }
        return json;
    }

    private static void document(ObjectNode json, byte[] document) {
        String text = new String(document, StandardCharsets.UTF_8);
        Shape shape = shape(document);
        if (shape != Shape.DEEP) {
            json.putRawValue(DOCUMENT, new RawValue(text));
        }
        if (shape != Shape.PLAIN) {
            json.put(EXACT, text);
        }
    }

    /** Plain is what any server gives back so that we write it as it was. */
    private static Shape shape(byte[] document) {
        int depth = 0;
        boolean plain = true;
        try (JsonParser in = CouchJson.MAPPER.createParser(document);
                ByteArrayBuilder bytes = new ByteArrayBuilder();
                JsonGenerator out = CouchJson.MAPPER.createGenerator(bytes)) {
            for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth > MAX_DEPTH) {
                    return Shape.DEEP;
                }
                if (plain) {
                    plain = isPlain(token, in);
                    out.copyCurrentEvent(in);
                }
            }
            out.flush();
            return plain && Arrays.equals(document, bytes.toByteArray()) ? Shape.PLAIN : Shape.DELICATE;
        } catch (IOException e) {
            throw new UncheckedIOException("a row's document is not JSON", e);
        }
    }

    private static boolean isPlain(JsonToken token, JsonParser at) throws IOException {
        return switch (token) {
            case FIELD_NAME -> !ARRAY_INDEX.matcher(at.currentName()).matches();
            case VALUE_NUMBER_INT ->
                at.getNumberType() != JsonParser.NumberType.BIG_INTEGER && Math.abs(at.getLongValue()) < SAFE;
            case VALUE_NUMBER_FLOAT -> Math.rint(at.getDoubleValue()) != at.getDoubleValue();
            default -> true;
        };
    }

    /** @throws IOException when this is not what {@link #encode} wrote */
    static Row decode(String database, JsonNode json) throws IOException {
        List<Expansion> expansions = new ArrayList<>();
        for (JsonNode expansion : json.path("expansions")) {
            expansions.add(expansion(expansion));
        }
        JsonNode id = json.path("id");
        JsonNode key = json.path("key");
        if (!id.isTextual() || !key.isTextual()) {
            throw new IOException("a row without an id or a key");
        }
        return new Row(
                database,
                id.textValue(),
                key.binaryValue(),
                document(json),
                json.has("acl") ? Acl.ofRead(json.path("acl")) : null,
                expansions);
    }

    private static Expansion expansion(JsonNode json) throws IOException {
        boolean found = json.has("acl");
        return new Expansion(
                json.path("field").asText(),
                json.path("did").asText(),
                json.path("ref").asText(),
                found ? document(json) : null,
                found ? Acl.ofRead(json.path("acl")) : null);
    }

    private static byte[] document(JsonNode json) throws IOException {
        JsonNode exact = json.path(EXACT);
        if (exact.isTextual()) {
            return exact.textValue().getBytes(StandardCharsets.UTF_8);
        }
        JsonNode document = json.path(DOCUMENT);
        if (document.isMissingNode()) {
            throw new IOException("a row without a document");
        }
        return bytes(document);
    }

    static byte[] bytes(JsonNode json) {
        try {
            return CouchJson.MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a JSON tree can always be written", e);
        }
    }
}
