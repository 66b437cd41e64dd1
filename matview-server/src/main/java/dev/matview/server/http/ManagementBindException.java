package dev.matview.server.http;

import java.io.IOException;

/** The address for administrators cannot be bound. */
public final class ManagementBindException extends IOException {
    private static final long serialVersionUID = 1L;

    ManagementBindException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
