package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URL;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Accepts JSON Web Tokens signed with RS256, ES256 or EdDSA by a key of a JSON Web Key Set (RFC 7517), which {@link KeySet}
 * keeps. Thread-safe.
 */
public final class KeySetTokens implements Authenticator {

    /** No algorithm with a shared secret is among them: a public key can be no secret. */
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);

    private final KeySet keys;
    private final SignedTokens tokens;

    private KeySetTokens(KeySet keys, ClaimRules rules, InstantSource clock) {
        this.keys = keys;
        this.tokens = new SignedTokens(this::isGood, rules, clock);
    }

    /**
     * Reads the key set.
     *
     * @param place an https, http or file URL
     * @throws IOException when it cannot be read, or is no key set with a key that could be used; the message goes after
     *     the name of the place
     */
    public static KeySetTokens open(URL place, ClaimRules rules, InstantSource clock) throws IOException {
        KeySet keys = KeySet.open(new KeySetReader(place), clock);
        if (keys.known().stream().noneMatch(KeySetTokens::isUsable)) {
            throw new IOException("holds no key for RS256, ES256 or EdDSA");
        }
        return new KeySetTokens(keys, rules, clock);
    }

    private static boolean isUsable(JWK key) {
        return key instanceof RSAKey || key instanceof ECKey || key instanceof OctetKeyPair;
    }

    private boolean isGood(SignedJWT token) throws JOSEException {
        JWSAlgorithm algorithm = token.getHeader().getAlgorithm();
        if (!ALGORITHMS.contains(algorithm)) {
            return false;
        }
        for (JWK key : keys.candidates(token.getHeader())) {
            JWSVerifier verifier = verifier(key);
            if (verifier != null && verifier.supportedJWSAlgorithms().contains(algorithm) && token.verify(verifier)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable JWSVerifier verifier(JWK key) throws JOSEException {
        if (key instanceof RSAKey rsa) {
            return new RSASSAVerifier(rsa);
        }
        if (key instanceof ECKey ec) {
            return new ECDSAVerifier(ec);
        }
        return key instanceof OctetKeyPair pair ? Ed25519Signature.verifier(pair) : null;
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
    public boolean knowsAdministrators() {
        return tokens.knowsAdministrators();
    }

    @Override
    public String withoutDatabase() {
        return tokens.withoutDatabase();
    }
}
