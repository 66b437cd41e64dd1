package dev.matview.core;

import java.time.Duration;

/** Nobody knows yet which feeds there are: the registry was not read since the start. */
public final class RegistryNotReadyException extends UnavailableException {
    private static final long serialVersionUID = 1L;

    public RegistryNotReadyException(Duration retryAfter) {
        super("registry_not_ready", "The registry of feeds has not been read yet.", retryAfter);
    }
}
