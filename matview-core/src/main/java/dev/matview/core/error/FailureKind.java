package dev.matview.core.error;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;

/**
 * What went wrong, as one of a few: for counting and for alerts, where a message would be one of very many. What
 * exceptions say of themselves comes by {@link Known}.
 */
public enum FailureKind {
    /** The server behind it was not reached, or the connection broke. */
    AWAY,
    /** It did not answer in time. */
    LATE,
    /** It refused the credentials, or what they may do. */
    DENIED,
    /** It had too much to do. */
    BUSY,
    /** It answered with an error of its own. */
    ERROR,
    /** What came cannot be read, or is not what was asked for. */
    UNREADABLE,
    /** None of these. */
    OTHER,
    /** Another process saw it, which says how often, but not why. */
    UNKNOWN;

    /** How deep causes are looked into. */
    private static final int MAX_CAUSES = 10;

    /** An exception that knows its kind. */
    public interface Known {
        FailureKind failureKind();
    }

    /** The kind of a failure: what it, or the first of its causes that knows, says; else by its type. */
    public static FailureKind of(Throwable failure) {
        FailureKind byType = OTHER;
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof Known known) {
                return known.failureKind();
            }
            if (byType == OTHER) {
                byType = byType(cause);
            }
            cause = cause.getCause();
        }
        return byType;
    }

    private static FailureKind byType(Throwable failure) {
        // Sockets and HTTP clients that wait too long throw kinds of the first.
        if (failure instanceof InterruptedIOException || failure instanceof TimeoutException) {
            return LATE;
        }
        if (failure instanceof SocketException
                || failure instanceof UnknownHostException
                || failure instanceof EOFException) {
            return AWAY;
        }
        return failure instanceof IOException ? UNREADABLE : OTHER;
    }
}
