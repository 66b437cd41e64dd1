package dev.matview.core;

import java.time.Duration;

/** There is no answer for now, through no fault of the query: the same one may well have an answer a little later. */
public abstract sealed class UnavailableException extends QueryException
        permits RegistryNotReadyException, ViewNotReadyException, DatabaseUnavailableException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    UnavailableException(String error, String reason, Duration retryAfter) {
        super(error, reason);
        this.retryAfter = retryAfter;
    }

    /** When to ask again. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
