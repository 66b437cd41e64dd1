package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.SignedJWT;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Accepts JSON Web Tokens signed with HS256 and a shared secret, or with one of several: while a secret is changed for
 * another, tokens of both are about. The algorithm is fixed here: what a token's header claims can only make it refused
 * (RFC 8725, section 3.1). Thread-safe.
 */
public final class SharedSecretTokens implements Authenticator {

    /** The longest token, in characters, that is looked at. */
    public static final int MAX_TOKEN_LENGTH = 8 * 1024;

    private final List<SharedSecret> secrets;
    private final SignedTokens tokens;

    /**
     * @param secrets those that tokens may be signed with
     * @throws IllegalArgumentException when there is none
     */
    public SharedSecretTokens(List<SharedSecret> secrets, ClaimRules rules, InstantSource clock) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("there must be a secret");
        }
        this.secrets = List.copyOf(secrets);
        this.tokens = new SignedTokens(this::isGood, rules, clock);
    }

    /** @throws IllegalArgumentException when the secret is none that {@link SharedSecret#of} takes */
    public SharedSecretTokens(byte[] secret, ClaimRules rules, InstantSource clock) {
        this(List.of(SharedSecret.of(secret)), rules, clock);
    }

    /** With {@link ClaimRules#defaults()}. */
    public SharedSecretTokens(byte[] secret, InstantSource clock) {
        this(secret, ClaimRules.defaults(), clock);
    }

    private boolean isGood(SignedJWT token) throws JOSEException {
        if (!JWSAlgorithm.HS256.equals(token.getHeader().getAlgorithm())) {
            return false;
        }
        for (SharedSecret secret : secrets) {
            if (token.verify(secret.verifier())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Identity authenticate(@Nullable String token) throws UnauthorizedException {
        return tokens.authenticate(token);
    }

    @Override
    public boolean identifiesCallers() {
        return true;
    }

    @Override
    public boolean mayWait() {
        return false;
    }

    @Override
    public boolean knowsAdministrators() {
        return tokens.knowsAdministrators();
    }

    @Override
    public String withoutDatabase() {
        return tokens.withoutDatabase();
    }
}
