package dev.matview.server;

import dev.matview.core.Aggregator;
import dev.matview.core.FeedDefinition;
import dev.matview.core.FeedRegistry;
import dev.matview.core.RegistryException;
import dev.matview.core.Scheduler;
import dev.matview.core.files.JsonLinesDirectory;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.registry.FeedDefinitionReader;
import dev.matview.core.registry.JsonFileRegistry;
import dev.matview.server.sample.SampleDatabases;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where feeds and documents come from: the user's files, or the bundled demonstration for what is not given. */
final class Sources {

    /** The example of the project's first design, unchanged. */
    private static final String BUNDLED_REGISTRY = "global-feeds.json";

    private Sources() {}

    static FeedRegistry registry(@Nullable Path file, Scheduler scheduler) throws StartupException {
        if (file == null) {
            return bundledRegistry();
        }
        try {
            return JsonFileRegistry.open(file, scheduler);
        } catch (RegistryException e) {
            throw new StartupException("--registry " + file + " cannot be used:\n" + e.getMessage(), e);
        }
    }

    private static FeedRegistry bundledRegistry() {
        try (InputStream in = Sources.class.getResourceAsStream(BUNDLED_REGISTRY)) {
            if (in == null) {
                throw new IllegalStateException(BUNDLED_REGISTRY + " is missing from the program");
            }
            FeedRegistry.Contents contents =
                    FeedDefinitionReader.of(BUNDLED_REGISTRY).readAll(in.readAllBytes());
            if (!contents.problems().isEmpty()) {
                throw new RegistryException(contents.problems());
            }
            return FeedRegistry.of(contents.feeds().toArray(new FeedDefinition[0]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Aggregator databases(Path directory, Scheduler scheduler) throws StartupException {
        if (!Files.isDirectory(directory)) {
            throw new StartupException("--data " + directory + ": there is no such directory");
        }
        return JsonLinesDirectory.builder(directory).scheduler(scheduler).build();
    }

    static InMemoryDatabases sampleDatabases(Scheduler scheduler) {
        InMemoryDatabases databases = new InMemoryDatabases();
        SampleDatabases.fill(databases, scheduler.instant());
        return databases;
    }
}
