package dev.matview.couch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Episode;
import dev.matview.core.event.Listeners;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.registry.FeedDefinitionReader;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.couch.internal.client.ChangesFeed;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.registry.FeedDocuments;
import java.util.List;
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
    private final RegistryDatabase source;
    private final FeedDocuments documents;
    private final Listeners<Contents> listeners = new Listeners<>();
    private final ChangesFeed feed;
    /** While something in it is not in force. */
    private final Episode wrong;

    private volatile Contents contents;
    private volatile boolean read;

    private CouchFeedRegistry(CouchCluster cluster, String database) {
        this.database = database;
        this.source = RegistryDatabase.of(cluster, database);
        this.wrong = new Episode(CouchFeedRegistry.class, cluster.client().scheduler());
        this.documents = new FeedDocuments(database);
        this.contents = documents.contents();
        this.feed = new ChangesFeed(cluster.client(), database, "matview-registry", new ChangesFeed.Listener() {
            @Override
            public void begin() throws InterruptedException {
                beginning();
            }

            @Override
            public void changed(JsonNode document) {
                documents.change((ObjectNode) document);
            }

            @Override
            public void unreadable(String id, Reason reason) {
                documents.unreadable(id, reason);
            }

            @Override
            public void caughtUp() {
                publish();
            }

            @Override
            public void away(CouchFailure reason) {
                notReadYet(reason);
            }
        });
    }

    /**
     * Opens the registry in the database, which is made, for admins only, if it is not there. Returns at once: it is read in
     * the background, and until CouchDB has given it, {@link #isRead} is false and a problem says why.
     *
     * @param cluster is not closed with the registry
     */
    public static CouchFeedRegistry open(CouchCluster cluster, String database) {
        CouchFeedRegistry registry = new CouchFeedRegistry(cluster, database);
        registry.feed.start();
        return registry;
    }

    @Override
    public boolean isRead() {
        return read;
    }

    /** Only ever called by the feed's thread, as what follows. */
    private void beginning() throws InterruptedException {
        if (!read) {
            source.create();
        }
        source.load().into(documents);
        publish();
    }

    private void notReadYet(CouchFailure reason) {
        if (!read) {
            Problem problem =
                    new Problem(database, null, null, "the registry cannot be read yet: " + reason.getMessage());
            contents = new Contents(List.of(), List.of(problem));
        }
    }

    private void publish() {
        Contents now = documents.contents();
        Contents before = contents;
        boolean first = !read;
        if (!first && now.feeds().equals(before.feeds()) && now.problems().equals(before.problems())) {
            return;
        }
        contents = now;
        read = true;
        log.info("{}: {} feeds are in force", database, now.feeds().size());
        if (now.problems().isEmpty()) {
            wrong.ends("{}: nothing is wrong any more", database);
        } else if (first || !now.problems().equals(before.problems())) {
            logProblems(now);
        }
        listeners.tell(now);
    }

    /** Also where something else was wrong before: somebody mends it, and wants to know. */
    private void logProblems(Contents contents) {
        String message = "{}: what is wrong is not in force:\n{}";
        String problems = contents.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        if (!wrong.begins(message, database, problems)) {
            log.warn(message, database, problems);
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
