package dev.matview.couch.internal.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.matview.core.error.FailureKind;
import dev.matview.couch.CouchException;
import dev.matview.couch.event.CouchRequestListener;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.ConnectionPoolTimeoutException;
import org.jspecify.annotations.Nullable;

/** What is known of a request that CouchDB did not do, as far as it decides what comes next. */
public final class CouchFailure extends CouchException implements FailureKind.Known {
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
    private final @Nullable Duration retryAfter;

    private CouchFailure(
            String message,
            Kind kind,
            int status,
            String error,
            String reason,
            @Nullable String database,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(message, status, error, reason, database, cause);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    static CouchFailure answered(
            String url, CouchRequest request, int status, String error, String reason, @Nullable Duration retryAfter) {
        String message =
                request + " at " + url + ": " + status + " " + error + ": " + reason + (status == 401 ? ADVICE : "");
        return new CouchFailure(
                message, Kind.ANSWERED, status, error, reason, request.path().database(), retryAfter, null);
    }

    /**
     * No answer, or none that can be used.
     *
     * @param cause what the connection, or who took the answer, threw
     * @param late what the exchange's deadline says; empty where it was in time
     * @param silence how long an answer may keep silent
     */
    static CouchFailure unanswered(String url, CouchRequest request, IOException cause, String late, Duration silence) {
        Kind kind = Kind.BROKEN;
        String reason = "no connection, or it broke (" + cause.getClass().getSimpleName() + ")";
        if (!late.isEmpty()) {
            kind = Kind.TIMED_OUT;
            reason = late;
        } else if (cause instanceof WrongAnswerException wrong) {
            kind = Kind.GARBLED;
            reason = wrong.reason();
        } else if (cause instanceof ConnectionPoolTimeoutException || cause instanceof ConnectTimeoutException) {
            kind = Kind.TIMED_OUT;
            reason = "no connection in time";
        } else if (cause instanceof SocketTimeoutException) {
            kind = Kind.TIMED_OUT;
            reason = "no answer within " + silence.toMillis() + " ms";
        } else if (cause instanceof StreamConstraintsException) {
            kind = Kind.UNREADABLE;
            reason = "an answer that is nested too deep, or has a key, a text or a number that is too long";
        } else if (cause instanceof JsonProcessingException) {
            kind = Kind.GARBLED;
            reason = "an answer that broke off or is not JSON";
        }
        return unanswered(url, request, kind, reason, cause);
    }

    static CouchFailure unanswered(String url, CouchRequest request, Kind kind, String reason, Throwable cause) {
        String message = request + " at " + url + ": " + reason
                + (kind == Kind.BROKEN ? "; is CouchDB running there, and is the URL right?" : "");
        return new CouchFailure(message, kind, 0, "", reason, request.path().database(), null, cause);
    }

    static CouchFailure closed(String url) {
        return new CouchFailure(
                "the connection to " + url + " has been closed", Kind.CLOSED, 0, "", "closed", null, null, null);
    }

    @Override
    public FailureKind failureKind() {
        return switch (kind) {
            case BROKEN, CLOSED -> FailureKind.AWAY;
            case TIMED_OUT -> FailureKind.LATE;
            case GARBLED, UNREADABLE -> FailureKind.UNREADABLE;
            case ANSWERED ->
                switch (status()) {
                    case 401, 403 -> FailureKind.DENIED;
                    case 429, 503 -> FailureKind.BUSY;
                    default -> FailureKind.ERROR;
                };
        };
    }

    /** How long CouchDB asked to wait; null when it did not. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    public boolean isNotFound() {
        return status() == 404;
    }

    /** Whether CouchDB does not know the request, or does not allow it, or not now. */
    public boolean isClientError() {
        return status() >= 400 && status() < 500;
    }

    public boolean isConflict() {
        return status() == 409;
    }

    /** Whether there was no connection, or it broke. */
    public boolean isBroken() {
        return kind == Kind.BROKEN;
    }

    /** Whether no request can be expected to get through at the moment. */
    public boolean isServerAway() {
        return kind == Kind.BROKEN || kind == Kind.CLOSED || status() == 401;
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

    /** How the request ended, for those who count. */
    CouchRequestListener.Outcome outcome() {
        return switch (kind) {
            case ANSWERED -> ofStatus(status());
            case BROKEN -> CouchRequestListener.Outcome.AWAY;
            case TIMED_OUT -> CouchRequestListener.Outcome.LATE;
            case GARBLED, UNREADABLE -> CouchRequestListener.Outcome.UNREADABLE;
            case CLOSED -> CouchRequestListener.Outcome.ABANDONED;
        };
    }

    private static CouchRequestListener.Outcome ofStatus(int status) {
        return switch (status) {
            case 401, 403 -> CouchRequestListener.Outcome.DENIED;
            case 429, 503 -> CouchRequestListener.Outcome.BUSY;
            default -> status >= 500 ? CouchRequestListener.Outcome.ERROR : CouchRequestListener.Outcome.REFUSED;
        };
    }

    /** Whether the same request may well succeed a little later. A server that hangs has had its time already. */
    public boolean isTransient() {
        return kind == Kind.BROKEN || kind == Kind.GARBLED || status() == 429 || status() >= 500;
    }
}
