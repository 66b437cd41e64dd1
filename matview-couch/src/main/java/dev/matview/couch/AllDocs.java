package dev.matview.couch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads an answer of {@code _all_docs?include_docs=true} row by row, with one document in memory at a time. */
final class AllDocs {

    /** Takes the rows as they come. */
    @FunctionalInterface
    interface Rows {
        /** @param document null for a key without a document */
        void row(String id, @Nullable ObjectNode document);

        /** Of what the rows that follow are a part; told only where the request asked for it. */
        default void updateSeq(String updateSeq) {}
    }

    private AllDocs() {}

    /** @throws IOException when the answer does not come to its proper end */
    static @Nullable Void read(JsonParser body, Rows rows) throws IOException {
        expect(body.nextToken() == JsonToken.START_OBJECT);
        boolean found = false;
        while (body.nextToken() == JsonToken.FIELD_NAME) {
            String field = body.currentName();
            JsonToken value = body.nextToken();
            if (field.equals("rows")) {
                expect(value == JsonToken.START_ARRAY);
                found = true;
                while (body.nextToken() == JsonToken.START_OBJECT) {
                    row(CouchJson.MAPPER.readTree(body), rows);
                }
                expect(body.currentToken() == JsonToken.END_ARRAY);
            } else if (field.equals("update_seq") && value == JsonToken.VALUE_STRING) {
                rows.updateSeq(body.getText());
            } else {
                // CouchDB reports what goes wrong after the first row at the end of a good answer.
                expect(!field.equals("error"));
                body.skipChildren();
            }
        }
        expect(found && body.currentToken() == JsonToken.END_OBJECT);
        return null;
    }

    private static void row(JsonNode row, Rows rows) throws IOException {
        JsonNode id = row.path("key");
        JsonNode error = row.path("error");
        expect(id.isTextual());
        expect(error.isMissingNode() || error.asText().equals("not_found"));
        rows.row(id.textValue(), row.path("doc") instanceof ObjectNode document ? document : null);
    }

    private static void expect(boolean asCouchDbAnswers) throws IOException {
        if (!asCouchDbAnswers) {
            throw new IOException("the answer of _all_docs broke off");
        }
    }
}
