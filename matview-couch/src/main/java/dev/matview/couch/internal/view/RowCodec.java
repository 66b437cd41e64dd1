package dev.matview.couch.internal.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.access.Acl;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import dev.matview.couch.internal.client.CouchJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows as JSON in a view's database: {@code {"id", "doc", "key", "acl", "expansions"}}. The projected document is {@code
 * doc}, for people to read. Where a server may give it back in other words, its exact text is kept beside it as {@code
 * json}; where nobody could read the view any more, or CouchDB would refuse it, only the text is; see {@link Fidelity}.
 */
final class RowCodec {

    private static final String DOCUMENT = "doc";
    private static final String EXACT = "json";

    private RowCodec() {}

    /** About how many bytes the row takes; rather more than less. */
    static int size(Row row) {
        long size = 100L + 3L * row.id().length() + row.sortKey().length * 4L / 3 + 2L * row.document().length;
        size += size(row.acl());
        for (Expansion expansion : row.expansions()) {
            byte[] document = expansion.document();
            size += 100L + (document == null ? 0 : 2L * document.length) + size(expansion.acl());
        }
        return (int) Math.min(Integer.MAX_VALUE, size);
    }

    private static long size(@Nullable Acl acl) {
        return acl == null ? 0 : 3L * acl.json().toString().length();
    }

    static void write(JsonGenerator out, Row row) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", row.id());
        document(out, row.document());
        out.writeBinaryField("key", row.sortKey());
        acl(out, row.acl());
        if (!row.expansions().isEmpty()) {
            out.writeArrayFieldStart("expansions");
            for (Expansion expansion : row.expansions()) {
                write(out, expansion);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, Expansion expansion) throws IOException {
        out.writeStartObject();
        out.writeStringField("field", expansion.field());
        out.writeStringField("did", expansion.did());
        out.writeStringField("ref", expansion.ref());
        if (expansion.document() != null && expansion.acl() != null) {
            document(out, expansion.document());
            acl(out, expansion.acl());
        }
        out.writeEndObject();
    }

    private static void acl(JsonGenerator out, @Nullable Acl acl) throws IOException {
        if (acl != null) {
            out.writeFieldName("acl");
            out.writeTree(acl.json());
        }
    }

    private static void document(JsonGenerator out, byte[] document) throws IOException {
        String text = new String(document, StandardCharsets.UTF_8);
        Fidelity fidelity = Fidelity.of(document);
        if (fidelity != Fidelity.NONE) {
            out.writeFieldName(DOCUMENT);
            out.writeRawValue(text);
        }
        if (fidelity != Fidelity.PLAIN) {
            out.writeStringField(EXACT, text);
        }
    }

    /** @throws IOException when this is not what {@link #write} wrote */
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
        String field = json.path("field").asText();
        String did = json.path("did").asText();
        String ref = json.path("ref").asText();
        return json.has("acl")
                ? new Expansion(field, did, ref, document(json), Acl.ofRead(json.path("acl")))
                : new Expansion(field, did, ref);
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
        return CouchJson.MAPPER.writeValueAsBytes(document);
    }
}
