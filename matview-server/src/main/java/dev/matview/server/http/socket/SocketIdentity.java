package dev.matview.server.http.socket;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Caller;
import dev.matview.server.auth.Identity;
import dev.matview.server.http.exchange.HttpError;
import dev.matview.server.http.exchange.QueryRequest;
import dev.matview.server.http.exchange.RequestBody;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who a WebSocket answers, and until when. A client that has subscribed may send another token of the same user, before the
 * one it came with has expired: {@code {"type": "auth", "token": "…"}}. It ends with the one that ends last.
 * Thread-safe.
 */
final class SocketIdentity {

    private static final List<String> KEYS = List.of("type", "token");

    private final MessageRoom room;

    /** Guarded by this, as is all that follows. */
    private TextMessage message;

    private @Nullable Caller caller;
    private @Nullable Instant expiry;

    /** @param room for what has come of such messages, shared with other sockets */
    SocketIdentity(MessageRoom room) {
        this.room = room;
        this.message = new TextMessage(SocketLimits.MAX_RENEWAL_BYTES, room);
    }

    /** The first token was accepted. */
    synchronized void begin(Identity identity) {
        caller = identity.caller();
        expiry = identity.expiry();
    }

    /** When the token ends; null when it does not. */
    synchronized @Nullable Instant expiry() {
        return expiry;
    }

    /** Takes the next part of a message after the first. */
    synchronized TextMessage.Taken add(@Nullable ByteBuffer part) {
        return message.add(part);
    }

    /**
     * The message, which has come whole.
     *
     * @throws CharacterCodingException when it is no UTF-8
     */
    synchronized String take() throws CharacterCodingException {
        try {
            return message.text();
        } finally {
            message.drop();
            message = new TextMessage(SocketLimits.MAX_RENEWAL_BYTES, room);
        }
    }

    /** Nothing more is wanted. */
    synchronized void drop() {
        message.drop();
    }

    /**
     * Takes over the token of a message.
     *
     * @param authenticate tells whose a token is; may wait
     * @throws HttpError 400 when it is no such message, 401 for a token that is not accepted, 403 for one of another user
     */
    void renew(String text, Function<@Nullable String, Identity> authenticate) {
        ObjectNode json = RequestBody.parse(text);
        if (json.has("query")) {
            throw HttpError.badRequest(
                    "bad_request",
                    "A message after the first renews the token, and has no query: open another WebSocket.");
        }
        QueryRequest.requireKnown(json, KEYS);
        if (!"auth".equals(json.path("type").textValue())) {
            throw HttpError.badRequest("bad_request", "A message after the first must have the type auth.");
        }
        Identity renewed = authenticate.apply(json.path("token").textValue());
        synchronized (this) {
            if (caller == null) {
                throw HttpError.badRequest("bad_request", "The first message is not answered yet.");
            }
            if (!caller.equals(renewed.caller())) {
                throw HttpError.of(403, "forbidden", "The token is another user's.");
            }
            expiry = later(expiry, renewed.expiry());
        }
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other == null ? null : one.isAfter(other) ? one : other;
    }
}
