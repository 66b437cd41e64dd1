package dev.matview.core.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.DocumentReader;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One user database. Its documents are replaced, never changed. Thread-safe. */
final class StoredDatabase {

    private final String instance;
    private final Map<String, Stored> documents = new TreeMap<>(SortOrder.ofIds());
    /** The ids of all documents there ever were, by the {@code updateSeq} of their last change; purged ones are in none. */
    private final NavigableMap<Long, String> changes = new TreeMap<>();

    private final Map<String, Long> lastChanges = new HashMap<>();
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

    /** @param document null for one that is not there any more */
    record Change(String id, @Nullable Stored document) {}

    /** The documents that changed since a position. */
    record Changes(Position position, List<Change> documents) {}

    /** What changed since the position; nothing where that cannot be told, or is most of what there is. */
    synchronized Optional<Changes> changesSince(Position since) {
        Position now = position();
        if (!since.instance().equals(now.instance()) || !since.purgeSeq().equals(now.purgeSeq())) {
            return Optional.empty();
        }
        Collection<String> ids =
                changes.tailMap(Long.parseLong(since.updateSeq()), false).values();
        if (ids.size() > 1 && ids.size() > documents.size() / 2) {
            return Optional.empty();
        }
        return Optional.of(new Changes(
                now, ids.stream().map(id -> new Change(id, documents.get(id))).toList()));
    }

    private void changed(String id) {
        updateSeq++;
        Long before = lastChanges.put(id, updateSeq);
        if (before != null) {
            changes.remove(before);
        }
        changes.put(updateSeq, id);
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
        changed(id);
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
        changed(id);
        return true;
    }

    synchronized boolean purge(String id) {
        if (documents.remove(id) == null) {
            return false;
        }
        purgeSeq++;
        Long last = lastChanges.remove(id);
        if (last != null) {
            changes.remove(last);
        }
        return true;
    }
}
