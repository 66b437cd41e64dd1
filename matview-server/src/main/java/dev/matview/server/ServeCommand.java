package dev.matview.server;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Settings;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.server.MatviewServer.FirstViews;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.ManagementBindException;
import dev.matview.server.log.BuildProgress;
import dev.matview.server.process.Shutdown;
import dev.matview.server.sample.LivePosts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Starts a {@link MatviewServer} and serves until the process is told to end. */
@Command(
        name = "serve",
        description = {
            "Serves feeds; without options those of sample data, on port 5050.",
            "--port 80 is also MATVIEW_PORT=80 in the environment and port = 80 in a --config",
            "file: so for each option, and in that order. (...) is the default."
        },
        customSynopsis = "matview-server [serve] [OPTIONS]",
        footer = "Exit codes: 1 cannot start, 2 wrong options, 3 no memory, 130 and 143 by signal.")
final class ServeCommand extends ServerCommand {

    private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);

    private final Map<String, String> environment;

    @Mixin
    private Options options = new Options();

    ServeCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    void run(PrintWriter out) throws UsageException, StartupException {
        options.log.apply();
        misspeltVariables().forEach(log::warn);
        HttpSettings http = options.http(environment);
        Settings settings = options.settings();
        UserDatabases users = options.users();
        try (Scheduler scheduler = Scheduler.system();
                // It ends after all else is closed: then there is nothing left to close when the process ends.
                Shutdown shutdown = new Shutdown(scheduler);
                Subscription requests = options.log.requests()) {
            shutdown.add("access log", List::of, requests);
            // Before anything is asked: what is wrong in an option is told at once.
            Authenticator authenticator = Authentication.of(options, environment, scheduler);
            try (Sources sources = Sources.open(options.sources, users, environment, scheduler);
                    GlobalFeeds feeds = feeds(sources, users, settings, scheduler);
                    MatviewServer server = start(feeds, sources, authenticator, http, scheduler)) {
                // Before the first build, which may take long: also then all is closed in order.
                endWithProcess(shutdown, server, feeds, sources);
                warnOfClosedDoors(authenticator, http);
                buildViews(server, feeds, scheduler, shutdown);
                if (shutdown.hasBegun()) {
                    throw sources.awaitRefusal();
                }
                try (Subscription posts = livePosts(sources, users, feeds, scheduler)) {
                    shutdown.add("sample posts", List::of, posts);
                    announce(out, sources, feeds, authenticator, server);
                    throw sources.awaitRefusal();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static GlobalFeeds feeds(Sources sources, UserDatabases users, Settings settings, Scheduler scheduler) {
        return GlobalFeeds.builder()
                .registry(sources.registry())
                .aggregator(sources.databases())
                .viewStore(sources.views())
                .scheduler(scheduler)
                .settings(settings)
                .userDatabases(users)
                .build();
    }

    private static Subscription livePosts(
            Sources sources, UserDatabases users, GlobalFeeds feeds, Scheduler scheduler) {
        return sources.samples() == null
                ? () -> {}
                : LivePosts.start(sources.samples(), users, feeds, scheduler)::close;
    }

    private MatviewServer start(
            GlobalFeeds feeds, Sources sources, Authenticator authenticator, HttpSettings http, Scheduler scheduler)
            throws StartupException {
        try {
            return MatviewServer.start(
                    new HttpService.Feeds(feeds, sources.origin(), sources.meters()), authenticator, http, scheduler);
        } catch (ManagementBindException e) {
            throw new StartupException(
                    "--management-port, --management-host: cannot listen there: " + StartLine.rootMessage(e), e);
        } catch (IOException e) {
            String place = options.host() + ":" + http.port();
            boolean inUse = String.valueOf(StartLine.rootMessage(e)).contains("in use");
            throw new StartupException(
                    inUse
                            ? "--port: " + place + " is in use; choose another port (0 for a free one)"
                            : "--host, --port: cannot listen on " + place + ": " + StartLine.rootMessage(e),
                    e);
        }
    }

    /** Whoever misses an administrator is to learn of it before looking for the mistake elsewhere. */
    private static void warnOfClosedDoors(Authenticator authenticator, HttpSettings http) {
        if (!authenticator.knowsAdministrators()) {
            log.warn(
                    "There are no administrators: {} and what the page at / shows are closed to everybody;"
                            + " --jwt-admin-claim NAME=VALUE says who may see them",
                    http.metricsToken() == null ? "/feeds, /metrics" : "/feeds");
        }
    }

    /**
     * Waits for the first generations. A file that cannot be read is a mistake to be told before anybody relies on it. A
     * CouchDB that is away will be back: the other feeds are served, and those without a generation are tried again.
     */
    private void buildViews(MatviewServer server, GlobalFeeds feeds, Scheduler scheduler, Shutdown shutdown)
            throws StartupException {
        FirstViews views;
        try (Subscription progress = BuildProgress.onTerminal(feeds, scheduler)) {
            views = server.buildViews();
        }
        if (shutdown.hasBegun()) {
            return;
        }
        if (options.sources.data != null) {
            requireReadable(options.sources.data, views);
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
            built.behind().forEach(one -> behind.put(one.database(), one.reason()));
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

    /** This thread keeps the process alive, as no other does; a signal ends it, once what is under way is done. */
    private static void endWithProcess(Shutdown shutdown, MatviewServer server, GlobalFeeds feeds, Sources sources) {
        shutdown.add("stores", List::of, sources);
        shutdown.add("refreshes", () -> refreshesUnderWay(feeds), feeds);
        shutdown.add("requests and WebSockets", () -> requestsUnderWay(server), server);
        shutdown.withProcess();
    }

    private static List<String> requestsUnderWay(MatviewServer server) {
        List<String> underWay = new ArrayList<>();
        int requests = server.requestsUnderWay();
        int sockets = server.sockets();
        if (requests > 0) {
            underWay.add(requests + (requests == 1 ? " request" : " requests"));
        }
        if (sockets > 0) {
            underWay.add(sockets + (sockets == 1 ? " WebSocket" : " WebSockets"));
        }
        return underWay;
    }

    private static List<String> refreshesUnderWay(GlobalFeeds feeds) {
        return feeds.status().stream()
                .filter(status -> status.progress() != null)
                .map(status -> "the refresh of " + status.feed().collection())
                .toList();
    }

    private void announce(
            PrintWriter out, Sources sources, GlobalFeeds feeds, Authenticator authenticator, MatviewServer server) {
        String url = StartLine.url(options.host(), server.port());
        log.info("{}", StartLine.of(options.sources, sources, feeds, url + "/"));
        String token = authenticator.identifiesCallers() ? " -H \"Authorization: Bearer $TOKEN\"" : "";
        sources.registry().contents().feeds().stream()
                .findFirst()
                .ifPresent(feed -> out.println("curl -s -XPOST '" + url + "/data/" + feed.collection()
                        + "/query?global=true' -d '{}'" + token));
        server.managementPort().ifPresent(port -> out.println("for administrators: port " + port));
        out.println("matview ready on " + url);
        out.flush();
    }
}
