package dev.matview.server.http;

import dev.matview.core.FeedQueries;
import dev.matview.core.FeedSubscriptions;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.connection.OpenConnections;
import dev.matview.server.http.connection.RoutePath;
import dev.matview.server.http.exchange.Callers;
import dev.matview.server.http.exchange.Departures;
import dev.matview.server.http.exchange.Endpoint;
import dev.matview.server.http.exchange.Exchanges;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.RequestBody;
import dev.matview.server.http.exchange.ServerThreads;
import dev.matview.server.http.exchange.Turns;
import dev.matview.server.http.history.FeedHistory;
import dev.matview.server.http.page.PageEndpoint;
import dev.matview.server.http.socket.Sockets;
import dev.matview.server.share.FairShare;
import dev.matview.server.share.ShareLimits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import spark.Route;
import spark.Service;

/** The routes, served on an address. Thread-safe. */
public final class HttpService implements AutoCloseable {

    private final Service spark;
    private final Sockets sockets;
    private final OpenConnections connections;
    private final FairShare share;
    private final Sweep sweep;
    private final Subscription refreshes;
    private final int port;
    private final int managementPort;

    private HttpService(
            Service spark,
            Sockets sockets,
            OpenConnections connections,
            FairShare share,
            Sweep sweep,
            Subscription refreshes,
            int managementPort) {
        this.spark = spark;
        this.share = share;
        this.connections = connections;
        this.sockets = sockets;
        this.sweep = sweep;
        this.refreshes = refreshes;
        this.port = spark.port();
        this.managementPort = managementPort;
    }

    /**
     * What is served.
     *
     * @param queries what requests are answered from
     * @param subscriptions what WebSockets are
     * @param all whose state is shown, and what administrators refresh
     * @param origin where their documents come from
     * @param meters further numbers, of what is behind the feeds; whoever built it closes it
     */
    public record Feeds(
            FeedQueries queries, FeedSubscriptions subscriptions, GlobalFeeds all, Origin origin, MeterBinder meters) {

        public Feeds(FeedQueries queries, FeedSubscriptions subscriptions, GlobalFeeds all) {
            this(queries, subscriptions, all, Origin.UNTOLD, registry -> {});
        }

        public Feeds(GlobalFeeds all) {
            this(all, Origin.UNTOLD);
        }

        public Feeds(GlobalFeeds all, Origin origin) {
            this(all, origin, registry -> {});
        }

        public Feeds(GlobalFeeds all, Origin origin, MeterBinder meters) {
            this(all, all, all, origin, meters);
        }
    }

    /** Begins to serve all that there is of the feeds. */
    public static HttpService start(
            HttpSettings settings, GlobalFeeds feeds, Authenticator authenticator, Scheduler scheduler)
            throws IOException {
        return start(settings, new Feeds(feeds), authenticator, scheduler);
    }

    /**
     * Begins to serve.
     *
     * @param scheduler the time, by which slow requests and sockets are ended
     * @throws ManagementBindException when the address for administrators cannot be bound
     * @throws IOException when the address cannot be bound
     */
    public static HttpService start(
            HttpSettings settings, Feeds feeds, Authenticator authenticator, Scheduler scheduler) throws IOException {
        MangoLimits limits = feeds.all().settings().mango();
        ServerThreads threads = new ServerThreads();
        FairShare share = FairShare.start(
                ShareLimits.defaults().withPushesPerCaller(settings.sockets().maxSocketsPerCaller()), scheduler);
        Sockets sockets = new Sockets(
                feeds.subscriptions(),
                authenticator,
                limits,
                settings.sockets(),
                share,
                threads.answering(),
                scheduler);
        Exchanges exchanges = new Exchanges(threads, scheduler);
        OpenConnections connections = new OpenConnections(settings.connections(), settings.trustedProxies(), scheduler);
        // Before anything is served: a refresh that a request asks for is counted.
        ServerMeters meters = new ServerMeters(feeds.all(), feeds.meters(), scheduler);
        AtomicInteger managementPort = new AtomicInteger(-1);
        Service spark = Service.ignite();
        CompletableFuture<Void> failure = new CompletableFuture<>();
        Object embedding = JettyServer.register(new JettyServer.Setup(
                settings,
                threads,
                exchanges,
                connections,
                sockets,
                meters.requests(),
                authenticator.identifiesCallers(),
                authenticator.mayWait(),
                scheduler,
                managementPort::set));
        spark.embeddedServerIdentifier(embedding);
        spark.initExceptionHandler(failure::completeExceptionally);
        spark.ipAddress(settings.host());
        spark.port(settings.port());
        Callers callers = new Callers(authenticator, settings.maxRequestsPerCaller());
        Turns turns = new Turns(feeds.queries(), share, new Departures(scheduler));
        QueryEndpoint query = new QueryEndpoint(feeds.queries(), limits, callers, turns, new RequestBody(scheduler));
        meters.watch(connections, sockets, callers);
        meters.watch(share);
        meters.watch(query.caches());
        FeedHistory history = new FeedHistory(feeds.all(), scheduler);
        Subscription remembering = feeds.all().onRefresh(history);
        routeData(spark, query, new ExpandEndpoint(feeds.queries(), callers, turns));
        routeOperation(
                spark,
                feeds.all(),
                feeds.origin(),
                new FeedsEndpoint(
                        feeds.all(), callers, history, new ServerJson(feeds.origin(), scheduler.instant()), scheduler),
                new MetricsEndpoint(meters, callers, settings.metricsToken()));
        spark.awaitInitialization();
        JettyServer.forget(embedding);
        if (failure.isCompletedExceptionally()) {
            meters.close();
            remembering.close();
            sockets.close();
            share.close();
            throw bindFailure(failure);
        }
        Sweep sweep = Sweep.start(scheduler, sockets::sweep, exchanges::sweep, connections::sweep, history::look);
        return new HttpService(
                spark,
                sockets,
                connections,
                share,
                sweep,
                () -> {
                    meters.close();
                    remembering.close();
                },
                managementPort.get());
    }

    private static void routeData(Service spark, QueryEndpoint query, ExpandEndpoint expand) {
        post(
                spark,
                "/data/:collection/query",
                (exchange, request) -> query.answer(RoutePath.parameter(request, "collection"), exchange));
        get(spark, "/data/expand", (exchange, request) -> expand.answer(exchange));
    }

    private static void routeOperation(
            Service spark, GlobalFeeds feeds, Origin origin, FeedsEndpoint status, MetricsEndpoint metrics) {
        HealthEndpoint health = new HealthEndpoint(feeds, origin);
        get(spark, "/health", (exchange, request) -> health.answer(exchange));
        get(spark, "/health/live", (exchange, request) -> health.live(exchange));
        get(spark, "/health/ready", (exchange, request) -> health.ready(exchange));
        get(spark, "/feeds", (exchange, request) -> status.status(exchange));
        get(
                spark,
                "/feeds/:collection",
                (exchange, request) -> status.detail(RoutePath.parameter(request, "collection"), exchange));
        post(
                spark,
                "/feeds/:collection/refresh",
                (exchange, request) -> status.refresh(RoutePath.parameter(request, "collection"), exchange));
        get(spark, "/metrics", (exchange, request) -> metrics.answer(exchange));
        PageEndpoint page = new PageEndpoint();
        get(spark, "/", (exchange, request) -> page.index(exchange));
        get(
                spark,
                "/page/:version/:file",
                (exchange, request) -> page.file(
                        RoutePath.parameter(request, "version"), RoutePath.parameter(request, "file"), exchange));
    }

    private static void post(Service spark, String path, Endpoint endpoint) {
        for (String same : withSlash(path)) {
            spark.post(same, Endpoint.route(path, endpoint));
            refuseOtherMethods(spark, path, same, "POST");
        }
    }

    private static void get(Service spark, String path, Endpoint endpoint) {
        Route route = Endpoint.route(path, endpoint);
        for (String same : withSlash(path)) {
            spark.get(same, route);
            // Spark would answer for HEAD itself, with another content type. Jetty leaves the body out.
            spark.head(same, route);
            refuseOtherMethods(spark, path, same, "GET");
        }
    }

    /** The path, and the same with a slash at its end, which Spark takes for another. */
    private static List<String> withSlash(String path) {
        return path.endsWith("/") ? List.of(path) : List.of(path, path + '/');
    }

    private static void refuseOtherMethods(Service spark, String template, String path, String allowed) {
        Route refusal = Endpoint.route(template, (exchange, request) -> {
            throw HttpError.methodNotAllowed(allowed);
        });
        if (!allowed.equals("GET")) {
            spark.get(path, refusal);
            spark.head(path, refusal);
        }
        if (!allowed.equals("POST")) {
            spark.post(path, refusal);
        }
        spark.put(path, refusal);
        spark.patch(path, refusal);
        spark.delete(path, refusal);
        spark.options(path, refusal);
        spark.trace(path, refusal);
    }

    private static IOException bindFailure(CompletableFuture<Void> failure) {
        Throwable cause = failure.handle((nothing, thrown) -> thrown).join();
        return cause instanceof IOException io ? io : new IOException("the HTTP server did not start", cause);
    }

    /** The port that is bound. */
    public int port() {
        return port;
    }

    /** The port for administrators, when there is one. */
    public OptionalInt managementPort() {
        return managementPort < 0 ? OptionalInt.empty() : OptionalInt.of(managementPort);
    }

    /** How many requests are being answered. */
    public int requestsUnderWay() {
        return spark.activeThreadCount();
    }

    /** How many connections there are that are no WebSockets. */
    int connections() {
        return connections.count();
    }

    /** How many WebSockets there are. */
    public int sockets() {
        return sockets.count();
    }

    /** @see Sockets#firstExpiry() */
    public Optional<Instant> firstExpiry() {
        return sockets.firstExpiry();
    }

    /** @see Sockets#longestSilentSince() */
    public Optional<Instant> longestSilentSince() {
        return sockets.longestSilentSince();
    }

    /** What waits for its turn, and what has it. */
    FairShare.Load turns() {
        return share.load();
    }

    /** How many distinct queries they ask. */
    public int topics() {
        return sockets.topics();
    }

    /** How many bytes clients that have not authenticated have sent of their messages. */
    public long unauthenticatedBytes() {
        return sockets.unauthenticated().taken();
    }

    /** Takes no more requests, and returns when those under way are answered, or after {@link JettyServer#STOP_TIME}. */
    @Override
    public void close() {
        spark.stop();
        spark.awaitStop();
        share.close();
        sweep.close();
        refreshes.close();
    }
}
