package dev.matview.server.auth;

/** The request carries no token, or one that is not accepted. The message never holds any part of the token. */
public final class UnauthorizedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param reason what is wrong, fit for the one who sent the token */
    public UnauthorizedException(String reason) {
        super(reason, null, false, false);
    }

    /** What is wrong, fit for the one who sent the token. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
