package dev.matview.server.http;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.servlet.Filter;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spark.embeddedserver.EmbeddedServer;
import spark.embeddedserver.EmbeddedServers;
import spark.embeddedserver.jetty.websocket.WebSocketHandlerWrapper;
import spark.http.matching.MatcherFilter;
import spark.ssl.SslStores;

/**
 * Jetty under Spark, in place of Spark's own embedding, which reads whole bodies into memory however large they are,
 * leaves headers and idle times at defaults for debugging, guesses a free port that another may take, and ends
 * the JVM when stopping takes too long.
 */
final class JettyServer implements EmbeddedServer {

    /** How long requests under way may take to finish once the server is told to stop. */
    static final Duration STOP_TIME = Duration.ofSeconds(20);

    /** A token may have half of it. */
    private static final int MAX_HEADER_BYTES = 16 * 1024;

    /** Nothing here finds a file by its path, which is taken as it is written: it may look ambiguous to others. */
    private static final UriCompliance PATHS =
            UriCompliance.DEFAULT.with("routes", UriCompliance.AMBIGUOUS_VIOLATIONS.toArray(new Violation[0]));

    private static final Duration IDLE_TIME = Duration.ofSeconds(30);
    /** What the system keeps for a client that does not read; by itself it would come to keep megabytes. */
    private static final int SEND_BUFFER_BYTES = 64 * 1024;

    private static final int ACCEPT_QUEUE = 1024;

    private static final Logger log = LoggerFactory.getLogger(JettyServer.class);

    private final Cors cors;
    private final Sockets sockets;
    private final Filter routes;

    /** Counts the requests under way, so that stopping can wait for them. */
    private final GracefulHandler counting = new GracefulHandler();

    private volatile @Nullable Server server;

    private JettyServer(Filter routes, Cors cors, Sockets sockets) {
        this.routes = routes;
        this.cors = cors;
        this.sockets = sockets;
    }

    /**
     * Names to Spark an embedding with these beside Spark's routes. Spark knows of no way to pass on more than a name;
     * it is to be {@linkplain #forget forgotten} when the service has started.
     */
    static Object register(Cors cors, Sockets sockets) {
        Object name = new Object();
        synchronized (EmbeddedServers.class) {
            EmbeddedServers.initialize();
            EmbeddedServers.add(
                    name,
                    (routes, staticFiles, exceptions, hasOtherHandlers) ->
                            // Always with other handlers: what Spark has no route for goes on to NotFound.
                            new JettyServer(
                                    new MatcherFilter(routes, staticFiles, exceptions, false, true), cors, sockets));
        }
        return name;
    }

    static void forget(Object name) {
        synchronized (EmbeddedServers.class) {
            EmbeddedServers.add(name, null);
        }
    }

    @Override
    public int ignite(
            String host, int port, @Nullable SslStores ssl, int maxThreads, int minThreads, int threadIdleMillis)
            throws Exception {
        // Its queue has no bound of its own, and needs none: a connection has one task at a time.
        QueuedThreadPool threads = new QueuedThreadPool(maxThreads, minThreads, threadIdleMillis);
        threads.setName("http");
        Server jetty = new Server(threads);
        ServerConnector connector = ClientEndPoint.connector(jetty, new TokenBoundConnections(configuration()));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_TIME.toMillis());
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
        jetty.addConnector(connector);
        Handler answering = new SocketHandler(jetty, sockets, cors, SparkRoutes.handler(routes));
        counting.setHandler(new CorsHandler(cors, answering));
        jetty.setHandler(counting);
        jetty.setErrorHandler(new JsonErrors());
        jetty.setStopTimeout(STOP_TIME.toMillis());
        server = jetty;
        try {
            jetty.start();
        } catch (Exception e) {
            jetty.stop();
            throw e;
        }
        return connector.getLocalPort();
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(MAX_HEADER_BYTES);
        configuration.setUriCompliance(PATHS);
        return configuration;
    }

    @Override
    public void configureWebSockets(
            @Nullable Map<String, WebSocketHandlerWrapper> handlers, Optional<Long> idleTimeoutMillis) {
        if (handlers != null) {
            throw new UnsupportedOperationException("WebSockets are not routed by Spark: see SocketHandler");
        }
    }

    @Override
    public void join() throws InterruptedException {
        Server jetty = server;
        if (jetty != null) {
            jetty.join();
        }
    }

    @Override
    public void extinguish() {
        Server jetty = server;
        if (jetty == null) {
            return;
        }
        sockets.close();
        try {
            jetty.stop();
        } catch (Exception e) {
            log.warn("Requests under way were cut off after {} s", STOP_TIME.toSeconds(), e);
        }
    }

    /** How many threads answer requests. */
    @Override
    public int activeThreadCount() {
        return Math.toIntExact(counting.getCurrentRequestCount());
    }
}
