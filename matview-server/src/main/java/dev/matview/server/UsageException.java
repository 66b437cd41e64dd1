package dev.matview.server;

/** The options cannot be used together, or one has a value that it cannot have. The message is one line. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
