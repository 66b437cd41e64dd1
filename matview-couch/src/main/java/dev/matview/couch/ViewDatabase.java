package dev.matview.couch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The documents of one database that holds a view, in bounded portions. Immutable. */
final class ViewDatabase {

    /** The most documents in one request or answer; each is small, see {@link SliceEncoder}. */
    static final int PORTION = 200;

    /** How many portions are written at once. */
    private static final int AT_ONCE = 4;

    private final CouchCluster cluster;
    private final String name;

    ViewDatabase(CouchCluster cluster, String name) {
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
        try {
            cluster.json(CouchRequest.put(CouchPath.database(name), CouchJson.object())
                    .repeated());
            return true;
        } catch (CouchException e) {
            if (e.status() != 412) {
                throw e;
            }
            // Perhaps our own, made by a request whose answer was lost.
            JsonNode info = info();
            return info.path("doc_count").asLong() == 0
                    && info.path("doc_del_count").asLong() == 0;
        }
    }

    /** Deletes the database; one that is not there is fine. */
    void delete() throws InterruptedException {
        try {
            cluster.json(CouchRequest.delete(CouchPath.database(name)).repeated());
        } catch (CouchException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    boolean exists() throws InterruptedException {
        try {
            info();
            return true;
        } catch (CouchException e) {
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
        List<Workers.Job> jobs = new ArrayList<>();
        batches.forEach(batch -> jobs.add(() -> insert(batch)));
        new Workers(AT_ONCE, List.of(cluster)).run(jobs);
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
                CouchRequest.post(CouchPath.database(name, "_bulk_docs"), body).repeated());
    }

    /** Visits what the attempts from {@code from} to {@code to} wrote. */
    void scan(long from, long to, Visitor visitor) throws IOException, InterruptedException {
        String start = ViewDocumentId.begin(from);
        String end = ViewDocumentId.begin(to + 1);
        String last = null;
        boolean more = true;
        while (more) {
            // The last one is asked for again, and not skipped by counting: it may be gone by now.
            CouchPath path = all().withJson("startkey", last == null ? start : last)
                    .withJson("endkey", end)
                    .with("limit", PORTION);
            List<ObjectNode> page = cluster.exchange(CouchRequest.get(path), ViewDatabase::documents);
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
        return cluster.exchange(CouchRequest.post(all(), body).repeated(), ViewDatabase::documents);
    }

    /** An attachment of a document, which is JSON. */
    JsonNode attachment(String id, String attachment) throws InterruptedException {
        return cluster.json(CouchRequest.get(CouchPath.database(name, id, attachment)));
    }

    private CouchPath all() {
        return CouchPath.database(name, "_all_docs").with("include_docs", "true");
    }

    private static List<ObjectNode> documents(JsonParser body) throws IOException {
        List<ObjectNode> documents = new ArrayList<>();
        if (body.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("rows do not begin with {");
        }
        while (body.nextToken() == JsonToken.FIELD_NAME) {
            String field = body.currentName();
            JsonToken value = body.nextToken();
            if (!field.equals("rows") || value != JsonToken.START_ARRAY) {
                body.skipChildren();
                continue;
            }
            while (body.nextToken() == JsonToken.START_OBJECT) {
                JsonNode row = CouchJson.MAPPER.readTree(body);
                // A deleted document is null here, one that never was has none.
                if (row.path("doc") instanceof ObjectNode document) {
                    documents.add(document);
                }
            }
        }
        if (body.currentToken() != JsonToken.END_OBJECT) {
            throw new IOException("rows broke off");
        }
        return documents;
    }
}
