package dev.matview.server.http.socket;

import dev.matview.core.QueryException;
import dev.matview.core.event.Subscription;
import dev.matview.core.mango.MangoException;
import dev.matview.server.auth.Identity;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.Responses;
import dev.matview.server.process.MemoryExhaustion;
import dev.matview.server.push.Outbox;
import dev.matview.server.push.Outlet;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket: opened, authenticated by its first message, subscribed, closed. What a client sends after that renews its
 * token, or answers pings, and all its frames are counted: who sends more than anybody needs is closed, and not read any
 * more. Jetty brings one frame after the other, each when it is asked for; the sweep comes at any time.
 */
final class SocketConnection implements FrameHandler, Outlet {

    private static final Logger log = LoggerFactory.getLogger(SocketConnection.class);

    private final Sockets sockets;
    private final String path;
    private final String address;
    private final Instant opened;
    private final Allowance frames;

    /** What has come of the first message. */
    private final TextMessage first;

    /** Who it answers; takes the later ones. */
    private final SocketIdentity identity;

    /** Whether a pong is on its way: a client that asks more often than it listens gets no queue of them. */
    private final AtomicBoolean answering = new AtomicBoolean();

    private volatile Instant heard;
    private volatile Instant pinged;
    private volatile @Nullable CoreSession session;
    private volatile @Nullable Outbox outbox;

    /** Guarded by this, as is all that follows. */
    private boolean spoken;

    /** As whose the socket is counted; null until it is known. */
    private @Nullable String caller;

    private Subscription subscription = () -> {};
    private @Nullable Instant closing;

    /** What to say as soon as there is somebody to say it to: it is closed before it was open. */
    private @Nullable Runnable farewell;

    private boolean flooding;
    private boolean gone;

    /**
     * @param path the last part of the request's path: a collection, or {@code global}
     * @param address who it is as long as nothing else is known
     */
    SocketConnection(Sockets sockets, String path, String address, Instant now) {
        this.sockets = sockets;
        this.path = path;
        this.address = address;
        this.opened = now;
        this.heard = now;
        this.pinged = now;
        this.first = new TextMessage(SocketLimits.MAX_MESSAGE_BYTES, sockets.unauthenticated());
        this.identity = new SocketIdentity(sockets.renewals());
        this.frames = SocketLimits.frames(now);
    }

    String address() {
        return address;
    }

    Instant opened() {
        return opened;
    }

    /** Whether nobody knows yet who it is. */
    synchronized boolean isSilent() {
        return !spoken && !gone;
    }

    @Override
    public void onOpen(CoreSession opened, Callback callback) {
        session = opened;
        callback.succeeded();
        sockets.opened(this);
        Runnable late;
        synchronized (this) {
            late = farewell;
        }
        if (late != null) {
            late.run();
        }
        opened.demand();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        heard = sockets.now();
        boolean allowed = frames.take(heard);
        if (allowed) {
            take(frame);
        } else {
            synchronized (this) {
                flooding = true;
            }
            close(CloseCode.TOO_MANY, "too_many_frames");
        }
        callback.succeeded();
        CoreSession current = session;
        // Who floods is not read any more: the rest waits where it costs nothing, until the connection is given up.
        if (allowed && current != null && frame.getOpCode() != OpCode.CLOSE) {
            current.demand();
        }
    }

    private void take(Frame frame) {
        switch (frame.getOpCode()) {
            case OpCode.TEXT, OpCode.CONTINUATION -> takePart(frame);
            case OpCode.BINARY -> close(CloseCode.NOT_TEXT, "text only");
            case OpCode.PING -> answerPing(frame);
            // A pong has been heard; a close is answered by Jetty.
            default -> {}
        }
    }

    private void takePart(Frame frame) {
        boolean later;
        synchronized (this) {
            if (closing != null) {
                return;
            }
            later = spoken;
        }
        int most = later ? SocketLimits.MAX_RENEWAL_BYTES : SocketLimits.MAX_MESSAGE_BYTES;
        switch (later ? identity.add(frame.getPayload()) : first.add(frame.getPayload())) {
            case TOO_LARGE -> close(CloseCode.TOO_LARGE, "a message may have " + most + " bytes");
            case NO_ROOM ->
                close(
                        CloseCode.NO_ROOM,
                        later ? "no room for messages" : "no room for messages of unauthenticated clients");
            case TAKEN -> {
                if (frame.isFin()) {
                    takeWhole(later);
                }
            }
        }
    }

    private void takeWhole(boolean later) {
        synchronized (this) {
            spoken = true;
        }
        try {
            if (later) {
                String renewal = identity.take();
                sockets.execute(() -> take(() -> identity.renew(renewal, sockets::authenticate)));
                return;
            }
            String message = first.text();
            // It may wait for an answer, which the threads that read must not. Until then it takes its room.
            sockets.execute(() -> {
                first.drop();
                take(() -> subscribe(SocketRequest.parse(message)));
            });
        } catch (CharacterCodingException e) {
            close(CloseCode.NOT_UTF8, "text must be UTF-8");
        }
    }

    private void answerPing(Frame ping) {
        if (answering.compareAndSet(false, true)) {
            ByteBuffer payload = BufferUtil.copy(ping.getPayload());
            sendFrame(new Frame(OpCode.PONG, payload), () -> answering.set(false));
        }
    }

    private void take(Runnable message) {
        synchronized (this) {
            if (closing != null) {
                return;
            }
        }
        try {
            message.run();
        } catch (HttpError e) {
            refuse(e);
        } catch (QueryException e) {
            refuse(HttpError.of(e));
        } catch (MangoException e) {
            refuse(HttpError.of(e));
        } catch (RuntimeException | Error e) {
            MemoryExhaustion.atTop(e);
            log.error("A message failed", e);
            refuse(HttpError.internal());
        }
    }

    private void subscribe(SocketRequest request) {
        Identity known = sockets.authenticate(request.token());
        String name = sockets.count(known.caller(), address);
        if (!count(name)) {
            return;
        }
        SocketRequest.Subscribed asked = sockets.read(request, path, known.caller());
        identity.begin(known);
        Outbox box = new Outbox(this, asked.delta(), asked.since(), sockets::now);
        synchronized (this) {
            outbox = box;
        }
        Subscription begun = sockets.subscribe(asked, box, name);
        boolean late;
        synchronized (this) {
            subscription = begun;
            late = gone || closing != null;
        }
        if (late) {
            begun.close();
        }
    }

    /** Is counted as the caller's until it is gone; false when it is gone already. */
    private boolean count(String name) {
        synchronized (this) {
            if (!gone) {
                caller = name;
                return true;
            }
        }
        sockets.uncount(name);
        return false;
    }

    /** Ends being counted. Says as whose it was; null when it was nobody's. */
    synchronized @Nullable String leave() {
        gone = true;
        return caller;
    }

    private void refuse(HttpError error) {
        byte[] message = Responses.body(error.error(), error.reason());
        send(ByteBuffer.wrap(message), () -> {});
        close(CloseCode.of(error), CloseCode.reason(error));
    }

    /** When its token ends; empty when it does not, or there is none yet. */
    Optional<Instant> expiry() {
        return Optional.ofNullable(identity.expiry());
    }

    /** When the client last showed that it is there. */
    Instant heard() {
        return heard;
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        MemoryExhaustion.atTop(cause);
        log.debug("A WebSocket failed", cause);
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        sockets.closed(this);
        stopSending();
        callback.succeeded();
    }

    @Override
    public void send(ByteBuffer message, Runnable sent) {
        sendFrame(new Frame(OpCode.TEXT, message), sent);
    }

    @Override
    public void refuse(QueryException reason) {
        refuse(HttpError.of(reason));
    }

    private void sendFrame(Frame frame, Runnable sent) {
        CoreSession current = session;
        if (current != null) {
            // When it is not taken, Jetty closes the connection, and tells onClosed.
            Callback done = Callback.from(sent, cause -> log.debug("A WebSocket did not take a message", cause));
            current.sendFrame(frame, done, false);
        }
    }

    /** Looks whether anything has taken too long, or is allowed no more. Quick: it is called for every socket each second. */
    void sweep(Instant now, SocketLimits limits) {
        Instant since;
        Duration patience;
        boolean silent;
        synchronized (this) {
            since = closing;
            patience = flooding ? SocketLimits.FLOODING_FAREWELL : limits.authTime();
            silent = !spoken;
        }
        Instant end = identity.expiry();
        if (since != null) {
            if (now.isAfter(since.plus(patience))) {
                // It did not take the farewell, or did not answer it.
                disconnect();
            }
        } else if (silent && now.isAfter(opened.plus(limits.authTime()))) {
            close(CloseCode.UNAUTHORIZED, "no authentication in time");
        } else if (end != null && !now.isBefore(end)) {
            close(CloseCode.UNAUTHORIZED, "the token has expired");
        } else if (isTooSlow(now, limits)) {
            close(CloseCode.TOO_SLOW, "too slow");
        } else if (now.isAfter(heard.plus(limits.silence()))) {
            close(CloseCode.GOING_AWAY, "no answer to pings");
        } else if (!isSending() && now.isAfter(pinged.plus(limits.pingInterval()))) {
            pinged = now;
            sendFrame(new Frame(OpCode.PING), () -> {});
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
            farewell = () -> sayFarewell(code, reason);
        }
        stopSending();
        if (session == null) {
            sockets.closed(this);
        } else {
            sayFarewell(code, reason);
        }
    }

    private void sayFarewell(CloseCode code, String reason) {
        CoreSession current = session;
        if (current != null) {
            current.close(code.number(), reason, Callback.NOOP);
        }
    }

    private void stopSending() {
        first.drop();
        identity.drop();
        Outbox box = outbox;
        if (box != null) {
            box.close();
        }
        Subscription ended;
        synchronized (this) {
            ended = subscription;
        }
        // Whoever holds what it needs may be at work for long.
        sockets.execute(ended::close);
    }

    void disconnect() {
        CoreSession current = session;
        if (current != null) {
            current.abort();
        }
        sockets.closed(this);
    }
}
