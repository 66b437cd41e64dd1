package dev.matview.core;

import java.time.Duration;

/** The feed is registered, and its view has no generation yet that may be shown. */
public final class ViewNotReadyException extends UnavailableException {
    private static final long serialVersionUID = 1L;

    public ViewNotReadyException(String collection, Duration retryAfter) {
        super("view_not_ready", "The view of " + collection + " is being built.", retryAfter);
    }
}
