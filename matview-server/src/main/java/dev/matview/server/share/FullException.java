package dev.matview.server.share;

import java.util.concurrent.RejectedExecutionException;

/** There is no room to wait. Costs no stack trace. */
public final class FullException extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;

    private final boolean ofCaller;

    FullException(String message, boolean ofCaller) {
        super(message);
        this.ofCaller = ofCaller;
    }

    /** Whether it is the caller who has too much waiting; otherwise all have together. */
    public boolean isOfCaller() {
        return ofCaller;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
