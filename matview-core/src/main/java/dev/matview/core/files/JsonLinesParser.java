package dev.matview.core.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Reads files of JSON lines, one document at a time. Not thread-safe: each reading thread has one. */
final class JsonLinesParser {

    /** Twice what CouchDB accepts as a document by default. */
    static final int MAX_LINE = 16_000_000;

    private static final ObjectReader READER = Json.MAPPER.readerFor(JsonNode.class);

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final CharBuffer decoded = CharBuffer.allocate(8 << 10);
    private final LineReader lines = new LineReader(MAX_LINE);
    private final boolean checksIds;

    JsonLinesParser() {
        this(true);
    }

    /** @param checksIds whether an id that is there twice is found, for which all are held while a file is read */
    JsonLinesParser(boolean checksIds) {
        this.checksIds = checksIds;
    }

    /**
     * Gives the documents of the file to the consumer, deleted ones left out.
     *
     * @param size how much of the file to read, in bytes
     * @param stopped asked at each line
     * @return false when stopped
     * @throws BadLineException at the first line that is no document
     */
    boolean read(Path path, long size, Consumer<ObjectNode> documents, BooleanSupplier stopped) throws IOException {
        Map<String, Long> lineOfId = new HashMap<>();
        long line = 0;
        try (InputStream in = Files.newInputStream(path)) {
            lines.open(in, size);
            while (lines.next()) {
                line++;
                if (stopped.getAsBoolean()) {
                    return false;
                }
                ObjectNode document = blank() ? null : parse(path, line);
                if (document != null) {
                    requireNewId(path, line, document, lineOfId);
                    if (!document.path("_deleted").booleanValue()) {
                        documents.accept(document);
                    }
                }
            }
            return true;
        } catch (LineReader.LineTooLongException e) {
            throw new BadLineException(path, line + 1, "longer than " + MAX_LINE + " bytes");
        }
    }

    private boolean blank() {
        byte[] bytes = lines.bytes();
        for (int i = lines.offset(); i < lines.offset() + lines.length(); i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private ObjectNode parse(Path path, long line) throws IOException {
        requireUtf8(path, line);
        JsonNode document;
        try {
            document = READER.readTree(lines.bytes(), lines.offset(), lines.length());
        } catch (StreamConstraintsException e) {
            throw new BadLineException(path, line, "JSON beyond the reader's limits: " + e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            // Jackson's own message quotes the content.
            int column =
                    e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
            throw new BadLineException(path, line, "not valid JSON, at column " + column);
        }
        if (document instanceof ObjectNode object) {
            return object;
        }
        throw new BadLineException(path, line, "a document must be a JSON object");
    }

    /** Jackson guesses encodings, and takes some sequences that are not UTF-8. */
    private void requireUtf8(Path path, long line) {
        byte[] bytes = lines.bytes();
        boolean ascii = true;
        for (int i = lines.offset(); i < lines.offset() + lines.length(); i++) {
            if (bytes[i] == 0) {
                throw new BadLineException(path, line, "not JSON in UTF-8: it has a zero byte");
            }
            ascii &= bytes[i] > 0;
        }
        if (ascii) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, lines.offset(), lines.length());
        decoder.reset();
        CoderResult result;
        do {
            decoded.clear();
            result = decoder.decode(in, decoded, true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw new BadLineException(path, line, "not valid UTF-8");
        }
    }

    private void requireNewId(Path path, long line, ObjectNode document, Map<String, Long> lineOfId) {
        JsonNode id = document.path("_id");
        if (id.isMissingNode()) {
            throw new BadLineException(path, line, "the document has no _id");
        }
        if (!id.isTextual() || id.textValue().isEmpty()) {
            throw new BadLineException(path, line, "_id must be a string that is not empty");
        }
        Long first = checksIds ? lineOfId.putIfAbsent(id.textValue(), line) : null;
        if (first != null) {
            throw new BadLineException(path, line, "the _id is that of line " + first + " too");
        }
    }
}
