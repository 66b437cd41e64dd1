package dev.matview.couch.internal.view;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.couch.internal.client.CouchJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes what one attempt changes as documents, in bounded batches, and notes in the index change where each row then
 * is. The change of a slice is mostly one document: its rows and its position. Not thread-safe.
 */
final class SliceEncoder {

    /** The rows of one document: as many as one edit of it may rewrite when one of them is superseded. */
    static final int MAX_ROWS = 100;

    private static final int MAX_BYTES = 64 << 10;
    /** What is gone is only named; but names may be long. */
    private static final int MAX_REMOVED = 1_000;

    private static final int BATCH_BYTES = 1 << 20;

    /** Beyond this, a row is an attachment: what CouchDB takes as a document is limited, to 8 MB by default. */
    private static final int LARGE = 1 << 20;

    static final String ATTACHMENT = "row.json";

    private final ViewDatabase target;
    private final ViewIndex.Change change;
    private final long attempt;
    private final long generation;
    private final List<List<JsonWritten>> batches = new ArrayList<>();
    private List<JsonWritten> batch = new ArrayList<>();
    private long batchBytes;

    SliceEncoder(ViewDatabase target, ViewIndex.Change change, long attempt, long generation) {
        this.target = target;
        this.change = change;
        this.attempt = attempt;
        this.generation = generation;
    }

    /** Writes all of the delta; when this returns, CouchDB has it. */
    void write(ViewDelta delta) throws InterruptedException {
        for (String database : delta.dropped()) {
            drop(database);
        }
        for (SliceDelta slice : delta.slices()) {
            write(slice);
        }
        endBatch();
        target.insertAll(batches);
    }

    private void drop(String database) {
        change.drop(database);
        ViewDocumentId id = new ViewDocumentId(attempt, ViewDocumentId.Kind.GONE, database, 0);
        add(out -> dropping(out, id), 100);
    }

    private void write(SliceDelta slice) {
        remove(slice);
        String database = slice.database();
        int chunk = 0;
        int bytes = 0;
        List<Row> rows = new ArrayList<>();
        for (Row row : slice.put()) {
            int size = RowCodec.size(row);
            if (!rows.isEmpty() && (rows.size() == MAX_ROWS || bytes + size > MAX_BYTES)) {
                add(slice, chunk++, rows, bytes);
                rows = new ArrayList<>();
                bytes = 0;
            }
            rows.add(row);
            bytes += size;
        }
        add(slice, chunk, rows, bytes);
        change.position(database, new ViewDocumentId(attempt, ViewDocumentId.Kind.SLICE, database, 0).place());
    }

    private void remove(SliceDelta slice) {
        List<String> gone = new ArrayList<>();
        for (String row : slice.removed()) {
            if (change.remove(slice.database(), row)) {
                gone.add(row);
            }
        }
        int chunk = 0;
        int bytes = 0;
        List<String> some = new ArrayList<>();
        for (String row : gone) {
            int size = 3 * row.length() + 3;
            if (!some.isEmpty() && (some.size() == MAX_REMOVED || bytes + size > MAX_BYTES)) {
                addRemoved(slice.database(), chunk++, some, bytes);
                some = new ArrayList<>();
                bytes = 0;
            }
            some.add(row);
            bytes += size;
        }
        if (!some.isEmpty()) {
            addRemoved(slice.database(), chunk, some, bytes);
        }
    }

    private void addRemoved(String database, int chunk, List<String> rows, int bytes) {
        ViewDocumentId id = new ViewDocumentId(attempt, ViewDocumentId.Kind.GONE, database, chunk);
        add(out -> removal(out, id, rows), bytes + 100);
    }

    private void add(SliceDelta slice, int chunk, List<Row> rows, int bytes) {
        ViewDocumentId id = new ViewDocumentId(attempt, ViewDocumentId.Kind.SLICE, slice.database(), chunk);
        rows.forEach(row -> change.put(slice.database(), row.id(), id.place()));
        boolean large = bytes > LARGE;
        if (chunk > 0) {
            add(out -> document(out, id, null, LeftOut.NOTHING, rows, large), bytes + 300);
            return;
        }
        add(
                out -> document(out, id, slice.position(), slice.leftOut(), rows, large),
                bytes + 300 + 300 * slice.leftOut().examples().size());
    }

    private void dropping(JsonGenerator out, ViewDocumentId id) throws IOException {
        begin(out, id);
        out.writeBooleanField("dropped", true);
        out.writeEndObject();
    }

    private void removal(JsonGenerator out, ViewDocumentId id, List<String> rows) throws IOException {
        begin(out, id);
        out.writeArrayFieldStart("removed");
        for (String row : rows) {
            out.writeString(row);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void document(
            JsonGenerator out,
            ViewDocumentId id,
            @Nullable Position position,
            LeftOut leftOut,
            List<Row> rows,
            boolean large)
            throws IOException {
        begin(out, id);
        if (position != null) {
            out.writeObjectFieldStart("position");
            out.writeStringField("updateSeq", position.updateSeq());
            out.writeStringField("purgeSeq", position.purgeSeq());
            out.writeStringField("instance", position.instance());
            out.writeEndObject();
            leftOut(out, leftOut);
        }
        if (large) {
            attached(out, rows.get(0));
        } else {
            out.writeArrayFieldStart("rows");
            for (Row row : rows) {
                RowCodec.write(out, row);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private static void leftOut(JsonGenerator out, LeftOut leftOut) throws IOException {
        if (leftOut.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("leftOut");
        out.writeNumberField("documents", leftOut.documents());
        out.writeArrayFieldStart("examples");
        for (LeftOut.Example example : leftOut.examples()) {
            out.writeStartObject();
            out.writeStringField("id", example.id());
            out.writeStringField("reason", example.reason().name());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    /** The only row of its document. */
    private static void attached(JsonGenerator out, Row row) throws IOException {
        out.writeArrayFieldStart("rows");
        out.writeStartObject();
        out.writeStringField("id", row.id());
        out.writeStringField("attachment", ATTACHMENT);
        out.writeEndObject();
        out.writeEndArray();
        out.writeObjectFieldStart("_attachments");
        out.writeObjectFieldStart(ATTACHMENT);
        out.writeStringField("content_type", "application/json");
        JsonWritten whole = json -> RowCodec.write(json, row);
        out.writeBinaryField("data", CouchJson.MAPPER.writeValueAsBytes(whole));
        out.writeEndObject();
        out.writeEndObject();
    }

    /** What every document says. */
    private void begin(JsonGenerator out, ViewDocumentId id) throws IOException {
        out.writeStartObject();
        out.writeStringField("_id", id.toString());
        out.writeStringField("database", id.database());
        out.writeNumberField("generation", generation);
    }

    private void add(JsonWritten document, int bytes) {
        if (batch.size() == ViewDatabase.PORTION || batchBytes + bytes > BATCH_BYTES) {
            endBatch();
        }
        batch.add(document);
        batchBytes += bytes;
    }

    private void endBatch() {
        if (!batch.isEmpty()) {
            batches.add(batch);
            batch = new ArrayList<>();
            batchBytes = 0;
        }
    }
}
