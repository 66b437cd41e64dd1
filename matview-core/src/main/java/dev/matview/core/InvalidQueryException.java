package dev.matview.core;

import dev.matview.core.mango.MangoException;

/**
 * The query's selector, fields or sort exceed {@link Settings#mango}, or a regular expression costs too much for the
 * documents it met. Error and reason are those of the cause, a {@link MangoException}.
 */
public final class InvalidQueryException extends QueryException {
    private static final long serialVersionUID = 1L;

    public InvalidQueryException(MangoException refusal) {
        super(refusal.error(), refusal.reason());
        initCause(refusal);
    }
}
