package dev.matview.server;

import dev.matview.core.FeedRegistry;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Scheduler;
import dev.matview.core.Subscription;
import dev.matview.server.MatviewServer.FirstViews;
import dev.matview.server.Options.UsageException;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.sample.LivePosts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line: starts a {@link MatviewServer} and serves until the process is told to end. What cannot be started
 * is told in one message on standard error; the exit code is then 2 for wrong options and 1 for everything else.
 */
@Command(
        name = "matview-server",
        description = "Serves global feeds over many user databases by HTTP. Without options: a demonstration with"
                + " sample data on http://127.0.0.1:5050, no token needed.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true)
public final class Main implements Callable<Integer> {

    private static final Logger log = LoggerFactory.getLogger(Main.class);

    private final Map<String, String> environment;

    @Mixin
    private Options options = new Options();

    @Spec
    private @Nullable CommandSpec spec;

    private Main(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    public static void main(String[] args) {
        System.exit(commandLine(System.getenv()).execute(args));
    }

    /** The command line in an environment; its {@code execute} returns when the server has not started, or has ended. */
    static CommandLine commandLine(Map<String, String> environment) {
        CommandLine commandLine = new CommandLine(new Main(environment))
                .addSubcommand(new RegistryCommands.Import(environment))
                .addSubcommand(new RegistryCommands.Export(environment))
                .addSubcommand(ViewCommands.Views.commandLine(environment));
        commandLine.setParameterExceptionHandler((wrong, args) -> {
            wrong.getCommandLine().getErr().println("matview: " + wrong.getMessage() + " (--help shows all options)");
            return CommandLine.ExitCode.USAGE;
        });
        return commandLine;
    }

    @Override
    public Integer call() {
        CommandLine commandLine = requireSpec().commandLine();
        try {
            serve(commandLine.getOut());
            return CommandLine.ExitCode.OK;
        } catch (UsageException e) {
            throw new ParameterException(commandLine, e.getMessage());
        } catch (StartupException e) {
            commandLine.getErr().println("matview: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private CommandSpec requireSpec() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets the spec before it calls the command");
        }
        return spec;
    }

    private void serve(PrintWriter out) throws UsageException, StartupException {
        HttpSettings http = options.http.settings(options.host, options.port(environment), environment);
        GlobalFeeds.Settings settings = options.settings();
        try (Scheduler scheduler = Scheduler.system()) {
            Authenticator authenticator = Authentication.of(options, environment, scheduler);
            try (Sources sources = Sources.open(options, environment, scheduler)) {
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(sources.registry())
                        .aggregator(sources.databases())
                        .viewStore(sources.views())
                        .scheduler(scheduler)
                        .settings(settings)
                        .build();
                try (MatviewServer server = start(feeds, settings, authenticator, http, scheduler)) {
                    buildViews(server);
                    Subscription posts = sources.samples() == null
                            ? () -> {}
                            : LivePosts.start(sources.samples(), feeds, scheduler)::close;
                    endWithProcess(posts, server, sources);
                    announce(out, sources.registry(), authenticator, server.port());
                    throw sources.awaitRefusal();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private MatviewServer start(
            GlobalFeeds feeds,
            GlobalFeeds.Settings settings,
            Authenticator authenticator,
            HttpSettings http,
            Scheduler scheduler)
            throws StartupException {
        try {
            return MatviewServer.start(feeds, settings, authenticator, http, scheduler);
        } catch (IOException e) {
            String place = options.host + ":" + http.port();
            boolean inUse = String.valueOf(rootMessage(e)).contains("in use");
            throw new StartupException(
                    inUse
                            ? "--port: " + place + " is in use; choose another port (0 for a free one)"
                            : "--host, --port: cannot listen on " + place + ": " + rootMessage(e),
                    e);
        }
    }

    private static @Nullable String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }

    /**
     * Waits for the first generations. A file that cannot be read is a mistake to be told before anybody relies on it. A
     * CouchDB that is away will be back: the other feeds are served, and those without a generation are tried again.
     */
    private void buildViews(MatviewServer server) throws StartupException {
        FirstViews views = server.buildViews();
        if (options.data != null) {
            requireReadable(options.data, views);
            return;
        }
        for (FeedStatus failed : views.failed()) {
            log.warn(
                    "{}: has no generation to serve yet and is answered with 503 until a refresh succeeds; it is tried again",
                    failed.feed().collection());
        }
    }

    private static void requireReadable(Path data, FirstViews views) throws StartupException {
        if (!views.failed().isEmpty()) {
            FeedStatus failed = views.failed().get(0);
            String reason = String.valueOf(failed.lastFailure());
            throw new StartupException(
                    reason.startsWith("the refresh of ")
                            ? reason
                            : "the refresh of " + failed.feed().collection() + " failed: " + reason);
        }
        Map<String, String> behind = new TreeMap<>();
        int unnamed = 0;
        for (FeedStatus built : views.built()) {
            behind.putAll(built.behind());
            int all = built.view() == null ? 0 : built.view().behind();
            unnamed = Math.max(unnamed, all - built.behind().size());
        }
        if (behind.isEmpty()) {
            return;
        }
        StringBuilder message = new StringBuilder("--data " + data + " cannot be used:");
        behind.forEach((database, reason) ->
                message.append('\n').append(database).append(": ").append(reason));
        if (unnamed > 0) {
            message.append("\nand ").append(unnamed).append(" more");
        }
        throw new StartupException(message.toString());
    }

    /** Jetty's threads keep the process alive; a signal ends it, once what is under way is done. */
    private static void endWithProcess(Subscription posts, MatviewServer server, Sources sources) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            posts.close();
                            server.close();
                            sources.close();
                        },
                        "shutdown"));
    }

    private void announce(PrintWriter out, FeedRegistry registry, Authenticator authenticator, int port) {
        String url = "http://" + (options.host.contains(":") ? "[" + options.host + "]" : options.host) + ":" + port;
        String token = authenticator.identifiesCallers() ? " -H \"Authorization: Bearer $TOKEN\"" : "";
        registry.contents().feeds().stream()
                .findFirst()
                .ifPresent(feed -> out.println("curl -s -XPOST '" + url + "/data/" + feed.collection()
                        + "/query?global=true' -d '{}'" + token));
        out.println("matview ready on " + url);
        out.flush();
    }

    /** The version that the jar's manifest tells. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"matview " + (version == null ? "(not packaged)" : version)};
        }
    }
}
