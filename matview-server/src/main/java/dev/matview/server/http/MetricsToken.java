package dev.matview.server.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** A secret that lets whoever sends it as a bearer token read {@code /metrics}, and nothing else. Immutable. */
public final class MetricsToken {

    private static final int MIN_LENGTH = 16;

    private final byte[] secret;

    private MetricsToken(byte[] secret) {
        this.secret = secret;
    }

    /** @throws IllegalArgumentException when it can be guessed, or not be sent in a header; the message does not hold it */
    public static MetricsToken of(String secret) {
        if (secret.length() < MIN_LENGTH) {
            throw new IllegalArgumentException("a metrics token has at least " + MIN_LENGTH + " characters");
        }
        if (!secret.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("a metrics token is of visible ASCII characters, without blanks");
        }
        return new MetricsToken(secret.getBytes(StandardCharsets.US_ASCII));
    }

    /** Takes as long whatever is sent. */
    boolean isIn(@Nullable String token) {
        return token != null && MessageDigest.isEqual(secret, token.getBytes(StandardCharsets.UTF_8));
    }
}
