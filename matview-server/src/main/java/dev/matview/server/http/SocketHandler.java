package dev.matview.server.http;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.websocket.api.WebSocketPolicy;
import org.eclipse.jetty.websocket.server.WebSocketHandler;
import org.eclipse.jetty.websocket.servlet.WebSocketCreator;
import org.eclipse.jetty.websocket.servlet.WebSocketServletFactory;
import spark.utils.urldecoding.UrlDecode;

/** Makes WebSockets of requests to {@code /data/global} and {@code /data/{collection}} that ask to be one. */
final class SocketHandler extends WebSocketHandler {

    private static final Pattern PATH = Pattern.compile("/data/([^/]+)/?");

    /** Pings are answered long before; this ends what even the sweep has missed. */
    private static final Duration IDLE_TIME = Duration.ofMinutes(5);

    private final Sockets sockets;
    private final Cors cors;

    SocketHandler(Sockets sockets, Cors cors) {
        this.sockets = sockets;
        this.cors = cors;
    }

    @Override
    public void configurePolicy(WebSocketPolicy policy) {
        policy.setIdleTimeout(IDLE_TIME.toMillis());
        policy.setMaxTextMessageSize(SocketLimits.MAX_MESSAGE_BYTES);
        policy.setMaxBinaryMessageSize(SocketLimits.MAX_MESSAGE_BYTES);
    }

    @Override
    public void configure(WebSocketServletFactory factory) {
        // All is said by the policy, and at each upgrade.
    }

    @Override
    public void handle(String target, Request baseRequest, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        WebSocketServletFactory factory = getWebSocketFactory();
        Matcher path = PATH.matcher(request.getRequestURI());
        if (!path.matches() || !factory.isUpgradeRequest(request, response)) {
            return;
        }
        baseRequest.setHandled(true);
        if (!cors.admits(request.getHeader("Origin"))) {
            Answer.send(
                    response, HttpError.of(403, "forbidden", "Pages of this origin may not open a WebSocket here."));
            return;
        }
        SocketConnection connection = sockets.open(decoded(path.group(1)));
        if (connection == null) {
            Answer.send(response, HttpError.tooBusy("There are too many WebSockets."));
            return;
        }
        WebSocketCreator creator = (asked, answer) -> {
            // Compression would be done for each socket anew, and cost each its own window.
            answer.setExtensions(List.of());
            return connection;
        };
        if (!factory.acceptWebSocket(creator, request, response)) {
            sockets.closed(connection);
        }
    }

    private static String decoded(String part) {
        try {
            return UrlDecode.path(part);
        } catch (IllegalArgumentException malformed) {
            // No collection has that name.
            return part;
        }
    }
}
