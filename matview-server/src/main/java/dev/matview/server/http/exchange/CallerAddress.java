package dev.matview.server.http.exchange;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * By which address those are told apart who give no name. Put before all handlers, so that a request seems to come from who
 * asks, and not from the proxy that passes it on.
 */
public final class CallerAddress implements HttpConfiguration.Customizer {

    /** What one customer of a provider is given at least: he has 2^64 addresses. */
    private static final int IPV6_PREFIX_BYTES = 8;

    private final TrustedProxies proxies;

    public CallerAddress(TrustedProxies proxies) {
        this.proxies = proxies;
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        if (!(connection.getRemoteSocketAddress() instanceof InetSocketAddress peer) || !proxies.trust(peer)) {
            return request;
        }
        InetAddress caller =
                proxies.caller(peer.getAddress(), request.getHeaders().getValuesList("X-Forwarded-For"));
        return new Forwarded(request, new From(connection, new InetSocketAddress(caller, 0)));
    }

    /** Addresses that are counted as one. */
    public static String group(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length > 4
                ? HexFormat.of().formatHex(Arrays.copyOf(bytes, IPV6_PREFIX_BYTES))
                : address.getHostAddress();
    }

    /** The group of who asks. */
    public static String group(Request request) {
        return request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress caller
                ? group(caller.getAddress())
                : "";
    }

    private static final class Forwarded extends Request.Wrapper {
        private final ConnectionMetaData connection;

        Forwarded(Request request, ConnectionMetaData connection) {
            super(request);
            this.connection = connection;
        }

        @Override
        public ConnectionMetaData getConnectionMetaData() {
            return connection;
        }
    }

    private static final class From extends ConnectionMetaData.Wrapper {
        private final SocketAddress caller;

        From(ConnectionMetaData connection, SocketAddress caller) {
            super(connection);
            this.caller = caller;
        }

        @Override
        public SocketAddress getRemoteSocketAddress() {
            return caller;
        }
    }
}
