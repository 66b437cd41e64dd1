package dev.matview.server.http;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.matview.server.http.connection.AccessLog;
import dev.matview.server.http.connection.Cors;
import dev.matview.server.http.connection.CorsHandler;
import dev.matview.server.http.connection.HandOver;
import dev.matview.server.http.connection.JsonErrors;
import dev.matview.server.http.connection.LoopbackOnly;
import dev.matview.server.http.connection.MeasuredRequests;
import dev.matview.server.http.connection.OpenConnections;
import dev.matview.server.http.connection.SparkRoutes;
import dev.matview.server.http.connection.TokenBoundConnections;
import dev.matview.server.http.exchange.CallerAddress;
import dev.matview.server.http.exchange.ClientEndPoint;
import dev.matview.server.http.exchange.Exchanges;
import dev.matview.server.http.exchange.ManagementEntrance;
import dev.matview.server.http.exchange.RequestMeters;
import dev.matview.server.http.exchange.ServerThreads;
import dev.matview.server.http.socket.SocketHandler;
import dev.matview.server.http.socket.Sockets;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import javax.servlet.Filter;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
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

    /** What asks for little; more takes a while to be understood. */
    private static final int SMALL_BODY_BYTES = 4 * 1024;

    private static final Set<String> OPERATORS = Set.of("/health", "/metrics", "/metrics/");

    /** Nothing here finds a file by its path, which is taken as it is written: it may look ambiguous to others. */
    private static final UriCompliance PATHS =
            UriCompliance.DEFAULT.with("routes", UriCompliance.AMBIGUOUS_VIOLATIONS.toArray(new Violation[0]));

    private static final Duration IDLE_TIME = Duration.ofSeconds(30);
    /** What the system keeps for a client that does not read; by itself it would come to keep megabytes. */
    private static final int SEND_BUFFER_BYTES = 64 * 1024;

    private static final int ACCEPT_QUEUE = 1024;

    /** Beside those that are counted: what is just being accepted, or closed. */
    private static final int MORE_CONNECTIONS = 256;

    private static final int MAX_MANAGEMENT_CONNECTIONS = 256;

    private static final Logger log = LoggerFactory.getLogger(JettyServer.class);

    private final Setup setup;
    private final Filter routes;

    /** Counts the requests under way, so that stopping can wait for them. */
    private final GracefulHandler counting = new GracefulHandler();

    private volatile @Nullable Server server;

    private JettyServer(Filter routes, Setup setup) {
        this.routes = routes;
        this.setup = setup;
    }

    /**
     * What is served beside Spark's routes, and by whom.
     *
     * @param authenticates whether callers are told apart
     * @param authenticationMayWait whether telling them apart may take a while
     * @param clock by which connections are told to have taken too long
     * @param managementBound is told the port of the entrance for administrators, if there is one
     */
    record Setup(
            HttpSettings settings,
            ServerThreads threads,
            Exchanges exchanges,
            OpenConnections connections,
            Sockets sockets,
            RequestMeters meters,
            boolean authenticates,
            boolean authenticationMayWait,
            InstantSource clock,
            IntConsumer managementBound) {}

    /**
     * Names to Spark an embedding with this setup. Spark knows of no way to pass on more than a name; it is to be
     * {@linkplain #forget forgotten} when the service has started.
     */
    static Object register(Setup setup) {
        Object name = new Object();
        synchronized (EmbeddedServers.class) {
            EmbeddedServers.initialize();
            EmbeddedServers.add(
                    name,
                    (routes, staticFiles, exceptions, hasOtherHandlers) ->
                            // Always with other handlers: what Spark has no route for is refused in our form.
                            new JettyServer(new MatcherFilter(routes, staticFiles, exceptions, false, true), setup));
        }
        return name;
    }

    static void forget(Object name) {
        synchronized (EmbeddedServers.class) {
            EmbeddedServers.add(name, null);
        }
    }

    /** Threads are {@link ServerThreads}, whatever Spark says of them. */
    @Override
    public int ignite(
            String host, int port, @Nullable SslStores ssl, int maxThreads, int minThreads, int threadIdleMillis)
            throws Exception {
        ServerThreads threads = setup.threads();
        // Jetty's own would be no daemon.
        Server jetty = new Server(threads.io(), new ScheduledExecutorScheduler("http-scheduler", true), null);
        jetty.addBean(threads.answering());
        jetty.addBean(threads.waiting());
        jetty.addBean(threads.large());
        jetty.addBean(threads.operating());
        ServerConnector connector = connector(jetty, host, port);
        jetty.addConnector(connector);
        jetty.addBean(new NetworkConnectionLimit(maxConnections(), connector));
        Handler data = dataHandlers(jetty);
        HttpSettings.Management management = setup.settings().management();
        counting.setHandler(new MeasuredRequests(
                setup.meters(),
                management == null ? data : new Handler.Sequence(managementHandlers(jetty, management), data)));
        jetty.setHandler(counting);
        jetty.setErrorHandler(new JsonErrors());
        if (AccessLog.isOn()) {
            jetty.setRequestLog(new AccessLog());
        }
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

    private Handler dataHandlers(Server jetty) {
        HttpSettings settings = setup.settings();
        Cors cors = settings.cors();
        Handler answering = new HandOver(
                request -> isForOperators(request)
                        ? setup.threads().operating()
                        : setup.threads().answering(),
                this::isQuick,
                ServerThreads.MAX_ANSWERING_IO,
                SparkRoutes.handler(routes, setup.exchanges()));
        Handler handlers = new CorsHandler(cors, new SocketHandler(jetty, setup.sockets(), cors, answering));
        return setup.authenticates() ? handlers : new LoopbackOnly(cors, settings.host(), handlers);
    }

    /** Administrators have an entrance, threads and a limit of their own. */
    private Handler managementHandlers(Server jetty, HttpSettings.Management management) throws IOException {
        ServerConnector entrance = connector(jetty, management.host(), management.port());
        try {
            entrance.open();
        } catch (IOException e) {
            throw new ManagementBindException(e);
        }
        jetty.addConnector(entrance);
        jetty.addBean(new NetworkConnectionLimit(MAX_MANAGEMENT_CONNECTIONS, entrance));
        setup.managementBound().accept(entrance.getLocalPort());
        Handler answering =
                new HandOver(request -> setup.threads().operating(), SparkRoutes.handler(routes, setup.exchanges()));
        boolean loopback = InetAddress.getByName(management.host()).isLoopbackAddress();
        // Where no token is needed, pages in a browser on this machine are kept out.
        return new ManagementEntrance(
                entrance, loopback, loopback ? new LoopbackOnly(Cors.none(), management.host(), answering) : answering);
    }

    private static boolean isForOperators(Request request) {
        String path = request.getHttpURI().getPath();
        return OPERATORS.contains(path) || path.startsWith("/health/");
    }

    /** Whether a request is a small query: what its endpoint does not have ready, it hands over itself. */
    private boolean isQuick(Request request) {
        long length = request.getLength();
        return !setup.authenticationMayWait()
                && length >= 0
                && length <= SMALL_BODY_BYTES
                && request.getMethod().equals("POST")
                && request.getHttpURI().getPath().startsWith("/data/")
                && !request.getHeaders().contains(HttpHeader.CONTENT_ENCODING);
    }

    private ServerConnector connector(Server jetty, String host, int port) {
        ServerConnector connector =
                ClientEndPoint.connector(jetty, new TokenBoundConnections(configuration(), setup.clock()));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_TIME.toMillis());
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
        connector.addBean(setup.connections());
        return connector;
    }

    private HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(MAX_HEADER_BYTES);
        configuration.setUriCompliance(PATHS);
        if (!setup.settings().trustedProxies().isEmpty()) {
            configuration.addCustomizer(new CallerAddress(setup.settings().trustedProxies()));
        }
        return configuration;
    }

    /** The last bound, which nobody is to come to: above it Jetty accepts none. */
    private int maxConnections() {
        HttpSettings settings = setup.settings();
        int wanted = settings.sockets().maxSockets() + settings.connections().inAll() + MORE_CONNECTIONS;
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? Math.toIntExact(Math.min(wanted, Math.max(1, unix.getMaxFileDescriptorCount() * 3 / 4)))
                : wanted;
    }

    @Override
    public void configureWebSockets(
            @Nullable Map<String, WebSocketHandlerWrapper> handlers, Optional<Long> idleTimeoutMillis) {
        if (handlers != null) {
            throw new UnsupportedOperationException("WebSockets are not routed by Spark: see SocketHandler");
        }
    }

    /** Returns at once: Spark's thread, which is no daemon, would wait here for the end and keep a program from ending. */
    @Override
    public void join() {}

    @Override
    public void extinguish() {
        Server jetty = server;
        if (jetty == null) {
            return;
        }
        setup.sockets().close();
        for (Connector connector : jetty.getConnectors()) {
            // Takes no more, and gives what is under way the time it has.
            connector.shutdown();
        }
        setup.connections().closeIdle();
        try {
            jetty.stop();
        } catch (Exception e) {
            log.warn("Requests under way were cut off after {} s", STOP_TIME.toSeconds(), e);
        }
    }

    /** How many requests are under way. */
    @Override
    public int activeThreadCount() {
        return Math.toIntExact(counting.getCurrentRequestCount());
    }
}
