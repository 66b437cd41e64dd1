package dev.matview.core;

/** Something went wrong that nobody expected: the cause, which is for logs alone. */
public final class QueryFailedException extends QueryException {
    private static final long serialVersionUID = 1L;

    public QueryFailedException(Throwable cause) {
        super("internal_error", "The query failed for a reason that was not expected.");
        initCause(cause);
    }
}
