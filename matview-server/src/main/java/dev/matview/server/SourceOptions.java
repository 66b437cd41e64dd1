package dev.matview.server;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where feeds and user databases are. Filled by picocli. */
final class SourceOptions extends CouchOptions {

    @Option(names = "--data", paramLabel = "DIR", description = "instead: users as files; NAME.jsonl is database NAME")
    @Nullable
    Path data;

    @Option(
            names = "--registry",
            paramLabel = "FILE|couchdb:NAME",
            description = "the feeds: a JSON file or a database; watched")
    @Nullable
    String registry;

    /** Whether data of the user's own is served, not the bundled demonstration alone. */
    boolean servesOwn(Map<String, String> environment) {
        return registry != null || data != null || isGiven(environment);
    }
}
