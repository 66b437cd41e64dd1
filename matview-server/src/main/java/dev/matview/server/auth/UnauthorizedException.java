package dev.matview.server.auth;

/** The request carries no token, or one that is not accepted. The message never holds any part of the token. */
public final class UnauthorizedException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final String REALM = "Bearer realm=\"matview\"";

    private final boolean token;

    /** @param reason what is wrong with the token, fit for the one who sent it */
    public UnauthorizedException(String reason) {
        this(reason, true);
    }

    private UnauthorizedException(String reason, boolean token) {
        super(reason, null, false, false);
        this.token = token;
    }

    /** @param reason why there is no token, fit for the one who should have sent it */
    static UnauthorizedException withoutToken(String reason) {
        return new UnauthorizedException(reason, false);
    }

    /** What is wrong, fit for the one who sent the token. */
    public String reason() {
        return String.valueOf(getMessage());
    }

    /**
     * The value of {@code WWW-Authenticate} (RFC 6750, section 3). A client that sent no token learns that one is needed,
     * and of no error.
     */
    public String challenge() {
        return token ? REALM + ", error=\"invalid_token\", error_description=\"" + quotable(reason()) + "\"" : REALM;
    }

    /** The characters that the RFC allows in a description; the names of claims may have others. */
    private static String quotable(String text) {
        StringBuilder quotable = new StringBuilder(text.length());
        text.chars()
                .map(c -> c >= ' ' && c <= '~' && c != '"' && c != '\\' ? c : '?')
                .forEach(c -> quotable.append((char) c));
        return quotable.toString();
    }
}
