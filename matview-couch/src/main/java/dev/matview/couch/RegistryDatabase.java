package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.feed.RegistryException;
import dev.matview.core.registry.FeedDefinitionReader;
import dev.matview.core.registry.FeedDefinitionWriter;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.couch.internal.client.AllDocs;
import dev.matview.couch.internal.client.BulkAnswers;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchJson;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.registry.FeedDocuments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The database of a {@link CouchFeedRegistry}, to be filled and read out; nothing is followed. Thread-safe.
 *
 * <pre>{@code
 * RegistryDatabase registry = RegistryDatabase.of(cluster, "feeds");
 * registry.importJson("feeds.json", Files.readAllBytes(file));
 * }</pre>
 */
public final class RegistryDatabase {

    /** More are nobody's feeds. */
    private static final int MAX_DOCUMENTS = 10_000;

    private final CouchClient client;
    private final String name;

    private RegistryDatabase(CouchCluster cluster, String name) {
        this.client = Objects.requireNonNull(cluster, "cluster").client();
        this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * The database of that name. Nothing is asked of CouchDB yet.
     *
     * @param cluster is closed by whoever built it
     */
    public static RegistryDatabase of(CouchCluster cluster, String name) {
        return new RegistryDatabase(cluster, name);
    }

    /**
     * What a registry that is opened now has in force, and what is wrong in it.
     *
     * @throws RegistryException when there is no such database, which is not made for this, or CouchDB does not give it
     */
    public Contents read() {
        return attempt("read", () -> {
            try {
                FeedDocuments documents = new FeedDocuments(name);
                load().into(documents);
                return documents.contents();
            } catch (CouchFailure e) {
                if (e.isNotFound()) {
                    throw unusable("there is no database of that name at " + client.url());
                }
                throw e;
            }
        });
    }

    /**
     * Writes feeds into the database, which is made, for admins only, if it is not there: over the document of their
     * collection, if there is one. Documents of other collections stay, and so do those that say the same already.
     *
     * @param source what problems call the place the JSON comes from, such as the name of a file
     * @param json an array of feeds, as {@link FeedDefinitionReader#readAll} reads it
     * @return how many documents were written
     * @throws RegistryException when a feed is wrong, or could not be in force beside a document that is there, and then
     *     nothing is written; or when CouchDB does not take one
     */
    public int importJson(String source, byte[] json) {
        Contents read = FeedDefinitionReader.of(source).readAll(json);
        if (!read.problems().isEmpty()) {
            throw new RegistryException(read.problems());
        }
        return attempt("written", () -> write(source, read.feeds()));
    }

    @FunctionalInterface
    private interface Attempt<T> {
        T run() throws InterruptedException;
    }

    private <T> T attempt(String what, Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (CouchFailure e) {
            throw unusable(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unusable("interrupted while it was " + what);
        }
    }

    private RegistryException unusable(String reason) {
        return new RegistryException(List.of(new Problem(name, null, null, "the registry cannot be used: " + reason)));
    }

    /** Makes the database, if it is not there, and gives its documents. */
    private Loaded open() {
        return attempt("read", () -> {
            create();
            return load();
        });
    }

    /** Makes the database, if it is not there. */
    void create() throws InterruptedException {
        client.create(name);
    }

    /** The documents that may be feeds, by id. */
    Loaded load() throws InterruptedException {
        CouchPath path = CouchPath.database(name, "_all_docs")
                .with("include_docs", "true")
                .with("update_seq", "true")
                .with("limit", MAX_DOCUMENTS);
        return client.exchange(CouchRequest.get(path).answeredAtLength(), body -> {
            Loaded loaded = new Loaded(new TreeMap<>(), new TreeMap<>());
            AllDocs.range(body, new AllDocs.Asked(null, MAX_DOCUMENTS, 0), loaded);
            return loaded;
        });
    }

    /** What the database holds; {@code unreadable} with the reasons. */
    record Loaded(TreeMap<String, ObjectNode> documents, TreeMap<String, Reason> unreadable)
            implements AllDocs.Documents {

        @Override
        public void document(String id, ObjectNode document) {
            if (!FeedDocuments.isDesign(id)) {
                documents.put(id, document);
            }
        }

        @Override
        public void unreadable(String id, Reason reason) {
            if (!FeedDocuments.isDesign(id)) {
                unreadable.put(id, reason);
            }
        }

        void into(FeedDocuments feeds) {
            feeds.replace(documents, unreadable);
        }
    }

    private int write(String source, List<FeedDefinition> feeds) throws InterruptedException {
        TreeMap<String, ObjectNode> present = open().documents();
        Map<String, ObjectNode> imported = documents(feeds, present);
        TreeMap<String, ObjectNode> after = new TreeMap<>(present);
        after.putAll(imported);
        List<Problem> collisions = new ArrayList<>();
        imported.values()
                .forEach(document -> collisions.addAll(FeedDocuments.collisions(source, name, document, after)));
        if (!collisions.isEmpty()) {
            throw new RegistryException(collisions);
        }
        ObjectNode body = CouchJson.object();
        ArrayNode changed = body.putArray("docs");
        imported.forEach((id, document) -> {
            if (!document.equals(present.get(id))) {
                changed.add(document);
            }
        });
        if (changed.isEmpty()) {
            return 0;
        }
        JsonNode answers = client.json(
                CouchRequest.post(CouchPath.database(name, "_bulk_docs"), body),
                answer -> BulkAnswers.require(changed.size(), answer));
        List<Problem> refused = FeedDocuments.refused(name, answers);
        if (!refused.isEmpty()) {
            throw new RegistryException(refused);
        }
        return changed.size();
    }

    /** The documents that the feeds are to be, each over the one of its collection, if that is there. */
    private static Map<String, ObjectNode> documents(List<FeedDefinition> feeds, TreeMap<String, ObjectNode> present) {
        Map<String, ObjectNode> documents = new LinkedHashMap<>();
        for (FeedDefinition feed : feeds) {
            ObjectNode before = FeedDocuments.ofCollection(present, feed.collection());
            ObjectNode after = FeedDefinitionWriter.write(feed);
            if (before == null) {
                after.put("_id", FeedDocuments.newId(present, feed.collection()));
            } else {
                after.set("_id", before.path("_id"));
                after.set("_rev", before.path("_rev"));
            }
            documents.put(after.path("_id").asText(), after);
        }
        return documents;
    }
}
