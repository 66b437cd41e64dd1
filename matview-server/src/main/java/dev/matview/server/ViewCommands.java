package dev.matview.server;

import dev.matview.core.event.Scheduler;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands about the views that are in a store: a feed that was taken out while no server ran leaves its view there. */
abstract class ViewCommands extends ServerCommand {

    private final Map<String, String> environment;

    @Mixin
    private final StoreOptions store = new StoreOptions();

    ViewCommands(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Does the work and prints what came of it. */
    abstract void run(ViewStore views, String place, PrintWriter out) throws StartupException;

    @Override
    void run(PrintWriter out) throws UsageException, StartupException {
        try (Scheduler scheduler = Scheduler.system()) {
            List<NamedCluster> clusters = store.viewStore == null
                    ? store.clusters(environment, scheduler)
                    : store.clustersWithViews(environment, scheduler);
            try (ViewStore views = store.openViews(clusters, environment, scheduler)) {
                run(views, store.place(clusters), out);
            } catch (ViewStoreException e) {
                throw new StartupException(e.getMessage(), e);
            } finally {
                out.flush();
                clusters.forEach(NamedCluster::close);
            }
        }
    }

    /** Holds the two; by itself it is a mistake. */
    @Command(
            name = "views",
            description = "Lists the views that are in CouchDB, or drops one.",
            synopsisHeading = "Usage: ",
            footer = "Exit codes: those of the command; 2 without one.",
            mixinStandardHelpOptions = true,
            usageHelpAutoWidth = true)
    static final class Views implements Runnable {

        /** Set by picocli before it runs this. */
        @Spec
        @Nullable
        CommandSpec spec;

        static CommandLine commandLine(Map<String, String> environment) {
            return new CommandLine(new Views())
                    .addSubcommand(new ListViews(environment))
                    .addSubcommand(new Drop(environment));
        }

        @Override
        public void run() {
            throw new ParameterException(
                    Objects.requireNonNull(spec, "spec").commandLine(), "views list, or views drop NAME");
        }
    }

    @Command(
            name = "list",
            description =
                    "Prints the views that are in the first CouchDB, one a line, its fields separated by tabs: name,"
                            + " generation, rows, user databases, when it was refreshed last, format. A registry may share a CouchDB"
                            + " with others: a view that is not in yours may be in theirs.",
            customSynopsis = "matview-server views list [OPTIONS]",
            footer = "Exit codes: 0 listed, 1 the views cannot be read, 2 wrong options.")
    static final class ListViews extends ViewCommands {

        ListViews(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(ViewStore views, String place, PrintWriter out) {
            for (ViewEntry view : views.views()) {
                ViewHead head = view.head();
                out.println(String.join(
                        "\t",
                        oneLine(view.view()),
                        Long.toString(head.generation()),
                        Long.toString(view.rows()),
                        Integer.toString(head.databases()),
                        head.refreshedAt().toString(),
                        Integer.toString(head.format())));
            }
        }

        /** A name may hold what a terminal takes for more than text. */
        private static String oneLine(String name) {
            return name.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", " ");
        }
    }

    @Command(
            name = "drop",
            description = "Drops a view with all its rows. A server whose registry has a feed for it builds it anew.",
            customSynopsis = "matview-server views drop [OPTIONS] NAME",
            footer = "Exit codes: 0 dropped, 1 it is not there or cannot be, 2 wrong options.")
    static final class Drop extends ViewCommands {

        @Parameters(paramLabel = "NAME", description = "The view's whole name, as list prints it.")
        private String name = "";

        Drop(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(ViewStore views, String place, PrintWriter out) throws StartupException {
            ViewEntry entry = views.views().stream()
                    .filter(view -> view.view().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new StartupException(
                            "there is no view " + name + " at " + place + "; views list prints those that are there"));
            views.drop(name);
            out.println("view " + name + " dropped: generation " + entry.head().generation() + ", " + entry.rows()
                    + (entry.rows() == 1 ? " row" : " rows"));
        }
    }
}
