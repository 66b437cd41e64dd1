package dev.matview.core.internal.work;

/** Words for what went wrong, for the log and for those who look at a feed. */
public final class Failures {

    private Failures() {}

    /** The message, or what it is called where there is none. */
    public static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }
}
