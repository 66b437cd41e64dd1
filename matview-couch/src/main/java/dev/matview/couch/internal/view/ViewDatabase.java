package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.couch.internal.client.AnswerRows;
import dev.matview.couch.internal.client.BulkAnswers;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchJson;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.client.Ids;
import dev.matview.couch.internal.client.ReaderThreads;
import dev.matview.couch.internal.client.WrongAnswerException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The documents of one database that holds a view, in bounded portions. Immutable. */
final class ViewDatabase {

    /** The most documents in one request or answer; each is small, see {@link SliceEncoder}. */
    static final int PORTION = 200;

    /** How many portions are written at once. */
    private static final int AT_ONCE = 4;

    private final CouchClient cluster;
    private final String name;

    ViewDatabase(CouchClient cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    /** Takes documents in the order of their ids. */
    @FunctionalInterface
    interface Visitor {
        void visit(ObjectNode document) throws IOException, InterruptedException;
    }

    String name() {
        return name;
    }

    /**
     * Makes the database, as readable as CouchDB makes it: by admins.
     *
     * @return false when there is one of this name with something in it, which is somebody else's
     */
    boolean create() throws InterruptedException {
        if (cluster.create(name)) {
            return true;
        }
        // Perhaps our own, made by a request whose answer was lost.
        JsonNode info = info();
        return info.path("doc_count").asLong() == 0
                && info.path("doc_del_count").asLong() == 0;
    }

    /** Deletes the database; one that is not there is fine. */
    void delete() throws InterruptedException {
        try {
            cluster.json(CouchRequest.delete(CouchPath.database(name)).repeated());
        } catch (CouchFailure e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    boolean exists() throws InterruptedException {
        try {
            info();
            return true;
        } catch (CouchFailure e) {
            if (e.isNotFound()) {
                return false;
            }
            throw e;
        }
    }

    /** What CouchDB says about the database itself. */
    JsonNode info() throws InterruptedException {
        return cluster.json(CouchRequest.get(CouchPath.database(name)));
    }

    /** Writes batches, some at once, as below. */
    void insertAll(List<? extends List<? extends JsonSerializable>> batches) throws InterruptedException {
        if (batches.size() == 1) {
            insert(batches.get(0));
            return;
        }
        List<ReaderThreads.Job> jobs = new ArrayList<>();
        batches.forEach(batch -> jobs.add(() -> insert(batch)));
        new ReaderThreads(AT_ONCE, List.of(cluster)).run(jobs);
    }

    /**
     * Writes documents that nobody else writes, so that one which is there already was written by an earlier try.
     *
     * @throws IllegalStateException when CouchDB refuses one of them
     */
    private void insert(List<? extends JsonSerializable> documents) throws InterruptedException {
        for (JsonNode answer : bulk(documents)) {
            String error = answer.path("error").asText();
            if (!error.isEmpty() && !error.equals("conflict")) {
                throw new IllegalStateException(
                        "CouchDB does not take " + answer.path("id").asText() + " of " + name + ": " + error + ": "
                                + answer.path("reason").asText());
            }
        }
    }

    /** Writes changes of documents, or deletions; those that somebody else has changed meanwhile are left as they are. */
    void update(List<ObjectNode> documents) throws InterruptedException {
        if (!documents.isEmpty()) {
            insert(documents);
        }
    }

    private JsonNode bulk(List<? extends JsonSerializable> documents) throws InterruptedException {
        JsonWritten body = out -> {
            out.writeStartObject();
            out.writeArrayFieldStart("docs");
            for (JsonSerializable document : documents) {
                out.writePOJO(document);
            }
            out.writeEndArray();
            out.writeEndObject();
        };
        return cluster.json(
                CouchRequest.post(CouchPath.database(name, "_bulk_docs"), body).repeated(),
                answer -> BulkAnswers.require(documents.size(), answer));
    }

    /** Visits what the attempts from {@code from} to {@code to} wrote. */
    void scan(long from, long to, Visitor visitor) throws IOException, InterruptedException {
        String start = ViewDocumentId.begin(from);
        String end = ViewDocumentId.begin(to + 1);
        String last = null;
        boolean more = true;
        while (more) {
            // The last one is asked for again, and not skipped by counting: it may be gone by now.
            String begin = last == null ? start : last;
            CouchPath path =
                    all().withJson("startkey", begin).withJson("endkey", end).with("limit", PORTION);
            List<ObjectNode> page = cluster.exchange(
                    CouchRequest.get(path).answeredAtLength(), body -> documents(body, new Range(begin, end)));
            more = page.size() == PORTION;
            for (ObjectNode document : page) {
                String id = document.path("_id").asText();
                if (!id.equals(last)) {
                    visitor.visit(document);
                }
                last = id;
            }
        }
    }

    /** The documents of these ids, without those that are not there. */
    List<ObjectNode> get(Collection<ViewDocumentId> ids) throws InterruptedException {
        ObjectNode body = CouchJson.object();
        ArrayNode keys = body.putArray("keys");
        ids.forEach(id -> keys.add(id.toString()));
        Set<String> wanted = ids.stream().map(ViewDocumentId::toString).collect(Collectors.toSet());
        return cluster.exchange(
                CouchRequest.post(all(), body).repeated().answeredAtLength(),
                answer -> documents(answer, wanted::remove));
    }

    /** An attachment of a document, which is JSON. */
    JsonNode attachment(String id, String attachment) throws InterruptedException {
        return cluster.json(
                CouchRequest.get(CouchPath.database(name, id, attachment)).answeredAtLength());
    }

    private CouchPath all() {
        return CouchPath.database(name, "_all_docs").with("include_docs", "true");
    }

    /** A portion, in the order of the ids, and within what was asked for. */
    private static final class Range implements Predicate<String> {
        private final String end;
        private String last;
        private boolean first = true;

        Range(String from, String end) {
            this.last = from;
            this.end = end;
        }

        @Override
        public boolean test(String id) {
            int order = Ids.compare(id, last);
            boolean next = order > 0 || (first && order == 0);
            first = false;
            last = id;
            return next && Ids.compare(id, end) <= 0;
        }
    }

    /** @param asked whether a row of that id may come next */
    private static List<ObjectNode> documents(InputStream body, Predicate<String> asked)
            throws IOException, InterruptedException {
        List<ObjectNode> documents = new ArrayList<>();
        AnswerRows.read(body, "rows", (text, offset, length, whole) -> {
            WrongAnswerException.unless(whole, "an answer with a document larger than any of a view");
            ObjectNode row = AnswerRows.object(text, offset, length);
            WrongAnswerException.unless(
                    asked.test(row.path("key").asText()), "an answer with other documents than asked for");
            // A deleted document is null here, one that never was has none.
            if (row.path("doc") instanceof ObjectNode document) {
                documents.add(document);
            }
        });
        return documents;
    }
}
