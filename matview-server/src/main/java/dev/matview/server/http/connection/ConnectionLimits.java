package dev.matview.server.http.connection;

/**
 * Bounds of HTTP connections, beside the WebSockets. Where one more comes than there may be, the one that has been without a
 * request for longest makes room, so that connections on which nothing is asked keep nobody out.
 *
 * @param inAll how many there are
 * @param perAddress how many one address has; a trusted proxy has as many as there may be
 */
public record ConnectionLimits(int inAll, int perAddress) {

    /** @throws IllegalArgumentException when there could be none */
    public ConnectionLimits {
        if (inAll < 1 || perAddress < 1) {
            throw new IllegalArgumentException("there must be connections");
        }
    }

    /** 4,096, of which one address has 1,024. */
    public static ConnectionLimits defaults() {
        return new ConnectionLimits(4096, 1024);
    }
}
