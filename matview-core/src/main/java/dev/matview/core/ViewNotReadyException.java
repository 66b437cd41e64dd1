package dev.matview.core;

import java.time.Duration;

/** The feed is registered, and its view has no generation yet that may be shown. */
public final class ViewNotReadyException extends QueryException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    public ViewNotReadyException(String collection, Duration retryAfter) {
        super("view_not_ready", "The view of " + collection + " is being built.");
        this.retryAfter = retryAfter;
    }

    /** When to ask again. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
