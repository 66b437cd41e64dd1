package dev.matview.couch;

import dev.matview.core.error.MatviewException;
import org.jspecify.annotations.Nullable;

/**
 * CouchDB did not do what it was asked: it answered with an error, or not at all. Messages name the server, without
 * credentials, and the request, without its body.
 */
public class CouchException extends MatviewException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;
    private final String reason;
    private final @Nullable String database;

    protected CouchException(
            String message,
            int status,
            String error,
            String reason,
            @Nullable String database,
            @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.error = error;
        this.reason = reason;
        this.database = database;
    }

    /** The message is there always. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** The HTTP status; 0 when there was no answer. */
    public int status() {
        return status;
    }

    /** CouchDB's name of the error, such as {@code not_found}; empty when there was no answer. */
    public String error() {
        return error;
    }

    /** CouchDB's reason, or why there was no answer. */
    public String reason() {
        return reason;
    }

    /** The database the request was about; null when it was about none. */
    public @Nullable String database() {
        return database;
    }
}
