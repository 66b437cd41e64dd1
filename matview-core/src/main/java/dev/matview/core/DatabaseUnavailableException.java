package dev.matview.core;

import java.time.Duration;

/**
 * The caller's own database cannot be read now, or too many others are being read; or the store cannot be reached that serves the
 * view. The cause is for logs alone.
 */
public final class DatabaseUnavailableException extends UnavailableException {
    private static final long serialVersionUID = 1L;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** @param cause what went wrong; its message may name the database and the server */
    public DatabaseUnavailableException(Throwable cause) {
        super("database_unavailable", "The database cannot be read now.", RETRY_AFTER);
        initCause(cause);
    }
}
