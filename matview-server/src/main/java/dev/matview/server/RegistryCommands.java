package dev.matview.server;

import dev.matview.core.RegistryException;
import dev.matview.core.Scheduler;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchFeedRegistry;
import dev.matview.server.Options.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that move feeds between a JSON file and a registry in CouchDB. */
abstract class RegistryCommands implements Callable<Integer> {

    private final Map<String, String> environment;

    @Mixin
    private final CouchOptions couch = new CouchOptions();

    @Option(
            names = "--registry",
            paramLabel = "couchdb:NAME",
            required = true,
            description = "The registry: the database NAME of feed documents. It is made if it is not there.")
    private String registry = "";

    @Spec
    @Nullable
    CommandSpec spec;

    RegistryCommands(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Does the work on the open registry and says what was done. */
    abstract String run(CouchFeedRegistry opened) throws StartupException;

    @Override
    public Integer call() {
        CommandLine commandLine = spec.commandLine();
        try {
            commandLine.getOut().println(run());
            commandLine.getOut().flush();
            return CommandLine.ExitCode.OK;
        } catch (UsageException e) {
            throw new ParameterException(commandLine, e.getMessage());
        } catch (StartupException e) {
            commandLine.getErr().println("matview: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private String run() throws UsageException, StartupException {
        if (!registry.startsWith(Sources.IN_COUCH)) {
            throw new UsageException("--registry: a registry in CouchDB is written couchdb:NAME, not " + registry);
        }
        try (Scheduler scheduler = Scheduler.system()) {
            List<CouchCluster> clusters = couch.clusters(environment, scheduler);
            try (CouchFeedRegistry opened = Sources.couchRegistry(registry, clusters.get(0))) {
                return run(opened);
            } catch (RegistryException e) {
                throw new StartupException(e.getMessage(), e);
            } finally {
                clusters.forEach(CouchCluster::close);
            }
        }
    }

    @Command(
            name = "import",
            description =
                    "Writes the feeds of a JSON file into a registry in CouchDB, over those of the same collections.",
            mixinStandardHelpOptions = true,
            usageHelpAutoWidth = true)
    static final class Import extends RegistryCommands {

        @Parameters(paramLabel = "FILE", description = "A JSON array of feeds.")
        private @Nullable Path file;

        Import(Map<String, String> environment) {
            super(environment);
        }

        @Override
        String run(CouchFeedRegistry opened) throws StartupException {
            try {
                int written = opened.importJson(file.toString(), Files.readAllBytes(file));
                return written + (written == 1 ? " feed" : " feeds") + " written";
            } catch (IOException e) {
                throw new StartupException(file + " cannot be read: " + FileProblem.of(e), e);
            }
        }
    }

    @Command(
            name = "export",
            description = "Prints the feeds of a registry in CouchDB as a JSON array.",
            mixinStandardHelpOptions = true,
            usageHelpAutoWidth = true)
    static final class Export extends RegistryCommands {

        Export(Map<String, String> environment) {
            super(environment);
        }

        @Override
        String run(CouchFeedRegistry opened) {
            return opened.exportJson();
        }
    }
}
