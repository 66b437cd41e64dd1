package dev.matview.server.given;

/** A configuration file cannot be used; the message is one line, and says where and why. */
public final class ConfigFileException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean unreadable;

    ConfigFileException(String message, boolean unreadable) {
        super(message);
        this.unreadable = unreadable;
    }

    /** Whether it could not be read; else what is in it is wrong. */
    public boolean isUnreadable() {
        return unreadable;
    }
}
