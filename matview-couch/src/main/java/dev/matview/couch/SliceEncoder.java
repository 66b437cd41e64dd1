package dev.matview.couch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Position;
import dev.matview.core.Row;
import dev.matview.core.ViewDelta;
import dev.matview.core.ViewDelta.SliceDelta;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Writes what one attempt changes as documents, a bounded batch at a time, and notes in the index change where each row
 * then is. The change of a slice is mostly one document: its rows and its position. Not thread-safe.
 */
final class SliceEncoder {

    /** The rows of one document: as many as one edit of it may rewrite when one of them is superseded. */
    static final int MAX_ROWS = 100;

    private static final int MAX_BYTES = 64 << 10;
    private static final int MAX_REMOVED = 1_000;
    private static final int BATCH_BYTES = 1 << 20;

    /** Beyond this, a row is an attachment: what CouchDB takes as a document is limited, to 8 MB by default. */
    private static final int LARGE = 1 << 20;

    static final String ATTACHMENT = "row.json";

    private final ViewDatabase target;
    private final ViewIndex.Change change;
    private final long attempt;
    private final long generation;
    private ArrayNode batch = JsonNodeFactory.instance.arrayNode();
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
        flush();
    }

    private void drop(String database) throws InterruptedException {
        change.drop(database);
        ObjectNode note = note(new ViewDocumentId(attempt, ViewDocumentId.Kind.GONE, database, 0));
        add(note.put("dropped", true), 100);
    }

    private void write(SliceDelta slice) throws InterruptedException {
        remove(slice);
        String database = slice.database();
        int chunk = 0;
        int bytes = 0;
        List<Row> rows = new ArrayList<>();
        for (Row row : slice.put()) {
            int size = RowCodec.size(row);
            if (!rows.isEmpty() && (rows.size() == MAX_ROWS || bytes + size > MAX_BYTES)) {
                add(slice, chunk++, rows, bytes);
                rows.clear();
                bytes = 0;
            }
            rows.add(row);
            bytes += size;
        }
        add(slice, chunk, rows, bytes);
        change.position(database, new ViewDocumentId(attempt, ViewDocumentId.Kind.SLICE, database, 0).place());
    }

    private void remove(SliceDelta slice) throws InterruptedException {
        List<String> gone = new ArrayList<>();
        for (String id : slice.removed()) {
            if (change.remove(slice.database(), id)) {
                gone.add(id);
            }
        }
        for (int from = 0; from < gone.size(); from += MAX_REMOVED) {
            ObjectNode note =
                    note(new ViewDocumentId(attempt, ViewDocumentId.Kind.GONE, slice.database(), from / MAX_REMOVED));
            ArrayNode removed = note.putArray("removed");
            List<String> some = gone.subList(from, Math.min(gone.size(), from + MAX_REMOVED));
            some.forEach(removed::add);
            add(note, 100 + some.stream().mapToInt(id -> 3 * id.length() + 3).sum());
        }
    }

    private void add(SliceDelta slice, int chunk, List<Row> rows, int bytes) throws InterruptedException {
        ViewDocumentId id = new ViewDocumentId(attempt, ViewDocumentId.Kind.SLICE, slice.database(), chunk);
        ObjectNode document = note(id);
        if (chunk == 0) {
            Position position = slice.position();
            document.putObject("position")
                    .put("updateSeq", position.updateSeq())
                    .put("purgeSeq", position.purgeSeq())
                    .put("instance", position.instance());
        }
        ArrayNode list = document.putArray("rows");
        for (Row row : rows) {
            ObjectNode json = RowCodec.encode(row);
            list.add(bytes > LARGE ? attach(document, row, json) : json);
            change.put(slice.database(), row.id(), id.place());
        }
        add(document, bytes + 300);
    }

    /** The only row of its document. */
    private static ObjectNode attach(ObjectNode document, Row row, ObjectNode json) {
        document.putObject("_attachments")
                .putObject(ATTACHMENT)
                .put("content_type", "application/json")
                .put("data", Base64.getEncoder().encodeToString(RowCodec.bytes(json)));
        return CouchJson.object().put("id", row.id()).put("attachment", ATTACHMENT);
    }

    private ObjectNode note(ViewDocumentId id) {
        ObjectNode document = CouchJson.object();
        document.put("_id", id.toString());
        document.put("database", id.database());
        document.put("generation", generation);
        return document;
    }

    private void add(ObjectNode document, int bytes) throws InterruptedException {
        if (!batch.isEmpty() && (batch.size() == ViewDatabase.PORTION || batchBytes + bytes > BATCH_BYTES)) {
            flush();
        }
        batch.add(document);
        batchBytes += bytes;
    }

    private void flush() throws InterruptedException {
        if (!batch.isEmpty()) {
            target.insert(batch);
            batch = JsonNodeFactory.instance.arrayNode();
            batchBytes = 0;
        }
    }
}
