package dev.matview.core;

/** The search of the view took longer than a query may. */
public final class QueryTimeoutException extends QueryException {
    private static final long serialVersionUID = 1L;

    public QueryTimeoutException() {
        super("query_timeout", "The query took too long; narrow its selector or register a feed for it.");
    }
}
