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
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer of {@code _all_docs?include_docs=true} row by row, with one document in memory at a time, and believes
 * it only as far as it is what was asked for. Not thread-safe.
 */
public final class AllDocs {

    private static final String OTHER_IDS = "an answer for other ids than asked for";
    private static final String NO_ID = "an answer with a row that has no id";

    /** Takes the documents as they come. */
    public interface Documents {
        void document(String id, ObjectNode document) throws InterruptedException;

        /** There is a document of that id, and it cannot be read. */
        void unreadable(String id, Reason reason);

        /** So many bytes of a row have come; told before what they say. */
        default void arrived(int bytes) {}
    }

    /**
     * Which documents were asked for.
     *
     * @param from the id to begin at, which need not be there; null for the first
     * @param limit how many at most
     * @param before how many came on earlier pages
     */
    public record Asked(@Nullable String from, int limit, long before) {}

    /**
     * A page of a database.
     *
     * @param rows how many documents it has
     * @param updateSeq what the rows are a part of
     */
    record Page(int rows, String updateSeq) {}

    private final Documents documents;

    private AllDocs(Documents documents) {
        this.documents = documents;
    }

    /**
     * Reads a range of documents, for which {@code update_seq} was asked too.
     *
     * @throws WrongAnswerException when rows are missing, doubled, out of order, or others than asked for
     */
    public static Page range(InputStream body, Asked asked, Documents documents)
            throws IOException, InterruptedException {
        Range range = new Range(asked, documents);
        ObjectNode members = AnswerRows.read(body, "rows", range);
        JsonNode updateSeq = members.path("update_seq");
        boolean told = updateSeq.isTextual() || updateSeq.isNumber();
        WrongAnswerException.unless(told, "an answer without the update_seq asked for");
        if (range.rows < asked.limit()) {
            requireLast(members, asked.from(), range.rows);
        }
        return new Page(range.rows, updateSeq.asText());
    }

    /** There are as many rows as the answer says itself, where that can be known: some servers tell no true offset. */
    private static void requireLast(JsonNode members, @Nullable String from, int rows) throws WrongAnswerException {
        JsonNode total = members.path("total_rows");
        long offset = members.path("offset").asLong();
        boolean known = total.isIntegralNumber() && (from == null || offset > 0);
        WrongAnswerException.unless(
                !known || total.asLong() == offset + rows,
                "an answer that ends after " + (offset + rows) + " of " + total.asText() + " rows");
    }

    /**
     * Reads the documents of these ids.
     *
     * @throws WrongAnswerException when it answers for other ids, or not for all
     */
    public static void keys(InputStream body, Set<String> ids, Documents documents)
            throws IOException, InterruptedException {
        Set<String> left = new HashSet<>(ids);
        AllDocs reader = new AllDocs(documents);
        AnswerRows.read(body, "rows", (text, offset, length, whole) -> {
            JsonMembers row = row(text, offset, length, whole);
            String key = WrongAnswerException.present(row.string("key"), OTHER_IDS);
            WrongAnswerException.unless(left.remove(key), OTHER_IDS);
            if (whole && !isDocument(row, text)) {
                boolean absent = row.string("error") == null || "not_found".equals(row.string("error"));
                WrongAnswerException.unless(absent, "an answer without a document, and without saying why");
                return;
            }
            reader.take(key, row, text, whole);
        });
        WrongAnswerException.unless(left.isEmpty(), "an answer that lacks some of the ids asked for");
    }

    private static final class Range implements AnswerRows.Elements {
        private final AllDocs reader;
        private final Asked asked;
        private @Nullable String last;
        private boolean first = true;
        private int rows;
        private long total = Long.MAX_VALUE;

        Range(Asked asked, Documents documents) {
            this.reader = new AllDocs(documents);
            this.last = asked.from();
            this.asked = asked;
        }

        @Override
        public void member(String name, JsonNode value) {
            if (name.equals("total_rows") && value.isIntegralNumber()) {
                total = value.asLong();
            }
        }

        /** What is written while the pages are read may come on top, and then the next visit reads again. */
        private boolean isCredible() {
            long most = total > Long.MAX_VALUE / 4 ? Long.MAX_VALUE : 2 * total + asked.limit();
            return rows <= asked.limit() && asked.before() + rows <= most;
        }

        @Override
        public void take(byte[] text, int offset, int length, boolean whole) throws IOException, InterruptedException {
            rows++;
            WrongAnswerException.unless(isCredible(), "an answer of more rows than were asked for, or can be there");
            reader.documents.arrived(length);
            JsonMembers row = row(text, offset, length, whole);
            String id = WrongAnswerException.present(row.string("id"), NO_ID);
            WrongAnswerException.unless(isSame(row, text), NO_ID);
            int order = last == null ? 1 : Ids.compare(id, last);
            boolean begins = first && order == 0;
            WrongAnswerException.unless(order > 0 || begins, "an answer whose rows are doubled, or not in their order");
            first = false;
            last = id;
            WrongAnswerException.unless(!whole || isDocument(row, text), "an answer with a row that has no document");
            reader.take(id, row, text, whole);
        }

        private static boolean isSame(JsonMembers row, byte[] text) {
            JsonMembers.Range id = row.range("id");
            JsonMembers.Range key = row.range("key");
            return id != null
                    && key != null
                    && Arrays.equals(
                            text,
                            id.offset(),
                            id.offset() + id.length(),
                            text,
                            key.offset(),
                            key.offset() + key.length());
        }
    }

    private static JsonMembers row(byte[] text, int offset, int length, boolean whole) throws WrongAnswerException {
        JsonMembers row = JsonMembers.of(text, offset, length);
        WrongAnswerException.unless(!whole || row.isComplete(), "an answer with a row that is no object");
        return row;
    }

    private static boolean isDocument(JsonMembers row, byte[] text) {
        JsonMembers.Range document = row.range("doc");
        return document != null && text[document.offset()] == '{';
    }

    private void take(String id, JsonMembers row, byte[] text, boolean whole) throws IOException, InterruptedException {
        JsonMembers.Range range = row.range("doc");
        if (!whole || range == null) {
            documents.unreadable(id, Reason.TOO_LARGE);
            return;
        }
        JsonNode document;
        try {
            document = DocumentReader.read(text, range.offset(), range.length());
        } catch (UnreadableDocumentException e) {
            documents.unreadable(id, e.reason());
            return;
        } catch (JsonProcessingException e) {
            throw new WrongAnswerException("an answer with a document that is not JSON");
        }
        boolean its =
                document instanceof ObjectNode && id.equals(document.path("_id").textValue());
        WrongAnswerException.unless(its, "an answer with another document in the place of one");
        documents.document(id, (ObjectNode) document);
    }
}
