package dev.matview.couch.internal.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.DocumentReader;
import dev.matview.core.spi.JsonMembers;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.UnreadableDocumentException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads answers of {@code _changes?include_docs=true} change by change, with one document in memory at a time. Stateless. */
public final class Changes {

    private Changes() {}

    /** Takes the changes as they come. */
    @FunctionalInterface
    interface Taker {
        void take(Change change) throws IOException, InterruptedException;

        /** So many bytes of a change have come; told before what they say. */
        default void arrived(int bytes) throws IOException {}
    }

    /**
     * An answer, but for its changes.
     *
     * @param changes how many it has
     * @param until the sequence that it leads to
     * @param pending how many are left, as the server says; negative where it does not
     */
    record Answer(int changes, String until, long pending) {}

    /**
     * A document that changed, as it is now.
     *
     * @param seq the sequence that leads to just after this change; null where the server does not tell
     * @param document with its {@code _deleted}; null when it cannot be read, or did not come
     * @param problem why the document cannot be read; null when it can, or did not come
     */
    record Change(
            String id,
            @Nullable String seq,
            boolean deleted,
            @Nullable ObjectNode document,
            @Nullable Reason problem) {

        static Change of(byte[] text, int offset, int length, boolean whole) throws IOException {
            JsonMembers change = JsonMembers.of(text, offset, length);
            String id = WrongAnswerException.present(change.string("id"), "an answer with a change of no document");
            WrongAnswerException.unless(!whole || change.isComplete(), "an answer with a change that is no object");
            String seq = seq(text, change.range("seq"));
            boolean deleted = change.isTrue("deleted");
            JsonMembers.Range range = change.range("doc");
            if (!whole || range == null) {
                return new Change(id, seq, deleted, null, whole ? null : Reason.TOO_LARGE);
            }
            try {
                JsonNode document = DocumentReader.read(text, range.offset(), range.length());
                WrongAnswerException.unless(
                        !document.isObject() || id.equals(document.path("_id").textValue()),
                        "an answer with another document in the place of one");
                return new Change(id, seq, deleted, document instanceof ObjectNode object ? object : null, null);
            } catch (UnreadableDocumentException e) {
                return new Change(id, seq, deleted, null, e.reason());
            } catch (JsonProcessingException e) {
                throw new WrongAnswerException("an answer with a document that is not JSON");
            }
        }

        /** A text in CouchDB, a number in others; null where only some changes have one. */
        private static @Nullable String seq(byte[] text, JsonMembers.@Nullable Range range) {
            if (range == null) {
                return null;
            }
            String seq = new String(text, range.offset(), range.length(), StandardCharsets.UTF_8);
            if (seq.startsWith("\"") && seq.indexOf('\\') < 0) {
                return seq.substring(1, seq.length() - 1);
            }
            return Character.isDigit(seq.charAt(0)) ? seq : null;
        }
    }

    /** @throws WrongAnswerException when it is not an answer of {@code _changes} */
    static Answer read(InputStream body, Taker taker) throws IOException, InterruptedException {
        int[] changes = new int[1];
        ObjectNode members = AnswerRows.read(body, "results", (text, offset, length, whole) -> {
            taker.arrived(length);
            changes[0]++;
            taker.take(Change.of(text, offset, length, whole));
        });
        String until = members.path("last_seq").asText();
        WrongAnswerException.unless(!until.isEmpty(), "an answer without last_seq");
        JsonNode pending = members.path("pending");
        return new Answer(changes[0], until, pending.isIntegralNumber() ? pending.asLong() : -1);
    }

    /** An answer of {@code _changes} says what changed, or that nothing did, and up to where. */
    public static void require(JsonNode answer) throws WrongAnswerException {
        WrongAnswerException.unless(
                answer.path("results").isArray()
                        && !answer.path("last_seq").asText().isEmpty(),
                "an answer without results or last_seq");
    }
}
