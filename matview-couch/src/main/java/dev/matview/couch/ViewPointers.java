package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** The documents of the meta database: where each view is, and how many attempts were made on it. Thread-safe. */
final class ViewPointers {

    private final CouchCluster cluster;
    private final String meta;

    ViewPointers(CouchCluster cluster, String meta) {
        this.cluster = cluster;
        this.meta = meta;
    }

    /** The view's pointer; {@link ViewPointer#NOTHING} when there is none. */
    ViewPointer read(String view) throws InterruptedException {
        ObjectNode document = get(ViewNames.pointer(view));
        return document.isEmpty() ? ViewPointer.NOTHING : parse(view, document);
    }

    private ViewPointer parse(String view, JsonNode document) {
        try {
            return ViewPointer.of(document);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "the document " + ViewNames.pointer(view) + " of " + meta + " is broken: " + e.getMessage(), e);
        }
    }

    /**
     * Writes the pointer over the one it was made from.
     *
     * @return the pointer as it then is, or nothing when another was written in between. A write whose answer is lost is
     *     sent again, so that nothing may also mean that the first one came through: the current pointer tells
     */
    Optional<ViewPointer> replace(String view, ViewPointer next) throws InterruptedException {
        try {
            return Optional.of(next.at(put(ViewNames.pointer(view), next.json(view))));
        } catch (CouchException e) {
            if (e.isConflict()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** A number that no other attempt on the view has or will have, higher than all before. */
    long nextAttempt(String view, long above) throws InterruptedException {
        String id = ViewNames.attempts(view);
        while (true) {
            JsonNode document = get(id);
            long attempt = Math.max(above, document.path("attempts").asLong()) + 1;
            ObjectNode next = CouchJson.object();
            if (document.has("_rev")) {
                next.set("_rev", document.path("_rev"));
            }
            next.put("view", view);
            next.put("attempts", attempt);
            try {
                put(id, next);
                return attempt;
            } catch (CouchException e) {
                // Another took the number, or we did, and the answer was lost: there are more.
                if (!e.isConflict()) {
                    throw e;
                }
            }
        }
    }

    /** A document of the meta database; empty when there is none. */
    ObjectNode get(String id) throws InterruptedException {
        try {
            JsonNode document = cluster.json(CouchRequest.get(CouchPath.database(meta, id)));
            if (document instanceof ObjectNode object) {
                return object;
            }
            throw new IllegalStateException("the document " + id + " of " + meta + " is no object");
        } catch (CouchException e) {
            if (e.isNotFound()) {
                return CouchJson.object();
            }
            throw e;
        }
    }

    /** Writes a document of the meta database, which is made where it is not there; says its revision. */
    String put(String id, ObjectNode document) throws InterruptedException {
        CouchRequest request =
                CouchRequest.put(CouchPath.database(meta, id), document).repeated();
        JsonNode answer;
        try {
            answer = cluster.json(request);
        } catch (CouchException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            create();
            answer = cluster.json(request);
        }
        return answer.path("rev").asText();
    }

    /** Makes the meta database, if it is not there. */
    void create() throws InterruptedException {
        try {
            cluster.json(CouchRequest.put(CouchPath.database(meta), CouchJson.object())
                    .repeated());
        } catch (CouchException e) {
            if (e.status() != 412) {
                throw e;
            }
        }
    }
}
