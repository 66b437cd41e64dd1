package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.FeedDefinition;
import dev.matview.core.FeedRegistry;
import dev.matview.core.Listeners;
import dev.matview.core.RegistryException;
import dev.matview.core.Subscription;
import dev.matview.core.registry.FeedDefinitionReader;
import dev.matview.core.registry.FeedDefinitionWriter;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry in a CouchDB database, each document of which is one feed, as {@link FeedDefinitionReader} reads it; its
 * {@code _id} may be anything. A document that is added, changed or deleted takes effect at once, on every server that has
 * the registry open. Thread-safe.
 *
 * <ul>
 *   <li>A document that is wrong is logged and told by {@link #contents()}. What was in force of it stays in force until
 *       it is right, or deleted, or this is closed; the other documents are not concerned.
 *   <li>Of documents that name one collection or one view, the first by {@code _id} is in force, on every server alike.
 *   <li>While CouchDB is away, or somebody has deleted the database, what is in force stays so.
 * </ul>
 */
public final class CouchFeedRegistry implements FeedRegistry {

    private static final Logger log = LoggerFactory.getLogger(CouchFeedRegistry.class);

    /** More are nobody's feeds. */
    private static final int MAX_DOCUMENTS = 10_000;

    private final CouchCluster cluster;
    private final String database;
    private final FeedDocuments documents;
    private final Listeners<Contents> listeners = new Listeners<>();
    private final ChangesFeed feed;
    private volatile Contents contents;

    private CouchFeedRegistry(CouchCluster cluster, String database, FeedDocuments documents) {
        this.cluster = cluster;
        this.database = database;
        this.documents = documents;
        this.contents = documents.contents();
        this.feed = new ChangesFeed(cluster, database, "matview-registry", new ChangesFeed.Listener() {
            @Override
            public void begin() throws InterruptedException {
                documents.replace(load(cluster, database));
                publish();
            }

            @Override
            public void changed(JsonNode document) {
                documents.change((ObjectNode) document);
            }

            @Override
            public void caughtUp() {
                publish();
            }
        });
    }

    /**
     * Opens the registry in the database, which is made, for admins only, if it is not there.
     *
     * @param cluster is not closed with the registry
     * @throws RegistryException when CouchDB does not answer or refuses; wrong documents are {@link #contents()}' problems
     */
    public static CouchFeedRegistry open(CouchCluster cluster, String database) {
        Objects.requireNonNull(database, "database");
        try {
            create(cluster, database);
            FeedDocuments documents = new FeedDocuments(database);
            documents.replace(load(cluster, database));
            CouchFeedRegistry registry = new CouchFeedRegistry(cluster, database, documents);
            logProblems(registry.contents);
            registry.feed.start();
            return registry;
        } catch (CouchException e) {
            throw unusable(database, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unusable(database, "interrupted while it was read");
        }
    }

    private static RegistryException unusable(String database, String reason) {
        return new RegistryException(
                List.of(new Problem(database, null, null, "the registry cannot be used: " + reason)));
    }

    private static void create(CouchCluster cluster, String database) throws InterruptedException {
        try {
            cluster.json(CouchRequest.put(CouchPath.database(database), CouchJson.object())
                    .repeated());
        } catch (CouchException e) {
            if (e.status() != 412) {
                throw e;
            }
        }
    }

    private static TreeMap<String, ObjectNode> load(CouchCluster cluster, String database) throws InterruptedException {
        CouchPath path = CouchPath.database(database, "_all_docs")
                .with("include_docs", "true")
                .with("limit", MAX_DOCUMENTS);
        TreeMap<String, ObjectNode> found = new TreeMap<>();
        for (JsonNode row : cluster.json(CouchRequest.get(path)).path("rows")) {
            if (row.path("doc") instanceof ObjectNode document) {
                found.put(row.path("id").asText(), document);
            }
        }
        return found;
    }

    /** Only ever called by the feed's thread. */
    private void publish() {
        Contents now = documents.contents();
        Contents before = contents;
        if (now.feeds().equals(before.feeds()) && now.problems().equals(before.problems())) {
            return;
        }
        contents = now;
        log.info("{}: {} feeds are in force", database, now.feeds().size());
        if (!now.problems().equals(before.problems())) {
            logProblems(now);
        }
        listeners.tell(now);
    }

    private static void logProblems(Contents contents) {
        if (!contents.problems().isEmpty()) {
            log.warn(
                    "What is wrong is not in force:\n{}",
                    contents.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
        }
    }

    @Override
    public Contents contents() {
        return contents;
    }

    @Override
    public Subscription watch(Consumer<Contents> listener) {
        return listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Writes feeds into the registry: over the document of their collection, if there is one. Documents of other
     * collections stay, and so do those that say the same already.
     *
     * @param source what problems call the place the JSON comes from, such as the name of a file
     * @param json an array of feeds, as {@link FeedDefinitionReader#readAll} reads it
     * @return how many documents were written
     * @throws RegistryException when a feed is wrong, and then nothing is written; or when CouchDB does not take one
     */
    public int importJson(String source, byte[] json) {
        Contents read = FeedDefinitionReader.of(source).readAll(json);
        if (!read.problems().isEmpty()) {
            throw new RegistryException(read.problems());
        }
        try {
            return write(read.feeds());
        } catch (CouchException e) {
            throw unusable(database, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unusable(database, "interrupted while it was written");
        }
    }

    private int write(List<FeedDefinition> feeds) throws InterruptedException {
        TreeMap<String, ObjectNode> present = load(cluster, database);
        ObjectNode body = CouchJson.object();
        ArrayNode changed = body.putArray("docs");
        for (FeedDefinition definition : feeds) {
            ObjectNode before = FeedDocuments.ofCollection(present, definition.collection());
            ObjectNode after = FeedDefinitionWriter.write(definition);
            if (before == null) {
                changed.add(after.put("_id", FeedDocuments.newId(present, definition.collection())));
            } else {
                after.set("_id", before.path("_id"));
                after.set("_rev", before.path("_rev"));
                if (!after.equals(before)) {
                    changed.add(after);
                }
            }
        }
        if (changed.isEmpty()) {
            return 0;
        }
        JsonNode answers = cluster.json(CouchRequest.post(CouchPath.database(database, "_bulk_docs"), body));
        List<Problem> refused = FeedDocuments.refused(database, answers);
        if (!refused.isEmpty()) {
            throw new RegistryException(refused);
        }
        return changed.size();
    }

    /** The feeds in force as a JSON array, in the order of their documents: what {@link #importJson} takes. */
    public String exportJson() {
        return FeedDefinitionWriter.writeAll(contents.feeds()).toPrettyString();
    }

    /** The contents stay readable; nobody is told of changes any more. */
    @Override
    public void close() {
        feed.close();
    }
}
