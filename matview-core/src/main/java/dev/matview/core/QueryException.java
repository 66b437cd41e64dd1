package dev.matview.core;

import dev.matview.core.error.MatviewException;

/** A query that has no answer. The error name and the reason are CouchDB's form of saying so, fit for a client. */
public abstract sealed class QueryException extends MatviewException
        permits FeedNotRegisteredException,
                UnavailableException,
                BookmarkExpiredException,
                InvalidBookmarkException,
                InvalidQueryException,
                QueryStoppedException,
                QueryTooLargeException,
                QueryTimeoutException,
                QueryFailedException {
    private static final long serialVersionUID = 1L;

    private final String error;

    QueryException(String error, String reason) {
        super(reason);
        this.error = error;
    }

    /** A short name of the error, such as {@code feed_not_registered}. */
    public String error() {
        return error;
    }

    /** What is wrong, for people. */
    public String reason() {
        return getMessage();
    }
}
