package dev.matview.core;

import dev.matview.core.error.MatviewException;
import org.jspecify.annotations.Nullable;

/** A refresh failed; the generation served before still is. */
public class RefreshException extends MatviewException {
    private static final long serialVersionUID = 1L;

    private final String collection;

    public RefreshException(String collection, String message, @Nullable Throwable cause) {
        super("the refresh of " + collection + " failed: " + message, cause);
        this.collection = collection;
    }

    /** The feed whose refresh failed. */
    public String collection() {
        return collection;
    }
}
