package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Repeats;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.ViewFormatException;
import dev.matview.core.spi.ViewHead;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchJson;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.client.DatabaseReader;
import dev.matview.couch.internal.client.WrongAnswerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The documents of the meta database: where each view is, and how many attempts were made on it. Thread-safe. */
public final class ViewPointers {

    /** How many that cannot be used are named at a time. */
    private static final int MOST_NAMED = 10;

    private final CouchClient cluster;
    private final String meta;
    private final Repeats unusable;

    public ViewPointers(CouchClient cluster, String meta) {
        this.cluster = cluster;
        this.meta = meta;
        this.unusable = new Repeats(ViewPointers.class, cluster.scheduler());
    }

    /**
     * The view's pointer; {@link ViewPointer#NOTHING} when there is none.
     *
     * @throws ViewFormatException when a later version of matview wrote it
     */
    ViewPointer read(String view) throws InterruptedException {
        ViewPointer pointer = readAny(view);
        if (pointer.head() != null && pointer.isNewer()) {
            throw new ViewFormatException(view, pointer.head().format(), ViewHead.FORMAT);
        }
        return pointer;
    }

    /** The view's pointer, whoever wrote it. */
    public ViewPointer readAny(String view) throws InterruptedException {
        JsonNode document = get(ViewNames.pointer(view));
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

    /** All views that have a generation, by their names; without those whose documents are broken, which are logged. */
    public SortedMap<String, ViewPointer> all() throws InterruptedException {
        return readAll().found;
    }

    /** The names of the views for which something is put aside. */
    Set<String> staged() throws InterruptedException {
        return readAll().staged;
    }

    private All readAll() throws InterruptedException {
        All all = new All();
        try {
            new DatabaseReader(cluster, meta, all).read();
        } catch (CouchFailure e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
        if (!all.unusable.isEmpty()) {
            unusable.happened("Left out of the list of views: {}", String.join("; ", all.unusable));
        }
        return all;
    }

    private final class All implements DatabaseReader.Documents {
        private final SortedMap<String, ViewPointer> found = new TreeMap<>();
        private final Set<String> staged = new TreeSet<>();
        /** Some of what cannot be used, and why. */
        private final List<String> unusable = new ArrayList<>();

        @Override
        public void document(String id, ObjectNode document) {
            String view = document.path("view").asText();
            if (id.equals(ViewNames.stage(view))) {
                staged.add(view);
            }
            if (!id.equals(ViewNames.pointer(view))) {
                return;
            }
            try {
                ViewPointer pointer = parse(view, document);
                if (pointer.head() != null) {
                    found.put(view, pointer);
                }
            } catch (IllegalStateException e) {
                leaveOut(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void unreadable(String id, Reason reason) {
            leaveOut("the document " + id + " of " + meta + " cannot be read: " + reason.words());
        }

        private void leaveOut(String why) {
            if (unusable.size() < MOST_NAMED) {
                unusable.add(why);
            }
        }

        @Override
        public void forget() {
            found.clear();
            staged.clear();
            unusable.clear();
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
        } catch (CouchFailure e) {
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
            } catch (CouchFailure e) {
                // Another took the number, or we did, and the answer was lost: there are more.
                if (!e.isConflict()) {
                    throw e;
                }
            }
        }
    }

    /** A document of the meta database; empty when there is none. */
    public ObjectNode get(String id) throws InterruptedException {
        try {
            JsonNode document = cluster.json(
                    CouchRequest.get(CouchPath.database(meta, id)),
                    answer -> WrongAnswerException.unless(
                            answer.path("_id").asText().equals(id)
                                    && answer.path("_rev").isTextual(),
                            "an answer with another document than asked for"));
            return (ObjectNode) document;
        } catch (CouchFailure e) {
            if (e.isNotFound()) {
                return CouchJson.object();
            }
            throw e;
        }
    }

    /** Writes a document of the meta database, which is made where it is not there; says its revision. */
    public String put(String id, ObjectNode document) throws InterruptedException {
        CouchRequest request =
                CouchRequest.put(CouchPath.database(meta, id), document).repeated();
        JsonNode answer;
        try {
            answer = cluster.json(request, ViewPointers::requireRev);
        } catch (CouchFailure e) {
            if (!e.isNotFound()) {
                throw e;
            }
            create();
            answer = cluster.json(request, ViewPointers::requireRev);
        }
        return answer.path("rev").asText();
    }

    private static void requireRev(JsonNode answer) throws WrongAnswerException {
        WrongAnswerException.unless(answer.path("rev").isTextual(), "an answer without the revision that was written");
    }

    /** Makes the meta database, if it is not there. */
    void create() throws InterruptedException {
        cluster.create(meta);
    }
}
