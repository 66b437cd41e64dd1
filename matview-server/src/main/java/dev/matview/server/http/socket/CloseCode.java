package dev.matview.server.http.socket;

import dev.matview.server.http.exchange.HttpError;
import java.nio.charset.StandardCharsets;

/** Why the server closes a WebSocket. Those above 4000 are our own (RFC 6455, section 7.4.2). */
enum CloseCode {
    /** The server stops, or the client is no longer there. */
    GOING_AWAY(1001),
    /** A binary message; all of ours are text. */
    NOT_TEXT(1003),
    /** Text that is no UTF-8. */
    NOT_UTF8(1007),
    /** A message of more than {@link SocketLimits#MAX_MESSAGE_BYTES}. */
    TOO_LARGE(1009),
    /**
     * There is no answer yet, or clients that have not authenticated have more under way than there is room for: try again
     * later.
     */
    NO_ROOM(1013),
    /** Something went wrong that the server did not expect. */
    INTERNAL_ERROR(1011),
    /**
     * The authentication message is no such message, or its query is refused: an error message comes before, and the
     * reason begins as it does.
     */
    BAD_REQUEST(4000),
    /** No token in time, one that is not accepted, or one that has expired. */
    UNAUTHORIZED(4001),
    /** What the query asks for is not for this caller, or not registered: an error message comes before. */
    FORBIDDEN(4003),
    /** The client takes too long to read. */
    TOO_SLOW(4008),
    /** The answer, or one that was to be pushed, is larger than a message may be: an error message comes before. */
    ANSWER_TOO_LARGE(4009),
    /**
     * The caller has as many WebSockets as it may: an error message comes before. Or the client sends more frames than
     * anybody needs; not 1008, after which Jetty hangs up at once, so that a client that is still sending never reads why.
     */
    TOO_MANY(4029);

    /** A reason may have 123 bytes (RFC 6455, section 5.5). */
    private static final int LONGEST_REASON = 123;

    private final int number;

    CloseCode(int number) {
        this.number = number;
    }

    /** The error's name and, where the client can mend something, as much of its reason as fits. */
    static String reason(HttpError refused) {
        CloseCode code = of(refused);
        if (code != BAD_REQUEST && code != ANSWER_TOO_LARGE) {
            return refused.error();
        }
        String text = refused.error() + ": " + refused.reason();
        int bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            bytes += Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > LONGEST_REASON) {
                break;
            }
            end += Character.charCount(c);
        }
        return text.substring(0, end);
    }

    int number() {
        return number;
    }

    static CloseCode of(HttpError refused) {
        return switch (refused.status()) {
            case 401 -> UNAUTHORIZED;
            case 403 -> FORBIDDEN;
            case 429 -> TOO_MANY;
            case 500 -> INTERNAL_ERROR;
            case 503 -> NO_ROOM;
            default -> refused.error().equals("answer_too_large") ? ANSWER_TOO_LARGE : BAD_REQUEST;
        };
    }
}
