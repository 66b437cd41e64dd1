package dev.matview.core.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.DocumentReader;
import dev.matview.core.spi.JsonMembers;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.UnreadableDocumentException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Reads files of JSON lines, one document at a time. Not thread-safe: each reading thread has one. */
final class JsonLinesParser {

    /** Twice what CouchDB accepts as a document by default. */
    static final int MAX_LINE = 16_000_000;

    private final LineReader lines = new LineReader(MAX_LINE);
    private final boolean checksIds;

    JsonLinesParser() {
        this(true);
    }

    /** @param checksIds whether an id that is there twice is found, for which all are held while a file is read */
    JsonLinesParser(boolean checksIds) {
        this.checksIds = checksIds;
    }

    /** Takes what the lines hold. */
    interface Documents {

        /**
         * Told of each line before it is parsed, unless it is too long to be.
         *
         * @return the id of its document, when that is known and not wanted; null to have the line parsed
         */
        default @Nullable String passOver(byte[] bytes, int offset, int length) {
            return null;
        }

        void document(ObjectNode document);

        /** A document that is one, and cannot be read. */
        void unreadable(String id, Reason reason);

        /** A document that says of itself that it is not there. */
        default void deleted(String id) {}
    }

    /**
     * Gives the documents of the file, deleted ones left out.
     *
     * @param size how much of the file to read, in bytes
     * @param stopped asked at each line
     * @return false when stopped
     * @throws BadLineException at the first line that is no document
     */
    boolean read(Path path, long size, Documents documents, BooleanSupplier stopped) throws IOException {
        Map<String, Long> lineOfId = new HashMap<>();
        long line = 0;
        try (InputStream in = Files.newInputStream(path)) {
            lines.open(in, size);
            while (lines.next()) {
                line++;
                if (stopped.getAsBoolean()) {
                    return false;
                }
                if (!blank()) {
                    take(path, line, documents, lineOfId);
                }
            }
            return true;
        }
    }

    private void take(Path path, long line, Documents documents, Map<String, Long> lineOfId) {
        if (lines.isCut()) {
            unreadable(path, line, Reason.TOO_LARGE, documents, lineOfId);
            return;
        }
        String known = documents.passOver(lines.bytes(), lines.offset(), lines.length());
        if (known != null) {
            requireNewId(path, line, known, lineOfId);
            return;
        }
        requireUtf8(path, line);
        try {
            ObjectNode document = parse(path, line);
            String id = requireNewId(path, line, document.path("_id"), lineOfId);
            if (document.path("_deleted").booleanValue()) {
                documents.deleted(id);
            } else {
                documents.document(document);
            }
        } catch (UnreadableDocumentException e) {
            unreadable(path, line, e.reason(), documents, lineOfId);
        }
    }

    /** A document that can be told from others, though it cannot be read, is left out; anything else is a bad line. */
    private void unreadable(Path path, long line, Reason reason, Documents documents, Map<String, Long> lineOfId) {
        JsonMembers members = JsonMembers.of(lines.bytes(), lines.offset(), lines.length());
        String read = members.string("_id");
        if (lines.isCut() ? read == null : !members.isComplete()) {
            throw new BadLineException(
                    path, line, lines.isCut() ? "longer than " + MAX_LINE + " bytes" : "not a JSON object");
        }
        JsonNode value = read == null ? MissingNode.getInstance() : JsonNodeFactory.instance.textNode(read);
        String id = requireNewId(path, line, value, lineOfId);
        if (members.isTrue("_deleted")) {
            documents.deleted(id);
        } else {
            documents.unreadable(id, reason);
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

    private ObjectNode parse(Path path, long line) throws UnreadableDocumentException {
        JsonNode document;
        try {
            document = DocumentReader.read(lines.bytes(), lines.offset(), lines.length());
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
        for (int i = lines.offset(); i < lines.offset() + lines.length(); i++) {
            if (bytes[i] == 0) {
                throw new BadLineException(path, line, "not JSON in UTF-8: it has a zero byte");
            }
        }
        if (!DocumentReader.isUtf8(bytes, lines.offset(), lines.length())) {
            throw new BadLineException(path, line, "not valid UTF-8");
        }
    }

    private String requireNewId(Path path, long line, JsonNode id, Map<String, Long> lineOfId) {
        if (id.isMissingNode()) {
            throw new BadLineException(path, line, "the document has no _id");
        }
        if (!id.isTextual() || id.textValue().isEmpty()) {
            throw new BadLineException(path, line, "_id must be a string that is not empty");
        }
        requireNewId(path, line, id.textValue(), lineOfId);
        return id.textValue();
    }

    private void requireNewId(Path path, long line, String id, Map<String, Long> lineOfId) {
        Long first = checksIds ? lineOfId.putIfAbsent(id, line) : null;
        if (first != null) {
            throw new BadLineException(path, line, "the _id is that of line " + first + " too");
        }
    }
}
