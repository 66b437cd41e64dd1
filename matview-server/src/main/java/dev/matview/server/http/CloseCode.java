package dev.matview.server.http;

/** Why the server closes a WebSocket. Those above 4000 are our own (RFC 6455, section 7.4.2). */
enum CloseCode {
    /** The server stops, or the client is no longer there. */
    GOING_AWAY(1001),
    /** A binary message; all of ours are text. */
    NOT_TEXT(1003),
    /** There is no answer yet: try again later. */
    NO_ROOM(1013),
    /** Something went wrong that the server did not expect. */
    INTERNAL_ERROR(1011),
    /** The authentication message is no such message, or its query is refused: an error message comes before. */
    BAD_REQUEST(4000),
    /** No token in time, one that is not accepted, or one that has expired. */
    UNAUTHORIZED(4001),
    /** What the query asks for is not for this caller, or not registered: an error message comes before. */
    FORBIDDEN(4003),
    /** The client takes too long to read. */
    TOO_SLOW(4008);

    private final int number;

    CloseCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static CloseCode of(HttpError refused) {
        return switch (refused.status()) {
            case 401 -> UNAUTHORIZED;
            case 403 -> FORBIDDEN;
            case 500 -> INTERNAL_ERROR;
            case 503 -> NO_ROOM;
            default -> BAD_REQUEST;
        };
    }
}
