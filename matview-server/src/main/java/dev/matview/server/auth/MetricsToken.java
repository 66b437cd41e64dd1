package dev.matview.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * The bearer token that lets a collector such as Prometheus read metrics, and nothing else. Immutable and thread-safe; no
 * text of this object shows the token.
 */
public final class MetricsToken {

    /** The shortest token, in characters. */
    public static final int MIN_LENGTH = 16;

    /** The longest, in characters. */
    public static final int MAX_LENGTH = 1024;

    private final byte[] digest;

    private MetricsToken(byte[] digest) {
        this.digest = digest;
    }

    /**
     * @throws IllegalArgumentException when the token is shorter or longer than it may be, has a character that none in a
     *     header has, or is one that is guessed; the message does not hold it
     */
    public static MetricsToken of(String token) {
        if (token.length() < MIN_LENGTH || token.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a token for metrics has from " + MIN_LENGTH + " to " + MAX_LENGTH
                    + " characters, not " + token.length());
        }
        if (!token.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new IllegalArgumentException("a token for metrics has visible ASCII characters only");
        }
        Guessable.refuse(token.getBytes(StandardCharsets.US_ASCII));
        return new MetricsToken(sha256(token));
    }

    /**
     * Whether the header carries the token. Takes as long for every other token, however much of it is right.
     *
     * @param authorization the value of {@code Authorization}; null when there is no such header
     */
    public boolean isIn(@Nullable String authorization) {
        try {
            String token = BearerToken.of(authorization);
            return token != null && MessageDigest.isEqual(sha256(token), digest);
        } catch (UnauthorizedException e) {
            return false;
        }
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }
}
