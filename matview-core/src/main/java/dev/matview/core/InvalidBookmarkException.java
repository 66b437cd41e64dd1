package dev.matview.core;

/** The bookmark is none, or one of another query. */
public final class InvalidBookmarkException extends QueryException {
    private static final long serialVersionUID = 1L;

    public InvalidBookmarkException() {
        super("invalid_bookmark", "The bookmark was not given for this query.");
    }
}
