package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.FeedRegistry;
import dev.matview.core.LeftOut.Reason;
import dev.matview.core.Listeners;
import dev.matview.core.RegistryException;
import dev.matview.core.Subscription;
import dev.matview.core.registry.FeedDefinitionReader;
import java.util.Objects;
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
 *   <li>{@link RegistryDatabase} fills the database and reads it out.
 *   <li>While CouchDB is away, or somebody has deleted the database, what is in force stays so.
 * </ul>
 */
public final class CouchFeedRegistry implements FeedRegistry {

    private static final Logger log = LoggerFactory.getLogger(CouchFeedRegistry.class);

    private final String database;
    private final FeedDocuments documents;
    private final Listeners<Contents> listeners = new Listeners<>();
    private final ChangesFeed feed;
    private volatile Contents contents;

    private CouchFeedRegistry(CouchCluster cluster, String database, RegistryDatabase opened, FeedDocuments documents) {
        this.database = database;
        this.documents = documents;
        this.contents = documents.contents();
        this.feed = new ChangesFeed(cluster, database, "matview-registry", new ChangesFeed.Listener() {
            @Override
            public void begin() throws InterruptedException {
                opened.load().into(documents);
                publish();
            }

            @Override
            public void unreadable(String id, Reason reason) {
                documents.unreadable(id, reason);
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
        RegistryDatabase opened = RegistryDatabase.of(cluster, database);
        FeedDocuments documents = new FeedDocuments(database);
        opened.open().into(documents);
        CouchFeedRegistry registry = new CouchFeedRegistry(cluster, database, opened, documents);
        logProblems(registry.contents);
        registry.feed.start();
        return registry;
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

    /** The contents stay readable; nobody is told of changes any more. */
    @Override
    public void close() {
        feed.close();
    }
}
