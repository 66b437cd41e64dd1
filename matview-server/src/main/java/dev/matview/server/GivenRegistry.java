package dev.matview.server;

import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.RegistryException;
import dev.matview.core.registry.FeedDefinitionReader;
import dev.matview.core.registry.JsonFileRegistry;
import dev.matview.couch.RegistryDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registry that options name, read once: from a file, standard input, a CouchDB, or that of the demonstration. */
final class GivenRegistry {

    /** What names a registry in CouchDB, before its database. */
    static final String IN_COUCH = "couchdb:";

    /** What names standard input. */
    static final String STANDARD_INPUT = "-";

    /** The example of the project's first design, unchanged. */
    private static final String BUNDLED = "global-feeds.json";

    private static final int MAX_BYTES = 1 << 20;

    private GivenRegistry() {}

    /** The database of a registry in CouchDB; null for any other. */
    static @Nullable String database(@Nullable String registry) {
        return registry != null && registry.startsWith(IN_COUCH) ? registry.substring(IN_COUCH.length()) : null;
    }

    /** What there is of it now: what is right, and what is wrong. A database is not made for this. */
    static Contents read(SourceOptions options, Map<String, String> environment, Scheduler scheduler)
            throws UsageException, StartupException {
        String registry = options.registry;
        if (registry == null) {
            return bundled();
        }
        try {
            if (registry.equals(STANDARD_INPUT)) {
                return FeedDefinitionReader.of("standard input").readAll(standardInput());
            }
            String database = database(registry);
            if (database != null) {
                return inCouch(database, options, environment, scheduler);
            }
            try (FeedRegistry file = JsonFileRegistry.open(Path.of(registry), scheduler)) {
                return file.contents();
            }
        } catch (RegistryException e) {
            if (e.problems().isEmpty()) {
                throw new StartupException("--registry " + registry + ": " + e.getMessage(), e);
            }
            return new Contents(List.of(), e.problems());
        }
    }

    private static Contents inCouch(
            String database, SourceOptions options, Map<String, String> environment, Scheduler scheduler)
            throws UsageException, StartupException {
        List<NamedCluster> clusters = options.clusters(environment, scheduler);
        try {
            return RegistryDatabase.of(clusters.get(0).couch(), database).read();
        } finally {
            clusters.forEach(NamedCluster::close);
        }
    }

    /** All that comes by standard input. */
    static byte[] standardInput() throws StartupException {
        try {
            byte[] bytes = System.in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new StartupException(
                        "standard input has more than " + MAX_BYTES + " bytes, which no registry has");
            }
            return bytes;
        } catch (IOException e) {
            throw new StartupException("standard input cannot be read: " + e.getMessage(), e);
        }
    }

    /** That of the demonstration. */
    static Contents bundled() {
        try (InputStream in = GivenRegistry.class.getResourceAsStream(BUNDLED)) {
            if (in == null) {
                throw new IllegalStateException(BUNDLED + " is missing from the program");
            }
            Contents contents = FeedDefinitionReader.of(BUNDLED).readAll(in.readAllBytes());
            if (!contents.problems().isEmpty()) {
                throw new RegistryException(contents.problems());
            }
            return contents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
