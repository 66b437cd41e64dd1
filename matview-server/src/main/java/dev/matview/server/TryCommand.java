package dev.matview.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.FeedStatus;
import dev.matview.core.Settings;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.server.given.Within;
import dev.matview.server.log.BuildProgress;
import dev.matview.server.log.LogSetup;
import dev.matview.server.trial.FeedReport;
import dev.matview.server.trial.Trial;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Builds feeds in memory from the databases that options name, and tells what came of it. Nothing is written anywhere. */
@Command(
        name = "try",
        description = {
            "Tries the feeds over the user databases, and writes nothing.",
            "It tells of each: rows, memory, time, what cannot be read, fields that no document",
            "has, indexes that would help. The registry may be -, standard input."
        },
        customSynopsis = "matview-server try [OPTIONS]",
        footer = {"Exit codes: 0 all was read, 1 not all or the registry is wrong, 2 wrong options."})
final class TryCommand extends ServerCommand {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> environment;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "3",
            description = "rows of each feed to show (${DEFAULT-VALUE})")
    @Within(least = 0, most = 1_000)
    private int rows = 3;

    @Option(names = "--query", paramLabel = "JSON", description = "what is asked of each feed; can be repeated")
    private List<String> queries = List.of();

    @Option(names = "--user-database", paramLabel = "TEMPLATE", description = "as in serve (userdb-{instanceId})")
    private @Nullable String userDatabase;

    @Option(names = "--max-view-bytes", paramLabel = "SIZE", defaultValue = "60%", description = "memory of all views")
    private String maxViewBytes = "60%";

    @ArgGroup(validate = false, heading = "Feeds and users:%n", order = 1)
    private SourceOptions sources = new SourceOptions();

    @ArgGroup(validate = false, heading = "Log:%n", order = 2)
    private LogOptions log = new LogOptions();

    TryCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    int execute(PrintWriter out) throws UsageException, StartupException {
        log.apply();
        try (Subscription quiet = log.level == null ? LogSetup.onlyWarnings() : () -> {}) {
            return trial(out);
        }
    }

    private int trial(PrintWriter out) throws UsageException, StartupException {
        List<JsonNode> asked = queries();
        UserDatabases users = users();
        LimitOptions limits = new LimitOptions();
        limits.maxViewBytes = maxViewBytes;
        Settings settings = limits.settings();
        try (Scheduler scheduler = Scheduler.system()) {
            Sources.requireTogether(sources, users, environment);
            Contents registry = GivenRegistry.read(sources, environment, scheduler);
            registry.problems().forEach(problem -> err().println(problem));
            boolean whole = registry.problems().isEmpty();
            if (!registry.feeds().isEmpty()) {
                // Read already, and nothing is to be written where views are.
                sources.registry = null;
                sources.viewStore = StoreOptions.IN_MEMORY;
                try (Sources databases = Sources.open(sources, users, environment, scheduler);
                        Trial trial =
                                new Trial(registry.feeds(), databases.databases(), users, settings, scheduler, rows)) {
                    whole &= run(trial, asked, scheduler, out);
                }
            }
            return whole ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartupException("interrupted", e);
        }
    }

    private static boolean run(Trial trial, List<JsonNode> asked, Scheduler scheduler, PrintWriter out)
            throws InterruptedException {
        try (Subscription progress = BuildProgress.onTerminal(trial.feeds(), scheduler)) {
            trial.await();
        }
        boolean whole = true;
        for (FeedStatus feed : trial.results()) {
            whole &= new FeedReport(trial, feed, asked, out).print();
        }
        return whole;
    }

    private UserDatabases users() throws UsageException {
        TokenOptions tokens = new TokenOptions();
        tokens.userDatabase = userDatabase;
        return tokens.users();
    }

    private List<JsonNode> queries() throws UsageException {
        List<JsonNode> asked = new ArrayList<>();
        for (String query : queries) {
            try {
                JsonNode json = JSON.readTree(query);
                Trial.query(json);
                asked.add(json);
            } catch (JsonProcessingException e) {
                throw new UsageException("--query: is no JSON: " + e.getOriginalMessage());
            } catch (RuntimeException e) {
                throw new UsageException("--query: " + e.getMessage());
            }
        }
        return asked;
    }
}
