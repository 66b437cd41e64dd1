package dev.matview.server.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.servlet.Filter;
import javax.servlet.ServletException;
import javax.servlet.ServletInputStream;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.AbstractHandler;
import org.eclipse.jetty.server.handler.HandlerList;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.eclipse.jetty.util.BlockingArrayQueue;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spark.embeddedserver.EmbeddedServer;
import spark.embeddedserver.EmbeddedServers;
import spark.embeddedserver.jetty.HttpRequestWrapper;
import spark.embeddedserver.jetty.websocket.WebSocketHandlerWrapper;
import spark.http.matching.MatcherFilter;
import spark.ssl.SslStores;
import spark.utils.urldecoding.UrlDecode;

/**
 * Jetty under Spark, in place of Spark's own embedding, which reads whole bodies into memory however large they are,
 * leaves headers, queues and idle times at defaults for debugging, guesses a free port that another may take, and ends
 * the JVM when stopping takes too long.
 */
final class JettyServer implements EmbeddedServer {

    /** How long requests under way may take to finish once the server is told to stop. */
    static final Duration STOP_TIME = Duration.ofSeconds(20);

    /** A token may have half of it. */
    private static final int MAX_HEADER_BYTES = 16 * 1024;

    /** Who reads more slowly holds up a thread. */
    private static final int MIN_BYTES_PER_SECOND = 512;

    private static final Duration IDLE_TIME = Duration.ofSeconds(30);
    /** What the system keeps for a client that does not read; by itself it would come to keep megabytes. */
    private static final int SEND_BUFFER_BYTES = 64 * 1024;

    private static final int MAX_QUEUED_TASKS = 4096;
    private static final int ACCEPT_QUEUE = 1024;

    private static final Logger log = LoggerFactory.getLogger(JettyServer.class);

    private final Cors cors;
    private final Sockets sockets;
    private final Filter routes;

    /** Counts the requests under way, so that stopping can wait for them. */
    private final StatisticsHandler counting = new StatisticsHandler();

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
        QueuedThreadPool threads = new QueuedThreadPool(
                maxThreads,
                minThreads,
                threadIdleMillis,
                new BlockingArrayQueue<>(minThreads, minThreads, MAX_QUEUED_TASKS));
        threads.setName("http");
        Server jetty = new Server(threads);
        ServerConnector connector = new ServerConnector(jetty, new TokenBoundConnections(configuration()));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_TIME.toMillis());
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
        jetty.addConnector(connector);
        HandlerList answering =
                new HandlerList(new SocketHandler(sockets, cors), new SparkHandler(routes), new NotFound());
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
        configuration.setMinResponseDataRate(MIN_BYTES_PER_SECOND);
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
        return counting.getRequestsActive();
    }

    /** Gives a request to Spark's routes. */
    private static final class SparkHandler extends AbstractHandler {
        private final Filter routes;

        private SparkHandler(Filter routes) {
            this.routes = routes;
        }

        @Override
        public void handle(String target, Request baseRequest, HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            if (!isDecodable(request.getRequestURI())) {
                baseRequest.setHandled(true);
                Answer.send(response, HttpError.badRequest("bad_request", "The path is no percent-encoded UTF-8."));
                return;
            }
            PlainRequest plain = new PlainRequest(request);
            routes.doFilter(plain, response, null);
            baseRequest.setHandled(!plain.notConsumed());
        }
    }

    /** Whether Spark can take parameters from the path; where it cannot, it answers 500 in HTML. */
    private static boolean isDecodable(String path) {
        try {
            UrlDecode.path(path);
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /** A request without what Spark adds: a copy of the whole body, and a header that stands for another method. */
    private static final class PlainRequest extends HttpRequestWrapper {

        private PlainRequest(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return getRequest().getInputStream();
        }

        @Override
        public @Nullable String getHeader(String name) {
            return name.equalsIgnoreCase("X-HTTP-Method-Override") ? null : super.getHeader(name);
        }
    }

    private static final class NotFound extends AbstractHandler {
        @Override
        public void handle(String target, Request baseRequest, HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            baseRequest.setHandled(true);
            Answer.send(response, HttpError.notFound());
        }
    }
}
