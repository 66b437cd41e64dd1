package dev.matview.server.http;

import dev.matview.server.auth.MetricsToken;
import org.jspecify.annotations.Nullable;

/**
 * Where and how is served.
 *
 * @param host the name or address to bind to
 * @param port the port to bind to; 0 for a free one
 * @param cors which pages of other origins may read answers
 * @param sockets bounds of WebSockets
 * @param maxRequestsPerCaller how many requests of one caller are answered at once; callers without a DID count by address
 * @param metricsToken what a collector of metrics may send instead of an administrator's token; null for nothing
 */
public record HttpSettings(
        String host,
        int port,
        Cors cors,
        SocketLimits sockets,
        int maxRequestsPerCaller,
        @Nullable MetricsToken metricsToken) {

    /** How many requests of one caller are answered at once unless it is said. */
    public static final int MAX_REQUESTS_PER_CALLER = 20;

    /** @throws IllegalArgumentException when no request would be answered */
    public HttpSettings {
        if (maxRequestsPerCaller < 1) {
            throw new IllegalArgumentException("maxRequestsPerCaller must be above zero");
        }
    }

    /** On that address, with no other origins and the default limits. */
    public static HttpSettings of(String host, int port) {
        return new HttpSettings(host, port, Cors.none(), SocketLimits.defaults(), MAX_REQUESTS_PER_CALLER, null);
    }

    /** The same for pages of other origins. */
    public HttpSettings withCors(Cors cors) {
        return new HttpSettings(host, port, cors, sockets, maxRequestsPerCaller, metricsToken);
    }

    /** The same with other bounds of WebSockets. */
    public HttpSettings withSockets(SocketLimits sockets) {
        return new HttpSettings(host, port, cors, sockets, maxRequestsPerCaller, metricsToken);
    }

    /** The same with another number of requests. */
    public HttpSettings withMaxRequestsPerCaller(int maxRequestsPerCaller) {
        return new HttpSettings(host, port, cors, sockets, maxRequestsPerCaller, metricsToken);
    }

    /** The same for collectors of metrics that send this token. */
    public HttpSettings withMetricsToken(MetricsToken metricsToken) {
        return new HttpSettings(host, port, cors, sockets, maxRequestsPerCaller, metricsToken);
    }
}
