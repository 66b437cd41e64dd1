package dev.matview.core;

/**
 * The answer is not ready: the {@linkplain GlobalFeeds#hotBudget() hot budget} does not suffice for it, or it would have to
 * wait. Ask again with a {@linkplain GlobalFeeds#budget() whole budget}, on a thread that may be held up; what was found is
 * kept. Has no stack trace.
 */
public final class ColdQueryException extends QueryTimeoutException {
    private static final long serialVersionUID = 1L;

    public ColdQueryException() {}

    /** Ordinary, and often: costs nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
