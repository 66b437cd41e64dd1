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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what one attempt changes as documents, in bounded batches, and notes in the index change where each row then
 * is. The change of a slice is mostly one document: its rows and its position. Not thread-safe.
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
    private final List<Supplier<ArrayNode>> batches = new ArrayList<>();
    private List<Supplier<ObjectNode>> batch = new ArrayList<>();
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
        target.insert(batches);
    }

    private void drop(String database) {
        change.drop(database);
        ViewDocumentId id = new ViewDocumentId(attempt, ViewDocumentId.Kind.GONE, database, 0);
        add(() -> note(id).put("dropped", true), 100);
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
        for (int from = 0; from < gone.size(); from += MAX_REMOVED) {
            ViewDocumentId id =
                    new ViewDocumentId(attempt, ViewDocumentId.Kind.GONE, slice.database(), from / MAX_REMOVED);
            List<String> some = gone.subList(from, Math.min(gone.size(), from + MAX_REMOVED));
            add(
                    () -> removal(id, some),
                    100 + some.stream().mapToInt(row -> 3 * row.length() + 3).sum());
        }
    }

    private ObjectNode removal(ViewDocumentId id, List<String> rows) {
        ObjectNode note = note(id);
        ArrayNode removed = note.putArray("removed");
        rows.forEach(removed::add);
        return note;
    }

    private void add(SliceDelta slice, int chunk, List<Row> rows, int bytes) {
        ViewDocumentId id = new ViewDocumentId(attempt, ViewDocumentId.Kind.SLICE, slice.database(), chunk);
        rows.forEach(row -> change.put(slice.database(), row.id(), id.place()));
        add(() -> document(id, chunk == 0 ? slice.position() : null, rows, bytes > LARGE), bytes + 300);
    }

    private ObjectNode document(ViewDocumentId id, @Nullable Position position, List<Row> rows, boolean large) {
        ObjectNode document = note(id);
        if (position != null) {
            document.putObject("position")
                    .put("updateSeq", position.updateSeq())
                    .put("purgeSeq", position.purgeSeq())
                    .put("instance", position.instance());
        }
        ArrayNode list = document.putArray("rows");
        for (Row row : rows) {
            ObjectNode json = RowCodec.encode(row);
            list.add(large ? attach(document, row, json) : json);
        }
        return document;
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

    private void add(Supplier<ObjectNode> document, int bytes) {
        if (batch.size() == ViewDatabase.PORTION || batchBytes + bytes > BATCH_BYTES) {
            endBatch();
        }
        batch.add(document);
        batchBytes += bytes;
    }

    private void endBatch() {
        if (!batch.isEmpty()) {
            List<Supplier<ObjectNode>> documents = batch;
            batches.add(() -> {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                documents.forEach(document -> array.add(document.get()));
                return array;
            });
            batch = new ArrayList<>();
            batchBytes = 0;
        }
    }
}
