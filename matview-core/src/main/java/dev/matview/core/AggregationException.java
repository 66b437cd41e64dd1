package dev.matview.core;

/** The source side could not even say which user databases there are, so that a refresh could not begin. */
public class AggregationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message what was tried, and what the reader can do */
    public AggregationException(String message, Throwable cause) {
        super(message, cause);
    }

    /** @param message what was tried, and what the reader can do */
    public AggregationException(String message) {
        super(message);
    }
}
