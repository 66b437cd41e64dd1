package dev.matview.server;

/** The server cannot start, for a reason that whoever started it can mend; the message says what and where. */
final class StartupException extends Exception {
    private static final long serialVersionUID = 1L;

    StartupException(String message) {
        super(message);
    }

    StartupException(String message, Throwable cause) {
        super(message, cause);
    }
}
