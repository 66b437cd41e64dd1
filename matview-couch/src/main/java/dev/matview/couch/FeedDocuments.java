package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.FeedDefinition;
import dev.matview.core.FeedRegistry.Contents;
import dev.matview.core.FeedRegistry.Problem;
import dev.matview.core.registry.FeedDefinitionReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The documents of a registry's database, and what is in force of them. Thread-safe. */
final class FeedDocuments {

    private static final String COLLECTION = "collectionName";
    private static final String VIEW = "materializedViewName";
    private static final String DESIGN_DOCUMENT = "_design/";

    private final String database;
    private final FeedDefinitionReader reader;
    private final TreeMap<String, Document> documents = new TreeMap<>();

    /** @param feed what the document says, or said when it was last right; null when it never was */
    private record Document(ObjectNode json, @Nullable FeedDefinition feed, List<Problem> problems) {}

    FeedDocuments(String database) {
        this.database = database;
        this.reader = FeedDefinitionReader.ofDocuments(database);
    }

    /** These are all the documents there are. */
    synchronized void replace(Map<String, ObjectNode> all) {
        documents.keySet().retainAll(all.keySet());
        all.values().forEach(this::change);
    }

    /** The document is so now, or deleted. */
    synchronized void change(ObjectNode json) {
        String id = json.path("_id").asText();
        if (json.path("_deleted").asBoolean() || id.startsWith(DESIGN_DOCUMENT)) {
            documents.remove(id);
            return;
        }
        Document before = documents.get(id);
        if (before != null && before.json().equals(json)) {
            return;
        }
        Contents read = reader.read(List.of(json));
        FeedDefinition feed = before == null ? null : before.feed();
        if (read.problems().isEmpty()) {
            feed = read.feeds().get(0);
        }
        documents.put(id, new Document(json, feed, read.problems()));
    }

    synchronized Contents contents() {
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
                        database,
                        feed.collection(),
                        key,
                        "\"" + name + "\" is the name of two feeds: that of the document " + owner
                                + ", which is in force, and that of " + id);
    }

    /** The first document of the collection; null when there is none. */
    static @Nullable ObjectNode ofCollection(TreeMap<String, ObjectNode> documents, String collection) {
        for (ObjectNode document : documents.values()) {
            if (collection.equals(document.path(COLLECTION).textValue())) {
                return document;
            }
        }
        return null;
    }

    /** The collection's name, where CouchDB takes it as an id and no other document has it. */
    static String newId(TreeMap<String, ObjectNode> documents, String collection) {
        String id = collection.startsWith("_") ? "feed:" + collection : collection;
        while (documents.containsKey(id)) {
            id = "feed:" + id;
        }
        return id;
    }

    /** What CouchDB did not take, of a {@code _bulk_docs}. */
    static List<Problem> refused(String database, JsonNode answers) {
        List<Problem> refused = new ArrayList<>();
        for (JsonNode answer : answers) {
            if (answer.has("error")) {
                refused.add(new Problem(
                        database,
                        answer.path("id").asText(),
                        null,
                        "CouchDB does not take it: " + answer.path("error").asText() + ": "
                                + answer.path("reason").asText()));
            }
        }
        return refused;
    }
}
