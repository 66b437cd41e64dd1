package dev.matview.server;

import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.RegistryException;
import dev.matview.core.files.JsonLinesDirectory;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.registry.JsonFileRegistry;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.ViewStore;
import dev.matview.couch.CouchAggregator;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchFeedRegistry;
import dev.matview.micrometer.CouchMetrics;
import dev.matview.server.http.Origin;
import dev.matview.server.sample.SampleDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where feeds, documents and views are: the user's CouchDB or files, or the bundled demonstration for what is not given. It
 * has opened all of that, and closes it.
 *
 * @param samples the databases of the demonstration; null when the user's own are served
 * @param connections where the views are, and the CouchDBs behind all of this, closed after the others
 * @param origin what administrators are told of all this
 */
record Sources(
        FeedRegistry registry,
        Aggregator databases,
        @Nullable InMemoryDatabases samples,
        Connections connections,
        Origin origin)
        implements AutoCloseable {

    /** The database that says where views are. */
    private static final String VIEWS = "matview-views";

    /** @throws UsageException when the options contradict each other */
    static Sources open(
            SourceOptions options, UserDatabases users, Map<String, String> environment, Scheduler scheduler)
            throws UsageException, StartupException {
        boolean inCouch = options.isGiven(environment);
        requireTogether(options, users, environment);
        if (GivenRegistry.STANDARD_INPUT.equals(options.registry)) {
            throw new UsageException("--registry -: standard input is read by check, try and import; what is served is"
                    + " watched: give a file, or couchdb:NAME");
        }
        Connections connections = Connections.open(options, environment, scheduler);
        FeedRegistry registry = null;
        try {
            registry = registry(options.registry, connections, scheduler);
            return inCouch
                    ? inCouch(options, registry, connections, options.count(environment))
                    : elsewhere(options, registry, connections, users, scheduler);
        } catch (UsageException | StartupException | RuntimeException e) {
            if (registry != null) {
                registry.close();
            }
            connections.close();
            throw e;
        }
    }

    /** @throws UsageException when the options contradict each other; nothing is asked or opened */
    static void requireTogether(SourceOptions options, UserDatabases users, Map<String, String> environment)
            throws UsageException {
        String registryDatabase = GivenRegistry.database(options.registry);
        if (options.isGiven(environment)) {
            if (options.data != null) {
                throw new UsageException("--data and --couchdb-url or COUCHDB_URL (environment): give one of them");
            }
            requireApart(users, VIEWS);
            if (registryDatabase != null) {
                requireApart(users, registryDatabase);
            }
        } else if (registryDatabase != null) {
            throw new UsageException("--registry " + options.registry
                    + ": there is no CouchDB; give --couchdb-url or COUCHDB_URL (environment)");
        }
    }

    private static Sources elsewhere(
            SourceOptions options,
            FeedRegistry registry,
            Connections connections,
            UserDatabases users,
            Scheduler scheduler)
            throws StartupException {
        if (options.data != null) {
            Origin files = new Origin("files in " + options.data, "the files are looked at", connections::places);
            return new Sources(registry, databases(options.data, scheduler), null, connections, files);
        }
        InMemoryDatabases samples = new InMemoryDatabases();
        SampleDatabases.fill(samples, users, scheduler.instant());
        Origin sample = new Origin("sample data", "at once", connections::places);
        return new Sources(registry, samples, samples, connections, sample);
    }

    private static Sources inCouch(SourceOptions options, FeedRegistry registry, Connections connections, int ofUsers)
            throws UsageException {
        List<CouchCluster> clusters =
                connections.clusters().stream().map(NamedCluster::couch).toList();
        Aggregator databases = CouchAggregator.builder(clusters.get(0))
                .alsoIn(clusters.subList(1, ofUsers))
                .readers(options.requests)
                .rereadInterval(options.rereadInterval())
                .build();
        String urls =
                clusters.subList(0, ofUsers).stream().map(CouchCluster::url).collect(Collectors.joining(", "));
        Origin origin = new Origin(
                "CouchDB " + urls,
                "_db_updates; where there is none, all databases are looked at",
                connections::places);
        return new Sources(registry, databases, null, connections, origin);
    }

    /** A user whose database could be called as one of matview's own would read it. */
    private static void requireApart(UserDatabases users, String own) throws UsageException {
        if (users.pattern().matches(own)) {
            throw new UsageException("--user-database " + users.rule() + ": the database " + own
                    + " is matview's own and would be a user's; let the names of users' databases begin otherwise");
        }
    }

    private static FeedRegistry registry(@Nullable String named, Connections connections, Scheduler scheduler)
            throws StartupException {
        if (named == null) {
            return FeedRegistry.of(GivenRegistry.bundled().feeds().toArray(new FeedDefinition[0]));
        }
        String database = GivenRegistry.database(named);
        if (database != null) {
            CouchCluster first = connections.clusters().get(0).couch();
            return CouchFeedRegistry.open(first, database);
        }
        try {
            return JsonFileRegistry.open(Path.of(named), scheduler);
        } catch (RegistryException e) {
            throw new StartupException("--registry " + named + " cannot be used:\n" + e.getMessage(), e);
        }
    }

    private static Aggregator databases(Path directory, Scheduler scheduler) throws StartupException {
        if (!Files.isDirectory(directory)) {
            throw new StartupException("--data " + directory + ": there is no such directory");
        }
        return JsonLinesDirectory.builder(directory).scheduler(scheduler).build();
    }

    /** Numbers of the CouchDBs, until this is closed. */
    CouchMetrics meters() {
        return connections.meters();
    }

    ViewStore views() {
        return connections.views();
    }

    /** Returns when the process should end because a CouchDB refuses the credentials, and why; else never. */
    StartupException awaitRefusal() throws InterruptedException {
        try {
            return connections.refusal().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a refusal is never an exception", e);
        }
    }

    /** Closes all of it, after the feeds that were built on it. */
    @Override
    public void close() {
        registry.close();
        databases.close();
        connections.close();
    }
}
