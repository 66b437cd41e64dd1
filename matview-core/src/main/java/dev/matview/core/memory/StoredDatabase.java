package dev.matview.core.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.DocumentReader;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One user database. Its documents are replaced, never changed. Thread-safe. */
final class StoredDatabase {

    private final String instance;
    private final Map<String, Stored> documents = new TreeMap<>(SortOrder.ofIds());
    private long updateSeq;
    private long purgeSeq;

    StoredDatabase(String instance) {
        this.instance = instance;
    }

    /** @param problem what keeps it from being read; null for nothing */
    record Stored(String id, ObjectNode document, @Nullable Reason problem) {}

    /** The documents at a position, in the order of their ids. */
    record Content(Position position, List<Stored> documents) {}

    synchronized Position position() {
        return new Position(Long.toString(updateSeq), Long.toString(purgeSeq), instance);
    }

    synchronized Content content() {
        return new Content(position(), List.copyOf(documents.values()));
    }

    /** The document, if it is there and can be read. */
    synchronized @Nullable ObjectNode document(String id) {
        Stored stored = documents.get(id);
        return stored == null || stored.problem() != null ? null : stored.document();
    }

    /** Takes the document over, and gives it its revision. */
    synchronized String put(String id, ObjectNode document) {
        document.remove("_rev");
        String rev = nextRev(documents.get(id), document);
        updateSeq++;
        if (document.path("_deleted").booleanValue()) {
            documents.remove(id);
        } else {
            document.put("_rev", rev);
            documents.put(
                    id,
                    new Stored(id, document, DocumentReader.problem(document).orElse(null)));
        }
        return rev;
    }

    private static String nextRev(@Nullable Stored before, ObjectNode document) {
        long count = 1;
        if (before != null) {
            String rev = before.document().path("_rev").textValue();
            count += Long.parseLong(rev.substring(0, rev.indexOf('-')));
        }
        UUID digest = UUID.nameUUIDFromBytes(Json.bytes(document));
        return count + "-" + digest.toString().replace("-", "");
    }

    synchronized boolean delete(String id) {
        if (documents.remove(id) == null) {
            return false;
        }
        updateSeq++;
        return true;
    }

    synchronized boolean purge(String id) {
        if (documents.remove(id) == null) {
            return false;
        }
        purgeSeq++;
        return true;
    }
}
