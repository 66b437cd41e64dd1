package dev.matview.sql.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Acl;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStoreException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Heads, positions, ACLs and what is left out, as columns hold them: JSON in ASCII, which {@code text} holds whatever is in it. */
final class Texts {

    private static final int MAX_DEPTH = 2_100;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNameLength(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .streamWriteConstraints(StreamWriteConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String OPEN = write(Acl.OPEN.json());
    private static final String OWNER_ONLY = write(Acl.OWNER_ONLY.json());

    private Texts() {}

    private static String write(JsonNode json) {
        try {
            return MAPPER.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new ViewStoreException("cannot be written as JSON: " + e.getOriginalMessage());
        }
    }

    private static JsonNode read(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new ViewStoreException("the database holds what matview did not write: " + e.getOriginalMessage());
        }
    }

    /** Text that may hold anything, as a JSON string. */
    static String quoted(String text) {
        return write(MAPPER.getNodeFactory().textNode(text));
    }

    static String head(ViewHead head) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("fingerprint", head.fingerprint());
        json.put("refreshedAt", head.refreshedAt().toString());
        json.put("databases", head.databases());
        json.put("behind", head.behind());
        json.put("documentsLeftOut", head.documentsLeftOut());
        json.put("bytes", head.bytes());
        if (head.checkpoint() != null) {
            json.put("checkpoint", head.checkpoint());
        }
        return write(json);
    }

    static ViewHead head(long generation, int format, String text) {
        JsonNode json = read(text);
        return new ViewHead(
                generation,
                json.path("fingerprint").asText(),
                Instant.parse(json.path("refreshedAt").asText()),
                json.path("databases").asInt(),
                json.path("behind").asInt(),
                json.path("documentsLeftOut").asInt(),
                json.path("bytes").asLong(),
                format,
                json.path("checkpoint").textValue());
    }

    static String position(Position position) {
        ArrayNode json = MAPPER.createArrayNode();
        json.add(position.updateSeq()).add(position.purgeSeq()).add(position.instance());
        return write(json);
    }

    static Position position(String text) {
        JsonNode json = read(text);
        return new Position(
                json.path(0).textValue(), json.path(1).textValue(), json.path(2).textValue());
    }

    /** @return null for nothing */
    static @Nullable String leftOut(LeftOut leftOut) {
        if (leftOut.isEmpty()) {
            return null;
        }
        ObjectNode json = MAPPER.createObjectNode();
        json.put("documents", leftOut.documents());
        ArrayNode examples = json.putArray("examples");
        for (LeftOut.Example example : leftOut.examples()) {
            examples.addArray()
                    .add(example.database())
                    .add(example.id())
                    .add(example.reason().name());
        }
        return write(json);
    }

    static LeftOut leftOut(@Nullable String text) {
        if (text == null) {
            return LeftOut.NOTHING;
        }
        JsonNode json = read(text);
        List<LeftOut.Example> examples = new ArrayList<>();
        for (JsonNode example : json.path("examples")) {
            examples.add(new LeftOut.Example(
                    example.path(0).asText(),
                    example.path(1).asText(),
                    LeftOut.Reason.of(example.path(2).asText())));
        }
        return new LeftOut(json.path("documents").asInt(), examples);
    }

    static @Nullable String acl(@Nullable Acl acl) {
        return acl == null ? null : acl == Acl.OPEN ? OPEN : acl == Acl.OWNER_ONLY ? OWNER_ONLY : write(acl.json());
    }

    static @Nullable Acl acl(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return text.equals(OPEN) ? Acl.OPEN : text.equals(OWNER_ONLY) ? Acl.OWNER_ONLY : Acl.ofRead(read(text));
    }

    /** @return null for none */
    static byte @Nullable [] expansions(List<Expansion> expansions) {
        if (expansions.isEmpty()) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(expansions.size());
            for (Expansion expansion : expansions) {
                write(out, CodeUnits.encode(expansion.field()));
                write(out, CodeUnits.encode(expansion.did()));
                write(out, CodeUnits.encode(expansion.ref()));
                String acl = acl(expansion.acl());
                write(out, expansion.document());
                write(out, acl == null ? null : acl.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, byte @Nullable [] part) throws IOException {
        out.writeInt(part == null ? -1 : part.length);
        if (part != null) {
            out.write(part);
        }
    }

    static List<Expansion> expansions(byte @Nullable [] bytes) {
        if (bytes == null) {
            return List.of();
        }
        List<Expansion> expansions = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            for (int left = in.readInt(); left > 0; left--) {
                String field = CodeUnits.decode(part(in));
                String did = CodeUnits.decode(part(in));
                String ref = CodeUnits.decode(part(in));
                byte @Nullable [] document = partOrNull(in);
                byte @Nullable [] acl = partOrNull(in);
                expansions.add(
                        document == null || acl == null
                                ? new Expansion(field, did, ref)
                                : new Expansion(
                                        field, did, ref, document, acl(new String(acl, StandardCharsets.US_ASCII))));
            }
        } catch (IOException e) {
            throw new ViewStoreException("the database holds a row that matview did not write", e);
        }
        return expansions;
    }

    private static byte[] part(DataInputStream in) throws IOException {
        byte @Nullable [] part = partOrNull(in);
        if (part == null) {
            throw new IOException("a part is missing");
        }
        return part;
    }

    private static byte @Nullable [] partOrNull(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        byte[] part = in.readNBytes(length);
        if (part.length < length) {
            throw new IOException("a part ends too soon");
        }
        return part;
    }
}
