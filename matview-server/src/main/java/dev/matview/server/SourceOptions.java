package dev.matview.server;

import dev.matview.server.given.Within;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where feeds and user databases are. Filled by picocli. */
final class SourceOptions extends StoreOptions {

    @Option(names = "--data", paramLabel = "DIR", description = "users as files: NAME.jsonl is a database")
    @Nullable
    Path data;

    @Option(
            names = "--registry",
            paramLabel = "FILE|couchdb:NAME",
            description = "the feeds, in JSON or a database; watched")
    @Nullable
    String registry;

    @Option(
            names = "--reread-days",
            paramLabel = "N",
            defaultValue = "7",
            description = "all is read anew within N days (${DEFAULT-VALUE}; 0 no)")
    @Within(least = 0, most = 3_650)
    int rereadDays = 7;

    Duration rereadInterval() {
        return Duration.ofDays(rereadDays);
    }

    /** Whether data of the user's own is served, not the bundled demonstration alone. */
    boolean servesOwn(Map<String, String> environment) {
        return registry != null || data != null || isGiven(environment);
    }
}
