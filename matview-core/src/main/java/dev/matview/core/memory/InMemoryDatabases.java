package dev.matview.core.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Listeners;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.json.Json;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.SliceMaker;
import dev.matview.core.spi.VisitReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * User databases in memory, and the aggregator over them: what a program that embeds matview, a demonstration or a test
 * writes its documents into. Documents are copied when they are put. Positions behave as CouchDB's: every write moves
 * {@code updateSeq}, a purge only {@code purgeSeq}, and a database made again is another {@code instance}. Thread-safe.
 *
 * <pre>{@code
 * InMemoryDatabases databases = new InMemoryDatabases();
 * databases.put("userdb-alice", "{\"_id\": \"p1\", \"type\": \"post\"}");
 * }</pre>
 */
public final class InMemoryDatabases implements Aggregator {

    /** Beside the thread that aggregates. */
    private static final int READERS =
            Math.max(1, Math.min(7, Runtime.getRuntime().availableProcessors() - 1));

    private static final Duration IDLE = Duration.ofSeconds(10);

    private final Map<String, StoredDatabase> databases = new ConcurrentHashMap<>();
    private final Map<String, Exception> failures = new ConcurrentHashMap<>();
    private final Listeners<String> listeners = new Listeners<>();
    /** Makes positions of two runs differ, should a view store outlive the process. */
    private final String run = UUID.randomUUID().toString();

    private final AtomicLong created = new AtomicLong();
    /** Help the threads that aggregate many databases. The queue is bounded by its use: so many for each aggregation. */
    private final ThreadPoolExecutor readers;

    private volatile boolean closed;

    /** There are no databases yet. */
    public InMemoryDatabases() {
        AtomicInteger threads = new AtomicInteger();
        readers = new ThreadPoolExecutor(
                READERS, READERS, IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "matview-memory-" + threads.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        readers.allowCoreThreadTimeOut(true);
    }

    /** The names of the databases there are now, in order. */
    public Set<String> databases() {
        return new TreeSet<>(databases.keySet());
    }

    /** Creates an empty database. One that is there stays as it is. */
    public void create(String database) {
        Objects.requireNonNull(database, "database");
        AtomicBoolean absent = new AtomicBoolean();
        databases.computeIfAbsent(database, name -> {
            absent.set(true);
            return newDatabase();
        });
        if (absent.get()) {
            listeners.tell(database);
        }
    }

    private StoredDatabase newDatabase() {
        return new StoredDatabase(run + "-" + created.incrementAndGet());
    }

    /**
     * Writes a document, in place of the one with its {@code _id} if there is one; a database that is not there is
     * created. A document with {@code _deleted: true} is deleted.
     *
     * @param document with an {@code _id}; its {@code _rev} is made here, whatever it is
     * @return the {@code _rev}
     * @throws IllegalArgumentException when the document has no {@code _id}, or an empty one
     */
    public String put(String database, ObjectNode document) {
        Objects.requireNonNull(database, "database");
        ObjectNode copy = document.deepCopy();
        String id = copy.path("_id").textValue();
        if (id == null || id.isEmpty()) {
            throw new IllegalArgumentException("a document needs a string as its _id: database " + database);
        }
        String[] rev = new String[1];
        databases.compute(database, (name, known) -> {
            StoredDatabase target = known == null ? newDatabase() : known;
            rev[0] = target.put(id, copy);
            return target;
        });
        listeners.tell(database);
        return rev[0];
    }

    /**
     * The same with a document given as JSON text.
     *
     * @throws IllegalArgumentException when the text is not a JSON object, or has no {@code _id}
     */
    public String put(String database, String json) {
        return put(database, parse(database, json));
    }

    private static ObjectNode parse(String database, String json) {
        JsonNode document;
        try {
            document = Json.parseDocument(json);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ": a document for database " + database, e);
        }
        if (document instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("a document is a JSON object: database " + database);
    }

    /** Deletes a document; says whether there was one. */
    public boolean delete(String database, String id) {
        StoredDatabase target = databases.get(database);
        return told(database, target != null && target.delete(id));
    }

    /** Purges a document, which {@code updateSeq} does not show; says whether there was one. */
    public boolean purge(String database, String id) {
        StoredDatabase target = databases.get(database);
        return told(database, target != null && target.purge(id));
    }

    /** Drops a database with all its documents; says whether there was one. */
    public boolean drop(String database) {
        return told(database, databases.remove(database) != null);
    }

    private boolean told(String database, boolean changed) {
        if (changed) {
            listeners.tell(database);
        }
        return changed;
    }

    /** Lets every reading of the database fail with the cause, until it recovers. It can be written all the same. */
    public void fail(String database, Exception cause) {
        failures.put(database, cause);
        listeners.tell(database);
    }

    /** Lets the database be read again. */
    public void recover(String database) {
        told(database, failures.remove(database) != null);
    }

    @Override
    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
        requireOpen();
        Set<String> names = databases();
        VisitReport report = new VisitReport(demands, sink);
        report.begin(names);
        new SharedVisit(List.copyOf(names), name -> {
                    requireOpen();
                    visit(name, report);
                })
                .run(readers, READERS);
        report.end(names);
    }

    private void visit(String name, VisitReport report) {
        List<Demand> covering = report.covering(name);
        StoredDatabase database = databases.get(name);
        Exception failure = failures.get(name);
        if (failure != null) {
            report.failed(name, covering, failure);
            return;
        }
        if (database == null) {
            report.vanished(name, covering);
            return;
        }
        List<Demand> behind = new ArrayList<>(report.compare(name, database.position(), covering));
        VisitReport.byHeld(name, behind).forEach((since, demands) -> {
            Optional<StoredDatabase.Changes> changes = database.changesSince(since);
            if (changes.isPresent()) {
                SliceMaker slices = report.changes(name, since, demands);
                changes.get().documents().forEach(change -> add(slices, change));
                behind.removeAll(demands);
                behind.addAll(slices.report(changes.get().position()));
            }
        });
        if (!behind.isEmpty()) {
            StoredDatabase.Content content = database.content();
            SliceMaker slices = report.slices(name, behind);
            content.documents().forEach(stored -> add(slices, stored));
            slices.report(content.position());
        }
    }

    private static void add(SliceMaker slices, StoredDatabase.Change change) {
        if (change.document() == null) {
            slices.remove(change.id());
        } else {
            add(slices, change.document());
        }
    }

    private static void add(SliceMaker slices, StoredDatabase.Stored stored) {
        if (stored.problem() == null) {
            slices.add(stored.document());
        } else {
            slices.leaveOut(stored.id(), stored.problem());
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new AggregationException("the in-memory databases are closed");
        }
    }

    @Override
    public void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents) {
        StoredDatabase stored = readable(database);
        if (stored == null) {
            return;
        }
        for (String id : ids) {
            ObjectNode document = stored.document(id);
            if (document != null && !documents.test(document.deepCopy())) {
                return;
            }
        }
    }

    @Override
    public void read(String database, Predicate<ObjectNode> documents) throws InterruptedException {
        StoredDatabase stored = readable(database);
        if (stored == null) {
            return;
        }
        for (StoredDatabase.Stored document : stored.content().documents()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while reading " + database);
            }
            requireOpen();
            if (document.problem() == null && !documents.test(document.document())) {
                return;
            }
        }
    }

    private @Nullable StoredDatabase readable(String database) {
        requireOpen();
        Exception failure = failures.get(database);
        if (failure != null) {
            throw new AggregationException(database + " cannot be read: " + failure.getMessage(), failure);
        }
        return databases.get(database);
    }

    @Override
    public boolean readsInOrder() {
        return true;
    }

    @Override
    public Subscription watch(Consumer<String> listener) {
        return listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** Ends an aggregation under way; later ones fail. The documents can still be changed. */
    @Override
    public void close() {
        closed = true;
        readers.shutdown();
    }
}
