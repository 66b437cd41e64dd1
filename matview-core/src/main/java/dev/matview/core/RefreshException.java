package dev.matview.core;

/** A refresh failed; the generation served before still is. */
public class RefreshException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String collection;

    public RefreshException(String collection, String message, Throwable cause) {
        super("the refresh of " + collection + " failed: " + message, cause);
        this.collection = collection;
    }

    /** The feed whose refresh failed. */
    public String collection() {
        return collection;
    }
}
