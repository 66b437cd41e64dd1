package dev.matview.core.mango.regex;

/** A pattern is refused. */
public final class RegexException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String error;

    RegexException(String error, String reason) {
        super(reason);
        this.error = error;
    }

    /** The stable name of the error, CouchDB's own where CouchDB has one. */
    public String error() {
        return error;
    }

    /** One sentence for the person who wrote the pattern. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
