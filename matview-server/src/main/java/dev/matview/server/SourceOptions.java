package dev.matview.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where feeds and user databases are. Filled by picocli. */
final class SourceOptions extends StoreOptions {

    private static final int MAX_REREAD_DAYS = 3_650;

    @Option(names = "--data", paramLabel = "DIR", description = "instead: users as files; NAME.jsonl is database NAME")
    @Nullable
    Path data;

    @Option(
            names = "--registry",
            paramLabel = "FILE|couchdb:NAME",
            description = "the feeds: a JSON file or a database; watched")
    @Nullable
    String registry;

    @Option(
            names = "--reread-days",
            paramLabel = "N",
            defaultValue = "7",
            description = "each database of a CouchDB is read anew within so many days; 0 never (${DEFAULT-VALUE})")
    int rereadDays = 7;

    /** @throws UsageException when it is no number of days */
    Duration rereadInterval() throws UsageException {
        return Duration.ofDays(Ranges.require("--reread-days", rereadDays, 0, MAX_REREAD_DAYS));
    }

    /** Whether data of the user's own is served, not the bundled demonstration alone. */
    boolean servesOwn(Map<String, String> environment) {
        return registry != null || data != null || isGiven(environment);
    }
}
