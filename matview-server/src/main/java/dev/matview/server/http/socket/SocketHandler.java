package dev.matview.server.http.socket;

import dev.matview.server.http.connection.Cors;
import dev.matview.server.http.exchange.CallerAddress;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.Responses;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;
import org.jspecify.annotations.Nullable;
import spark.utils.urldecoding.UrlDecode;

/** Makes WebSockets of requests to {@code /data/global} and {@code /data/{collection}} that ask to be one. */
public final class SocketHandler extends Handler.Wrapper {

    private static final Pattern PATH = Pattern.compile("/data/([^/]+)/?");

    /** Pings are answered long before; this ends what even the sweep has missed. */
    private static final Duration IDLE_TIME = Duration.ofMinutes(5);

    private final WebSocketMappings upgrading;
    private final Configuration.ConfigurationCustomizer limits = new Configuration.ConfigurationCustomizer();
    private final Sockets sockets;
    private final Cors cors;

    public SocketHandler(Server server, Sockets sockets, Cors cors, Handler others) {
        super(others);
        this.upgrading = new WebSocketMappings(WebSocketServerComponents.ensureWebSocketComponents(server));
        this.sockets = sockets;
        this.cors = cors;
        limits.setIdleTimeout(IDLE_TIME);
        limits.setMaxFrameSize(SocketLimits.MAX_FRAME_BYTES);
        limits.setAutoFragment(true);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Matcher path = PATH.matcher(request.getHttpURI().getPath());
        if (path.matches()) {
            Negotiator negotiator = new Negotiator(decoded(path.group(1)));
            if (upgrading.upgrade(negotiator, request, response, callback, limits)) {
                return true;
            }
        }
        return super.handle(request, response, callback);
    }

    private static String decoded(String part) {
        try {
            return UrlDecode.path(part);
        } catch (IllegalArgumentException malformed) {
            // No collection has that name.
            return part;
        }
    }

    /** Makes the connection of a request that is a well-formed handshake, or answers why not. */
    private final class Negotiator implements WebSocketNegotiator {

        private final String path;

        private Negotiator(String path) {
            this.path = path;
        }

        @Override
        public void customize(Configuration session) {
            PlainFarewells.install(session);
        }

        @Override
        public @Nullable FrameHandler negotiate(
                ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
            if (!cors.admits(
                    request.getHeaders().get("Origin"), request.getHeaders().get("Host"))) {
                Responses.send(
                        response,
                        callback,
                        HttpError.of(403, "forbidden", "Pages of this origin may not open a WebSocket here."));
                return null;
            }
            SocketConnection connection = sockets.open(path, CallerAddress.group(request));
            if (connection == null) {
                Responses.send(response, callback, HttpError.tooBusy("There are too many WebSockets."));
                return null;
            }
            Request.addCompletionListener(request, failure -> {
                if (failure != null) {
                    sockets.closed(connection);
                }
            });
            // Compression would be done for each socket anew, and cost each its own window.
            response.setExtensions(List.of());
            return connection;
        }
    }
}
