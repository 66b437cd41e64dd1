package dev.matview.core;

import java.time.Duration;

/** The feed is registered, and its view has no generation yet that may be shown. */
public final class ViewNotReadyException extends UnavailableException {
    private static final long serialVersionUID = 1L;

    public ViewNotReadyException(String collection, Duration retryAfter) {
        this(collection, "", retryAfter);
    }

    /**
     * The same, while it is built.
     *
     * @param done databases that are visited
     * @param total those to visit, as far as is known
     */
    public ViewNotReadyException(String collection, int done, int total, Duration retryAfter) {
        this(collection, total == 0 ? "" : ": " + done + " of " + total + " databases are done", retryAfter);
    }

    private ViewNotReadyException(String collection, String soFar, Duration retryAfter) {
        super("view_not_ready", "The view of " + collection + " is being built" + soFar + ".", retryAfter);
    }
}
