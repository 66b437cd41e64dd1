package dev.matview.server.http.exchange;

import dev.matview.core.BookmarkExpiredException;
import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.QueryException;
import dev.matview.core.QueryFailedException;
import dev.matview.core.UnavailableException;
import dev.matview.core.mango.MangoException;
import dev.matview.server.auth.UnauthorizedException;
import dev.matview.server.share.FullException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/** An answer that says no, in CouchDB's form: a short stable name, and a reason for people. Costs no stack trace. */
public final class HttpError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;
    private final transient Map<String, String> headers;

    private HttpError(int status, String error, String reason, Map<String, String> headers) {
        super(reason, null, false, false);
        this.status = status;
        this.error = error;
        this.headers = headers;
    }

    public static HttpError of(int status, String error, String reason) {
        return new HttpError(status, error, reason, Map.of());
    }

    public static HttpError badRequest(String error, String reason) {
        return of(400, error, reason);
    }

    /** With the challenge of RFC 6750, section 3. */
    public static HttpError unauthorized(UnauthorizedException cause) {
        return new HttpError(401, "unauthorized", cause.reason(), Map.of("WWW-Authenticate", cause.challenge()));
    }

    public static HttpError notFound() {
        return of(404, "not_found", "missing");
    }

    public static HttpError methodNotAllowed(String allowed) {
        return new HttpError(405, "method_not_allowed", "Only " + allowed + " allowed", Map.of("Allow", allowed));
    }

    /** The rest of the request is not read, so the connection cannot be used again. */
    static HttpError tooLarge(int limit) {
        return new HttpError(
                413,
                "too_large",
                "The request body is larger than " + limit + " bytes.",
                Map.of("Connection", "close"));
    }

    /** The body is packed in a way that is not read: by nobody, so the connection cannot be used again. */
    static HttpError unsupportedEncoding(String encoding) {
        return new HttpError(
                415,
                "bad_content_type",
                FindOptions.shown(encoding) + " is not a supported content encoding.",
                Map.of("Accept-Encoding", "gzip, identity", "Connection", "close"));
    }

    static HttpError bodyNotReceived(int status, String reason) {
        return new HttpError(
                status, status == 408 ? "request_timeout" : "bad_request", reason, Map.of("Connection", "close"));
    }

    /** There is no room for now. */
    public static HttpError tooBusy(String reason) {
        return new HttpError(503, "too_busy", reason, Map.of("Retry-After", "5"));
    }

    /** The caller has as many requests under way as it may. */
    static HttpError tooManyRequests() {
        return new HttpError(
                429, "too_many_requests", "You have too many requests under way at once.", Map.of("Retry-After", "1"));
    }

    /** There is no room to wait for a thread. */
    static HttpError of(RejectedExecutionException refused) {
        if (!(refused instanceof FullException full)) {
            return tooBusy("The server stops.");
        }
        return full.isOfCaller() ? tooManyRequests() : tooBusy("Too many requests wait for their turn.");
    }

    /** The caller has as many WebSockets open as it may. */
    public static HttpError tooManySockets(int limit) {
        return of(429, "too_many_sockets", "You have " + limit + " WebSockets open, and may have no more.");
    }

    public static HttpError internal() {
        return of(500, "internal_error", "The server could not answer. Its log says why.");
    }

    /** What a refused selector, projection, sort or regular expression is answered: CouchDB's own error name. */
    public static HttpError of(MangoException refused) {
        return badRequest(refused.error(), refused.reason());
    }

    /** What a query without an answer is answered. */
    public static HttpError of(QueryException refused) {
        if (refused instanceof UnavailableException unavailable) {
            return later(refused, unavailable.retryAfter());
        }
        if (refused instanceof QueryFailedException) {
            return internal();
        }
        return of(statusOf(refused), refused.error(), refused.reason());
    }

    private static HttpError later(QueryException refused, Duration retryAfter) {
        return new HttpError(
                503, refused.error(), refused.reason(), Map.of("Retry-After", Long.toString(wholeSeconds(retryAfter))));
    }

    private static int statusOf(QueryException refused) {
        if (refused instanceof FeedNotRegisteredException) {
            return 403;
        }
        if (refused instanceof BookmarkExpiredException) {
            return 410;
        }
        // A wrong bookmark; or a query that costs too much, which would cost as much again if it were sent again.
        return 400;
    }

    /** Rounded up, and at least one: a client told 0 would ask again at once. */
    private static long wholeSeconds(Duration duration) {
        return Math.max(1, duration.plusMillis(999).toSeconds());
    }

    public int status() {
        return status;
    }

    public String error() {
        return error;
    }

    public String reason() {
        return String.valueOf(getMessage());
    }

    Map<String, String> headers() {
        return headers;
    }
}
