package dev.matview.server.http;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.mango.MangoLimits;
import dev.matview.server.auth.Authenticator;
import java.io.IOException;
import java.time.InstantSource;
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
    private final int port;

    private HttpService(Service spark, int port) {
        this.spark = spark;
        this.port = port;
    }

    /**
     * Begins to serve.
     *
     * @param host the name or address to bind to
     * @param port the port to bind to; 0 for a free one
     * @param limits bounds of the selectors that clients send
     * @param clock the time, by which slow requests are ended
     * @throws IOException when the address cannot be bound
     */
    public static HttpService start(
            String host,
            int port,
            GlobalFeeds feeds,
            Authenticator authenticator,
            MangoLimits limits,
            InstantSource clock)
            throws IOException {
        QueryEndpoint query = new QueryEndpoint(feeds, authenticator, limits, new RequestBody(clock));
        HealthEndpoint health = new HealthEndpoint(feeds);
        Service spark = Service.ignite();
        CompletableFuture<Void> failure = new CompletableFuture<>();
        spark.embeddedServerIdentifier(JettyServer.IDENTIFIER);
        spark.initExceptionHandler(failure::completeExceptionally);
        spark.ipAddress(host);
        spark.port(port);
        spark.threadPool(MAX_THREADS, MIN_THREADS, THREAD_IDLE_MILLIS);

        spark.post(
                "/data/:collection/query",
                Endpoint.route((request, response) ->
                        query.answer(request.params("collection"), request.raw(), response.raw())));
        refuseOtherMethods(spark, "/data/:collection/query", "POST");
        Route healthRoute = Endpoint.route((request, response) -> health.answer(response.raw()));
        spark.get("/health", healthRoute);
        // Spark would answer for HEAD itself, with another content type. Jetty leaves the body out.
        spark.head("/health", healthRoute);
        refuseOtherMethods(spark, "/health", "GET");

        spark.awaitInitialization();
        if (failure.isCompletedExceptionally()) {
            throw bindFailure(failure);
        }
        return new HttpService(spark, spark.port());
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

    /** Takes no more requests, and returns when those under way are answered, or after {@link JettyServer#STOP_TIME}. */
    @Override
    public void close() {
        spark.stop();
        spark.awaitStop();
    }
}
