package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.MACVerifier;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Accepts JSON Web Tokens signed with HS256 and one shared secret. The algorithm is fixed here: what a token's header
 * claims can only make it refused (RFC 8725, section 3.1). Immutable and thread-safe.
 */
public final class SharedSecretTokens implements Authenticator {

    /** The shortest secret, in bytes, that HS256 allows (RFC 7518, section 3.2). */
    public static final int MIN_SECRET_BYTES = 32;

    /** The longest token, in characters, that is looked at. */
    public static final int MAX_TOKEN_LENGTH = 8 * 1024;

    private final SignedTokens tokens;

    /**
     * @param secret at least {@link #MIN_SECRET_BYTES} bytes
     * @throws IllegalArgumentException when the secret is shorter; the message does not hold it
     */
    public SharedSecretTokens(byte[] secret, ClaimRules rules, InstantSource clock) {
        if (secret.length < MIN_SECRET_BYTES) {
            throw new IllegalArgumentException(
                    "an HS256 secret has at least " + MIN_SECRET_BYTES + " bytes, not " + secret.length);
        }
        MACVerifier verifier = verifier(secret);
        this.tokens = new SignedTokens(
                token -> JWSAlgorithm.HS256.equals(token.getHeader().getAlgorithm()) && token.verify(verifier),
                rules,
                clock);
    }

    /** With {@link ClaimRules#defaults()}. */
    public SharedSecretTokens(byte[] secret, InstantSource clock) {
        this(secret, ClaimRules.defaults(), clock);
    }

    private static MACVerifier verifier(byte[] secret) {
        try {
            return new MACVerifier(secret);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("the secret cannot be used for HS256", e);
        }
    }

    @Override
    public boolean identifiesCallers() {
        return true;
    }

    @Override
    public Identity authenticate(@Nullable String token) throws UnauthorizedException {
        return tokens.authenticate(token);
    }
}
