package dev.matview.core;

/**
 * The query took more than one may: steps, time of work, or waiting. What was found of a view is kept, and the next who
 * asks the same goes on from there; unless a single row of it takes more than a query may, then it fails each time.
 */
public sealed class QueryTimeoutException extends QueryException permits ColdQueryException {
    private static final long serialVersionUID = 1L;

    public QueryTimeoutException() {
        super("query_timeout", "The query took too long; narrow its selector or register a feed for it.");
    }
}
