package dev.matview.core.mango;

import dev.matview.core.error.MatviewException;

/**
 * Says that a selector, a projection or a sort is refused, with the error name that CouchDB would answer. An HTTP
 * server answers 400 with {@link #error()} and {@link #reason()}.
 */
public final class MangoException extends MatviewException {
    private static final long serialVersionUID = 1L;

    private final String error;

    /**
     * Creates the exception.
     *
     * @param error the stable name, such as {@code bad_arg}
     * @param reason one sentence for the person who wrote the query
     */
    public MangoException(String error, String reason) {
        super(reason);
        this.error = error;
    }

    /** Returns the stable name of the error: CouchDB's own where CouchDB has one. */
    public String error() {
        return error;
    }

    /** Returns one sentence for the person who wrote the query. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
