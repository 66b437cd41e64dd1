package dev.matview.server.http;

import dev.matview.server.http.connection.ConnectionLimits;
import dev.matview.server.http.connection.Cors;
import dev.matview.server.http.exchange.TrustedProxies;
import dev.matview.server.http.socket.SocketLimits;
import org.jspecify.annotations.Nullable;

/**
 * Where and how is served. Immutable and thread-safe.
 *
 * @param host the name or address to bind to
 * @param port the port to bind to; 0 for a free one
 * @param cors which pages of other origins may read answers
 * @param sockets bounds of WebSockets
 * @param connections bounds of connections that are no WebSockets
 * @param maxRequestsPerCaller how many requests of one caller are answered at once; callers without a DID count by address
 * @param trustedProxies whose word on whose address it is counts
 * @param management where else administrators are served; null for nowhere
 * @param metricsToken what lets a scraper read {@code /metrics} and nothing else; null for no such token
 */
public record HttpSettings(
        String host,
        int port,
        Cors cors,
        SocketLimits sockets,
        ConnectionLimits connections,
        int maxRequestsPerCaller,
        TrustedProxies trustedProxies,
        @Nullable Management management,
        @Nullable MetricsToken metricsToken) {

    /** How many requests of one caller are answered at once unless it is said. */
    public static final int MAX_REQUESTS_PER_CALLER = 20;

    /** @throws IllegalArgumentException when no request would be answered */
    public HttpSettings {
        if (maxRequestsPerCaller < 1) {
            throw new IllegalArgumentException("maxRequestsPerCaller must be above zero");
        }
    }

    /** Without trusted proxies, a place for administrators and a token for scrapers. */
    public HttpSettings(String host, int port, Cors cors, SocketLimits sockets, int maxRequestsPerCaller) {
        this(
                host,
                port,
                cors,
                sockets,
                ConnectionLimits.defaults(),
                maxRequestsPerCaller,
                TrustedProxies.none(),
                null,
                null);
    }

    /**
     * A second address, for those who look after the server: {@code /health}, {@code /metrics}, {@code /feeds} and the status
     * page, no data. On a loopback address {@code /metrics} needs no token there: who can connect is on this machine.
     *
     * @param host the name or address to bind to
     * @param port the port to bind to; 0 for a free one
     */
    public record Management(String host, int port) {

        /** On this machine alone. */
        public static Management onLoopback(int port) {
            return new Management("127.0.0.1", port);
        }
    }

    /** On that address, with no other origins and the default limits. */
    public static HttpSettings of(String host, int port) {
        return new HttpSettings(host, port, Cors.none(), SocketLimits.defaults(), MAX_REQUESTS_PER_CALLER);
    }

    /** The same for pages of other origins. */
    public HttpSettings withCors(Cors cors) {
        return new HttpSettings(
                host, port, cors, sockets, connections, maxRequestsPerCaller, trustedProxies, management, metricsToken);
    }

    /** The same with other bounds of WebSockets. */
    public HttpSettings withSockets(SocketLimits sockets) {
        return new HttpSettings(
                host, port, cors, sockets, connections, maxRequestsPerCaller, trustedProxies, management, metricsToken);
    }

    /** The same with other bounds of connections. */
    public HttpSettings withConnections(ConnectionLimits connections) {
        return new HttpSettings(
                host, port, cors, sockets, connections, maxRequestsPerCaller, trustedProxies, management, metricsToken);
    }

    /** The same with another number of requests. */
    public HttpSettings withMaxRequestsPerCaller(int maxRequestsPerCaller) {
        return new HttpSettings(
                host, port, cors, sockets, connections, maxRequestsPerCaller, trustedProxies, management, metricsToken);
    }

    /** The same behind these proxies. */
    public HttpSettings withTrustedProxies(TrustedProxies trustedProxies) {
        return new HttpSettings(
                host, port, cors, sockets, connections, maxRequestsPerCaller, trustedProxies, management, metricsToken);
    }

    /** The same with a second address for administrators, or none. */
    public HttpSettings withManagement(@Nullable Management management) {
        return new HttpSettings(
                host, port, cors, sockets, connections, maxRequestsPerCaller, trustedProxies, management, metricsToken);
    }

    /** The same with a token for scrapers, or none. */
    public HttpSettings withMetricsToken(@Nullable MetricsToken metricsToken) {
        return new HttpSettings(
                host, port, cors, sockets, connections, maxRequestsPerCaller, trustedProxies, management, metricsToken);
    }
}
