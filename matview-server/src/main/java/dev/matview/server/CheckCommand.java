package dev.matview.server;

import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.spi.ViewStore;
import dev.matview.server.given.Ranges;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** Looks at all options and the registry, and tells everything that is wrong in them at once. */
@Command(
        name = "check",
        description = {
            "Tells all that is wrong in serve's options and the registry.",
            "Starts nothing, and asks for nothing but a registry in CouchDB. The registry may",
            "be -, standard input."
        },
        customSynopsis = "matview-server check [OPTIONS]",
        footer = {"Exit codes: 0 nothing is wrong, 1 the registry or a file is, 2 an option is."})
final class CheckCommand extends ServerCommand {

    private final Map<String, String> environment;

    @Mixin
    private final Options options = new Options();

    private final Set<String> problems = new LinkedHashSet<>();
    private int exitCode = CommandLine.ExitCode.OK;

    CheckCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** One thing that may be wrong. */
    private interface Check {
        void run() throws UsageException, StartupException;
    }

    /** They are among all that is told. */
    @Override
    void requireRanges(CommandSpec command) {
        Ranges.violations(command).forEach(this::wrongOption);
        // So that the rest can be looked at.
        Ranges.takeBack(command);
    }

    private void wrongOption(String problem) {
        problems.add(problem);
        exitCode = CommandLine.ExitCode.USAGE;
    }

    private void wrong(String problem) {
        problems.add(problem);
        exitCode = Math.max(exitCode, CommandLine.ExitCode.SOFTWARE);
    }

    private void look(Check check) {
        try {
            check.run();
        } catch (UsageException e) {
            wrongOption(String.valueOf(e.getMessage()));
        } catch (StartupException e) {
            wrong(String.valueOf(e.getMessage()));
        }
    }

    @Override
    int execute(PrintWriter out) {
        options.log.apply();
        try (Scheduler scheduler = Scheduler.system()) {
            lookAtOptions(scheduler);
            look(() -> lookAtRegistry(out, scheduler));
        }
        misspeltVariables().forEach(err()::println);
        problems.forEach(problem -> err().println(told(problem)));
        String number = problems.size() + (problems.size() == 1 ? " problem" : " problems");
        out.println(problems.isEmpty() ? "nothing is wrong" : number);
        return exitCode;
    }

    private void lookAtOptions(Scheduler scheduler) {
        SourceOptions sources = options.sources;
        for (Check check : List.<Check>of(
                () -> options.settings(),
                () -> options.http.port(environment),
                () -> options.http.openToOthers(),
                () -> options.http.cors(environment),
                () -> options.http.trustedProxies(),
                () -> options.http.management(options.http.port(environment)),
                () -> options.http.metricsToken(),
                () -> options.users(),
                () -> Authentication.check(options, environment, scheduler),
                () -> Sources.requireTogether(sources, options.users(), environment),
                () -> lookAtStores(scheduler))) {
            look(check);
        }
        if (sources.data != null && !Files.isDirectory(sources.data)) {
            wrong("--data " + sources.data + ": there is no such directory");
        }
    }

    private void lookAtStores(Scheduler scheduler) throws UsageException, StartupException {
        List<NamedCluster> clusters = options.sources.clustersWithViews(environment, scheduler);
        try (ViewStore views = options.sources.openViews(clusters, environment, scheduler)) {
            // Opened and closed: whatever keeps views there asks for nothing before a feed has one.
        } finally {
            clusters.forEach(NamedCluster::close);
        }
    }

    private void lookAtRegistry(PrintWriter out, Scheduler scheduler) throws UsageException, StartupException {
        if (GivenRegistry.database(options.sources.registry) != null && exitCode == CommandLine.ExitCode.USAGE) {
            return;
        }
        Contents contents = GivenRegistry.read(options.sources, environment, scheduler);
        contents.problems().stream().map(Problem::toString).forEach(this::wrong);
        String named = options.sources.registry == null ? "of the sample" : options.sources.registry;
        int right = contents.feeds().size();
        out.println("registry " + named + ": " + right + (right == 1 ? " feed is right" : " feeds are right")
                + contents.feeds().stream()
                        .map(FeedDefinition::collection)
                        .collect(Collectors.joining(", ", contents.feeds().isEmpty() ? "" : ": ", "")));
    }
}
