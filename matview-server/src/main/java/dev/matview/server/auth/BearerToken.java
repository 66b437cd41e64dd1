package dev.matview.server.auth;

import org.jspecify.annotations.Nullable;

/** The token in an {@code Authorization} header (RFC 6750, section 2.1). */
public final class BearerToken {

    private static final String SCHEME = "Bearer";

    private BearerToken() {}

    /**
     * @param authorization the header's value; null when there is no such header
     * @return the token, or null when there is no header
     * @throws UnauthorizedException when the header holds something else
     */
    public static @Nullable String of(@Nullable String authorization) throws UnauthorizedException {
        if (authorization == null || authorization.isBlank()) {
            return null;
        }
        String value = authorization.strip();
        boolean bearer = value.length() > SCHEME.length()
                && value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && value.charAt(SCHEME.length()) == ' ';
        if (!bearer) {
            throw UnauthorizedException.withoutToken(
                    "The Authorization header must be: Bearer, a space, and the token.");
        }
        return value.substring(SCHEME.length()).strip();
    }
}
