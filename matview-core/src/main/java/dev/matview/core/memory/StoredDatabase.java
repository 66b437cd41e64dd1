package dev.matview.core.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Position;
import dev.matview.core.mango.SortOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One user database. Its documents are replaced, never changed. Thread-safe. */
final class StoredDatabase {

    private final String instance;
    private final Map<String, ObjectNode> documents = new TreeMap<>(SortOrder.ofIds());
    private long updateSeq;
    private long purgeSeq;

    StoredDatabase(String instance) {
        this.instance = instance;
    }

    /** The documents at a position, in the order of their ids. */
    record Content(Position position, List<ObjectNode> documents) {}

    synchronized Position position() {
        return new Position(Long.toString(updateSeq), Long.toString(purgeSeq), instance);
    }

    synchronized Content content() {
        return new Content(position(), List.copyOf(documents.values()));
    }

    synchronized @Nullable ObjectNode document(String id) {
        return documents.get(id);
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
            documents.put(id, document);
        }
        return rev;
    }

    private static String nextRev(@Nullable ObjectNode before, ObjectNode document) {
        long count = 1;
        if (before != null) {
            String rev = before.path("_rev").textValue();
            count += Long.parseLong(rev.substring(0, rev.indexOf('-')));
        }
        UUID digest = UUID.nameUUIDFromBytes(document.toString().getBytes(StandardCharsets.UTF_8));
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
