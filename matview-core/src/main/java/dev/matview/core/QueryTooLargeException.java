package dev.matview.core;

/**
 * The query asks for more than there may be at once: {@code too_many_rows}, {@code sort_too_large}, {@code answer_too_large}.
 * To ask again does not help; to ask for less does.
 */
public final class QueryTooLargeException extends QueryException {
    private static final long serialVersionUID = 1L;

    /**
     * @param error the stable name
     * @param reason what is too large, and what to do
     */
    public QueryTooLargeException(String error, String reason) {
        super(error, reason);
    }
}
