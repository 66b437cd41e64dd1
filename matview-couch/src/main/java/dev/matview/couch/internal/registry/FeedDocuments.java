package dev.matview.couch.internal.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.registry.FeedDefinitionReader;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.couch.internal.client.CouchJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The documents of a registry's database, and what is in force of them. Thread-safe. */
public final class FeedDocuments {

    private static final String COLLECTION = "collectionName";
    private static final String VIEW = "materializedViewName";
    private static final String DESIGN_DOCUMENT = "_design/";

    private final String database;
    private final TreeMap<String, Document> documents = new TreeMap<>();

    /** @param feed what the document says, or said when it was last right; null when it never was */
    private record Document(ObjectNode json, @Nullable FeedDefinition feed, List<Problem> problems) {}

    public FeedDocuments(String database) {
        this.database = database;
    }

    /** These are all the documents there are, and those that cannot be read. */
    public synchronized void replace(Map<String, ObjectNode> all, Map<String, Reason> unreadable) {
        documents.keySet().removeIf(id -> !all.containsKey(id) && !unreadable.containsKey(id));
        all.values().forEach(this::change);
        unreadable.forEach(this::unreadable);
    }

    /** The document is such now that it cannot be read: what it said before stays in force. */
    public synchronized void unreadable(String id, Reason reason) {
        if (!isDesign(id)) {
            Document before = documents.get(id);
            Problem problem =
                    new Problem(place(database, id), null, null, "the document cannot be read: " + reason.words());
            documents.put(
                    id, new Document(CouchJson.object(), before == null ? null : before.feed(), List.of(problem)));
        }
    }

    /** The document is so now, or deleted. */
    public synchronized void change(ObjectNode json) {
        String id = json.path("_id").asText();
        if (json.path("_deleted").asBoolean() || isDesign(id)) {
            documents.remove(id);
            return;
        }
        Document before = documents.get(id);
        if (before != null && before.json().equals(json)) {
            return;
        }
        Contents read = FeedDefinitionReader.ofDocuments(place(database, id)).read(List.of(json));
        FeedDefinition feed = before == null ? null : before.feed();
        if (read.problems().isEmpty()) {
            feed = read.feeds().get(0);
        }
        documents.put(id, new Document(json, feed, read.problems()));
    }

    public synchronized Contents contents() {
        List<FeedDefinition> feeds = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        Map<String, String> collections = new HashMap<>();
        Map<String, String> views = new HashMap<>();
        documents.forEach((id, document) -> {
            problems.addAll(document.problems());
            FeedDefinition feed = document.feed();
            if (feed == null) {
                return;
            }
            Problem taken = taken(feed, COLLECTION, feed.collection(), collections.get(feed.collection()), id);
            if (taken == null) {
                taken = taken(feed, VIEW, feed.viewName(), views.get(feed.viewName()), id);
            }
            if (taken != null) {
                problems.add(taken);
                return;
            }
            collections.put(feed.collection(), id);
            views.put(feed.viewName(), id);
            feeds.add(feed);
        });
        return new Contents(feeds, problems);
    }

    private @Nullable Problem taken(FeedDefinition feed, String key, String name, @Nullable String owner, String id) {
        return owner == null
                ? null
                : new Problem(
                        place(database, id),
                        feed.collection(),
                        key,
                        "\"" + name + "\" is the name of two feeds: that of the document " + oneLine(owner)
                                + ", which is in force, and that of " + oneLine(id));
    }

    /**
     * What would keep a document that is to be written, or one beside it, from being in force.
     *
     * @param source where the document comes from
     * @param all the documents as they would be then
     */
    public static List<Problem> collisions(
            String source, String database, ObjectNode written, Map<String, ObjectNode> all) {
        List<Problem> collisions = new ArrayList<>();
        String id = written.path("_id").asText();
        String collection = written.path(COLLECTION).asText();
        String view = written.path(VIEW).asText();
        all.forEach((other, document) -> {
            // Another one of the same collection is not in force anyway: the first is written over.
            boolean another = !collection.equals(document.path(COLLECTION).textValue());
            if (another && view.equals(document.path(VIEW).textValue())) {
                collisions.add(new Problem(
                        source,
                        collection,
                        VIEW,
                        "\"" + view + "\" is the view of the document " + place(database, other)
                                + ", so that " + place(database, id) + " cannot have it; change one of them"
                                + " (nothing is written)"));
            }
        });
        return collisions;
    }

    /** How problems name a document. */
    private static String place(String database, String id) {
        return database + "/" + oneLine(id);
    }

    /** An id may hold what a log or a terminal takes for more than text. */
    private static String oneLine(String id) {
        return id.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", " ");
    }

    public static boolean isDesign(String id) {
        return id.startsWith(DESIGN_DOCUMENT);
    }

    /** The first document of the collection; null when there is none. */
    public static @Nullable ObjectNode ofCollection(TreeMap<String, ObjectNode> documents, String collection) {
        for (ObjectNode document : documents.values()) {
            if (collection.equals(document.path(COLLECTION).textValue())) {
                return document;
            }
        }
        return null;
    }

    /** The collection's name, where CouchDB takes it as an id and no other document has it. */
    public static String newId(TreeMap<String, ObjectNode> documents, String collection) {
        String id = collection.startsWith("_") ? "feed:" + collection : collection;
        while (documents.containsKey(id)) {
            id = "feed:" + id;
        }
        return id;
    }

    /** What CouchDB did not take, of a {@code _bulk_docs}, which is not all or nothing. */
    public static List<Problem> refused(String database, JsonNode answers) {
        List<Problem> refused = new ArrayList<>();
        for (JsonNode answer : answers) {
            if (answer.has("error")) {
                refused.add(new Problem(
                        place(database, answer.path("id").asText()),
                        null,
                        null,
                        "CouchDB does not take it: " + answer.path("error").asText() + ": "
                                + answer.path("reason").asText()));
            }
        }
        int written = answers.size() - refused.size();
        if (!refused.isEmpty() && written > 0) {
            refused.add(new Problem(database, null, null, "of the others, " + written + " are written; import again"));
        }
        return refused;
    }
}
