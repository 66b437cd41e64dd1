package dev.matview.core;

/** Nobody wants the answer any more: the query's budget was stopped, or its thread interrupted. */
public final class QueryStoppedException extends QueryException {
    private static final long serialVersionUID = 1L;

    public QueryStoppedException() {
        super("query_stopped", "The query was stopped before it had an answer.");
    }
}
