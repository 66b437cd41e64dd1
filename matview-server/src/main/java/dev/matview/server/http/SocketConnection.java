package dev.matview.server.http;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.QueryException;
import dev.matview.core.Subscription;
import dev.matview.core.mango.MangoException;
import dev.matview.server.auth.Identity;
import dev.matview.server.push.Outbox;
import dev.matview.server.push.Outlet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Set;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.WebSocketPartialListener;
import org.eclipse.jetty.websocket.api.WebSocketPingPongListener;
import org.eclipse.jetty.websocket.api.WriteCallback;
import org.eclipse.jetty.websocket.common.WebSocketFrame;
import org.eclipse.jetty.websocket.common.WebSocketRemoteEndpoint;
import org.eclipse.jetty.websocket.common.frames.PingFrame;
import org.eclipse.jetty.websocket.common.frames.TextFrame;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket: opened, authenticated by its first message, subscribed, closed. What a client sends after that is not
 * read but for pongs. Jetty calls the listener's methods one after the other, the sweep comes at any time.
 */
final class SocketConnection implements WebSocketPartialListener, WebSocketPingPongListener, Outlet {

    private static final Logger log = LoggerFactory.getLogger(SocketConnection.class);

    private final Sockets sockets;
    private final String path;
    private final Instant opened;
    private volatile Instant heard;
    private volatile Instant pinged;
    private volatile @Nullable Session session;
    private volatile @Nullable Outbox outbox;

    private final ArrivingMessage arriving;

    /** Guarded by this, as is all that follows. */
    private boolean spoken;

    private @Nullable Instant expiry;

    /** The feed that is subscribed to; null for none, and for an own database. */
    private @Nullable String feed;

    private Subscription subscription = () -> {};
    private @Nullable Instant closing;
    private boolean gone;

    /** @param path the last part of the request's path: a collection, or {@code global} */
    SocketConnection(Sockets sockets, String path, Instant now) {
        this.sockets = sockets;
        this.path = path;
        this.opened = now;
        this.heard = now;
        this.pinged = now;
        this.arriving = new ArrivingMessage(sockets.unauthenticated());
    }

    @Override
    public void onWebSocketConnect(Session opened) {
        session = opened;
        sockets.opened(this);
    }

    /** A message comes in parts: Jetty would put it together whatever all the others have under way. */
    @Override
    public void onWebSocketPartialText(String part, boolean last) {
        heard = sockets.now();
        synchronized (this) {
            if (spoken || closing != null) {
                return;
            }
            spoken = last;
        }
        switch (arriving.add(part)) {
            case TOO_LARGE ->
                close(CloseCode.TOO_LARGE, "a message may have " + SocketLimits.MAX_MESSAGE_BYTES + " bytes");
            case NO_ROOM -> close(CloseCode.NO_ROOM, "no room for messages of unauthenticated clients");
            case TAKEN -> {
                if (last) {
                    authenticate(arriving.text());
                    arriving.drop();
                }
            }
        }
    }

    private void authenticate(String message) {
        try {
            subscribe(SocketRequest.parse(message));
        } catch (HttpError e) {
            refuse(e);
        } catch (QueryException e) {
            refuse(HttpError.of(e));
        } catch (MangoException e) {
            refuse(HttpError.of(e));
        } catch (RuntimeException e) {
            log.error("A subscription failed", e);
            refuse(HttpError.internal());
        }
    }

    private void subscribe(SocketRequest request) {
        Identity identity = sockets.authenticate(request.token());
        SocketRequest.Subscribed asked = sockets.read(request, path, identity.caller());
        Outbox box = new Outbox(this, asked.delta(), sockets::now);
        synchronized (this) {
            expiry = identity.expiry();
            feed = asked.global() ? asked.collection() : null;
            outbox = box;
        }
        Subscription begun = sockets.subscribe(asked, box);
        boolean late;
        synchronized (this) {
            subscription = begun;
            late = gone || closing != null;
        }
        if (late) {
            begun.close();
        }
    }

    private void refuse(HttpError error) {
        byte[] message = Answer.body(error.error(), error.reason());
        send(ByteBuffer.wrap(message), () -> {});
        close(CloseCode.of(error), CloseCode.reason(error));
    }

    @Override
    public void onWebSocketPartialBinary(ByteBuffer payload, boolean last) {
        close(CloseCode.NOT_TEXT, "text only");
    }

    @Override
    public void onWebSocketPing(ByteBuffer payload) {
        heard = sockets.now();
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
        heard = sockets.now();
    }

    /** When the client last showed that it is there. */
    Instant heard() {
        return heard;
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        log.debug("A WebSocket failed", cause);
    }

    @Override
    public void onWebSocketClose(int code, @Nullable String reason) {
        synchronized (this) {
            gone = true;
        }
        stop();
        sockets.closed(this);
    }

    @Override
    public void send(ByteBuffer message, Runnable sent) {
        sendFrame(new TextFrame().setPayload(message), sent);
    }

    private void sendFrame(WebSocketFrame frame, Runnable sent) {
        Session current = session;
        if (current != null && current.getRemote() instanceof WebSocketRemoteEndpoint remote) {
            // Unchecked and raw: the bytes are shared by all who get them, and valid UTF-8.
            remote.uncheckedSendFrame(frame, new WriteCallback() {
                @Override
                public void writeFailed(Throwable cause) {
                    // Jetty closes the connection, and tells onWebSocketClose.
                    log.debug("A WebSocket did not take a message", cause);
                }

                @Override
                public void writeSuccess() {
                    sent.run();
                }
            });
        }
    }

    /**
     * Looks whether anything has taken too long, or is allowed no more. Quick: it is called for every socket each second.
     *
     * @param registered the collections that have a feed
     */
    void sweep(Instant now, SocketLimits limits, Set<String> registered) {
        Instant since;
        Instant end;
        boolean silent;
        String asked;
        synchronized (this) {
            asked = feed;
            since = closing;
            end = expiry;
            silent = !spoken;
        }
        if (since != null) {
            if (now.isAfter(since.plus(limits.authTime()))) {
                // It did not take the farewell, or did not answer it.
                disconnect();
            }
        } else if (silent && now.isAfter(opened.plus(limits.authTime()))) {
            close(CloseCode.UNAUTHORIZED, "no authentication in time");
        } else if (end != null && !now.isBefore(end)) {
            close(CloseCode.UNAUTHORIZED, "the token has expired");
        } else if (asked != null && !registered.contains(asked)) {
            refuse(HttpError.of(new FeedNotRegisteredException(asked)));
        } else if (isTooSlow(now, limits)) {
            close(CloseCode.TOO_SLOW, "too slow");
        } else if (now.isAfter(heard.plus(limits.silence()))) {
            close(CloseCode.GOING_AWAY, "no answer to pings");
        } else if (!isSending() && now.isAfter(pinged.plus(limits.pingInterval()))) {
            pinged = now;
            sendFrame(new PingFrame(), () -> {});
        }
    }

    private boolean isTooSlow(Instant now, SocketLimits limits) {
        Outbox box = outbox;
        return box != null
                && box.sendingSince()
                        .filter(since -> now.isAfter(since.plus(limits.sendTime())))
                        .isPresent();
    }

    private boolean isSending() {
        Outbox box = outbox;
        return box != null && box.sendingSince().isPresent();
    }

    void close(CloseCode code, String reason) {
        synchronized (this) {
            if (closing != null || gone) {
                return;
            }
            closing = sockets.now();
        }
        stop();
        Session current = session;
        if (current == null) {
            sockets.closed(this);
        } else {
            current.close(code.number(), reason);
        }
    }

    private void stop() {
        arriving.end();
        Subscription ended;
        synchronized (this) {
            ended = subscription;
        }
        ended.close();
        Outbox box = outbox;
        if (box != null) {
            box.close();
        }
    }

    void disconnect() {
        Session current = session;
        if (current != null) {
            try {
                current.disconnect();
            } catch (IOException e) {
                log.debug("A WebSocket was gone already", e);
            }
        }
        sockets.closed(this);
    }
}
