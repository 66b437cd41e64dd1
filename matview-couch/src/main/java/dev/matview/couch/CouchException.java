package dev.matview.couch;

import dev.matview.couch.internal.client.CouchRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * CouchDB did not do what it was asked: it answered with an error, or not at all. Messages name the server, without
 * credentials, and the request, without its body.
 */
public class CouchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kept the request from being answered, for an error that has no status. */
    enum Kind {
        /** CouchDB answered, with {@link CouchException#status()}. */
        ANSWERED,
        /** No connection, or one that broke. */
        BROKEN,
        /** No answer in time. */
        TIMED_OUT,
        /** An answer that is not what CouchDB answers. */
        GARBLED,
        /** An answer that is beyond what is read of JSON, such as a document nested without end. */
        UNREADABLE,
        /** This side has been closed. */
        CLOSED
    }

    private static final String ADVICE =
            " Check the user and the password given for this CouchDB, and that the user is an admin of it.";

    private final Kind kind;
    private final int status;
    private final String error;
    private final String reason;
    private final @Nullable String database;
    private final @Nullable Duration retryAfter;

    private CouchException(
            String message,
            Kind kind,
            int status,
            String error,
            String reason,
            @Nullable String database,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.status = status;
        this.error = error;
        this.reason = reason;
        this.database = database;
        this.retryAfter = retryAfter;
    }

    static CouchException answered(
            String url, CouchRequest request, int status, String error, String reason, @Nullable Duration retryAfter) {
        String message =
                request + " at " + url + ": " + status + " " + error + ": " + reason + (status == 401 ? ADVICE : "");
        return new CouchException(
                message, Kind.ANSWERED, status, error, reason, request.path().database(), retryAfter, null);
    }

    static CouchException unanswered(String url, CouchRequest request, Kind kind, String reason, Throwable cause) {
        String message = request + " at " + url + ": " + reason
                + (kind == Kind.BROKEN ? "; is CouchDB running there, and is the URL right?" : "");
        return new CouchException(message, kind, 0, "", reason, request.path().database(), null, cause);
    }

    static CouchException closed(String url) {
        return new CouchException(
                "the connection to " + url + " has been closed", Kind.CLOSED, 0, "", "closed", null, null, null);
    }

    /** The message is there always. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** The HTTP status; 0 when there was no answer. */
    public int status() {
        return status;
    }

    /** CouchDB's name of the error, such as {@code not_found}; empty when there was no answer. */
    public String error() {
        return error;
    }

    /** CouchDB's reason, or why there was no answer. */
    public String reason() {
        return reason;
    }

    /** The database the request was about; null when it was about none. */
    public @Nullable String database() {
        return database;
    }

    /** How long CouchDB asked to wait; null when it did not. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    public boolean isNotFound() {
        return status == 404;
    }

    /** Whether CouchDB does not know the request, or does not allow it, or not now. */
    public boolean isClientError() {
        return status >= 400 && status < 500;
    }

    public boolean isConflict() {
        return status == 409;
    }

    /** Whether CouchDB refuses the credentials, or this user. */
    boolean isRefusal() {
        return status == 401 || status == 403;
    }

    /** Whether no request can be expected to get through at the moment. */
    public boolean isServerAway() {
        return kind == Kind.BROKEN || kind == Kind.CLOSED || status == 401;
    }

    /** Whether the answer took too long. */
    public boolean isLate() {
        return kind == Kind.TIMED_OUT;
    }

    /** Whether the answer was not what CouchDB answers to the request. */
    public boolean isGarbled() {
        return kind == Kind.GARBLED;
    }

    /** Whether the answer holds JSON that is not read. */
    boolean isUnreadable() {
        return kind == Kind.UNREADABLE;
    }

    /** Whether the same request may well succeed a little later. A server that hangs has had its time already. */
    public boolean isTransient() {
        return kind == Kind.BROKEN || kind == Kind.GARBLED || status == 429 || status >= 500;
    }
}
