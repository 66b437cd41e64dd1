package dev.matview.server;

import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.feed.RegistryException;
import dev.matview.core.registry.FeedDefinitionWriter;
import dev.matview.couch.RegistryDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that move feeds between a JSON file and a registry in CouchDB. */
abstract class RegistryCommands extends ServerCommand {

    private final Map<String, String> environment;

    @Mixin
    private final CouchOptions couch = new CouchOptions();

    @Option(
            names = "--registry",
            paramLabel = "couchdb:NAME",
            required = true,
            description = "the registry: the database NAME of feed documents")
    private String registry = "";

    RegistryCommands(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Does the work and prints what came of it. */
    abstract void run(RegistryDatabase database, PrintWriter out) throws StartupException;

    @Override
    void run(PrintWriter out) throws UsageException, StartupException {
        if (!registry.startsWith(GivenRegistry.IN_COUCH)) {
            throw new UsageException("--registry: a registry in CouchDB is written couchdb:NAME, not " + registry);
        }
        try (Scheduler scheduler = Scheduler.system()) {
            List<NamedCluster> clusters = couch.clusters(environment, scheduler);
            try {
                run(
                        RegistryDatabase.of(
                                clusters.get(0).couch(), registry.substring(GivenRegistry.IN_COUCH.length())),
                        out);
            } catch (RegistryException e) {
                throw new StartupException(e.getMessage(), e);
            } finally {
                clusters.forEach(NamedCluster::close);
            }
        }
    }

    @Command(
            name = "import",
            description = {
                "Writes the feeds of a JSON file into a registry in CouchDB.",
                "Those of the same collections are written over; the database is made if it is not there."
            },
            customSynopsis = "matview-server import --registry=couchdb:NAME [OPTIONS] FILE",
            footer = "%nExit codes: 0 all is written, 1 nothing is, 2 wrong options.")
    static final class Import extends RegistryCommands {

        @Parameters(paramLabel = "FILE", description = "a JSON array of feeds; - for standard input")
        private Path file = Path.of("");

        Import(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(RegistryDatabase database, PrintWriter out) throws StartupException {
            try {
                boolean standardInput = file.toString().equals(GivenRegistry.STANDARD_INPUT);
                int written = standardInput
                        ? database.importJson("standard input", GivenRegistry.standardInput())
                        : database.importJson(file.toString(), Files.readAllBytes(file));
                out.println(written + (written == 1 ? " feed" : " feeds") + " written");
            } catch (IOException e) {
                throw new StartupException(file + " cannot be read: " + FileProblem.of(e), e);
            }
        }
    }

    @Command(
            name = "export",
            description = {
                "Prints the feeds of a registry in CouchDB as a JSON array.",
                "Documents that are wrong are left out and named on standard error."
            },
            customSynopsis = "matview-server export --registry=couchdb:NAME [OPTIONS]",
            footer = "%nExit codes: 0 all is printed, 1 nothing is or not all, 2 wrong options.")
    static final class Export extends RegistryCommands {

        Export(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(RegistryDatabase database, PrintWriter out) throws StartupException {
            FeedRegistry.Contents contents = database.read();
            out.println(FeedDefinitionWriter.writeAll(contents.feeds()).toPrettyString());
            if (!contents.problems().isEmpty()) {
                throw new StartupException("what is wrong in the registry is left out:\n"
                        + contents.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
            }
        }
    }
}
