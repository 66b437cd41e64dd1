package dev.matview.core.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.DocumentReader;
import dev.matview.core.LeftOut.Reason;
import dev.matview.core.Position;
import dev.matview.core.internal.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One user database. Its documents are replaced, never changed. Thread-safe. */
final class StoredDatabase {

    private final String instance;
    private final Map<String, Stored> documents = new LinkedHashMap<>();
    private long updateSeq;
    private long purgeSeq;

    StoredDatabase(String instance) {
        this.instance = instance;
    }

    /** @param problem what keeps it from being read; null for nothing */
    record Stored(String id, ObjectNode document, @Nullable Reason problem) {}

    /** The documents at a position. */
    record Content(Position position, List<Stored> documents) {}

    synchronized Position position() {
        return new Position(Long.toString(updateSeq), Long.toString(purgeSeq), instance);
    }

    synchronized Content content() {
        return new Content(position(), List.copyOf(documents.values()));
    }

    synchronized Map<String, ObjectNode> documents(Set<String> ids) {
        Map<String, ObjectNode> found = new HashMap<>();
        for (String id : ids) {
            Stored stored = documents.get(id);
            if (stored != null && stored.problem() == null) {
                found.put(id, stored.document().deepCopy());
            }
        }
        return found;
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
