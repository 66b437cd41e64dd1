package dev.matview.server.http;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Scheduler;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.auth.Authenticator;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import spark.Route;
import spark.Service;

/** The routes, served on an address. Thread-safe. */
public final class HttpService implements AutoCloseable {

    /** A query takes no time; a client that sends or reads slowly holds a thread as long as it is let. */
    private static final int MAX_THREADS = 200;

    private static final int MIN_THREADS = 8;
    private static final int THREAD_IDLE_MILLIS = 60_000;

    private final Service spark;
    private final Sockets sockets;
    private final int port;

    private HttpService(Service spark, Sockets sockets) {
        this.spark = spark;
        this.sockets = sockets;
        this.port = spark.port();
    }

    /**
     * Begins to serve.
     *
     * @param scheduler the time, by which slow requests and sockets are ended
     * @throws IOException when the address cannot be bound
     */
    public static HttpService start(
            HttpSettings settings, GlobalFeeds feeds, Authenticator authenticator, Scheduler scheduler)
            throws IOException {
        MangoLimits limits = feeds.settings().mango();
        Sockets sockets = new Sockets(feeds, authenticator, limits, settings.sockets(), scheduler);
        Service spark = Service.ignite();
        CompletableFuture<Void> failure = new CompletableFuture<>();
        Object embedding = JettyServer.register(settings.cors(), sockets);
        spark.embeddedServerIdentifier(embedding);
        spark.initExceptionHandler(failure::completeExceptionally);
        spark.ipAddress(settings.host());
        spark.port(settings.port());
        spark.threadPool(MAX_THREADS, MIN_THREADS, THREAD_IDLE_MILLIS);
        Callers callers = new Callers(authenticator, settings.maxRequestsPerCaller());
        routeData(spark, feeds, callers, limits, scheduler);
        routeOperation(spark, feeds, callers, sockets);
        spark.awaitInitialization();
        JettyServer.forget(embedding);
        if (failure.isCompletedExceptionally()) {
            sockets.close();
            throw bindFailure(failure);
        }
        return new HttpService(spark, sockets);
    }

    private static void routeData(
            Service spark, GlobalFeeds feeds, Callers callers, MangoLimits limits, Scheduler scheduler) {
        QueryEndpoint query = new QueryEndpoint(feeds, callers, limits, new RequestBody(scheduler));
        post(
                spark,
                "/data/:collection/query",
                (request, response) -> query.answer(request.params("collection"), request.raw(), response.raw()));
        ExpandEndpoint expand = new ExpandEndpoint(feeds, callers);
        get(spark, "/data/expand", (request, response) -> expand.answer(request.raw(), response.raw()));
    }

    private static void routeOperation(Service spark, GlobalFeeds feeds, Callers callers, Sockets sockets) {
        HealthEndpoint health = new HealthEndpoint(feeds);
        get(spark, "/health", (request, response) -> health.answer(response.raw()));
        FeedsEndpoint status = new FeedsEndpoint(feeds, callers);
        get(spark, "/feeds", (request, response) -> status.status(request.raw(), response.raw()));
        post(
                spark,
                "/feeds/:collection/refresh",
                (request, response) -> status.refresh(request.params("collection"), request.raw(), response.raw()));
        MetricsEndpoint metrics = new MetricsEndpoint(feeds, callers, sockets);
        get(spark, "/metrics", (request, response) -> metrics.answer(request.raw(), response.raw()));
        StatusPage page = new StatusPage();
        get(spark, "/", (request, response) -> page.answer(response.raw()));
    }

    private static void post(Service spark, String path, Endpoint endpoint) {
        for (String same : withSlash(path)) {
            spark.post(same, Endpoint.route(endpoint));
            refuseOtherMethods(spark, same, "POST");
        }
    }

    private static void get(Service spark, String path, Endpoint endpoint) {
        Route route = Endpoint.route(endpoint);
        for (String same : withSlash(path)) {
            spark.get(same, route);
            // Spark would answer for HEAD itself, with another content type. Jetty leaves the body out.
            spark.head(same, route);
            refuseOtherMethods(spark, same, "GET");
        }
    }

    /** The path, and the same with a slash at its end, which Spark takes for another. */
    private static List<String> withSlash(String path) {
        return path.endsWith("/") ? List.of(path) : List.of(path, path + '/');
    }

    private static void refuseOtherMethods(Service spark, String path, String allowed) {
        Route refusal = Endpoint.route((request, response) -> {
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

    /** How many requests are being answered. */
    int requestsUnderWay() {
        return spark.activeThreadCount();
    }

    /** How many WebSockets there are. */
    public int sockets() {
        return sockets.count();
    }

    /** @see Sockets#longestSilentSince() */
    Optional<Instant> longestSilentSince() {
        return sockets.longestSilentSince();
    }

    /** How many distinct queries they ask. */
    int topics() {
        return sockets.topics();
    }

    /** How many bytes clients that have not authenticated have sent of their messages. */
    long unauthenticatedBytes() {
        return sockets.unauthenticated().taken();
    }

    /** Takes no more requests, and returns when those under way are answered, or after {@link JettyServer#STOP_TIME}. */
    @Override
    public void close() {
        spark.stop();
        spark.awaitStop();
    }
}
