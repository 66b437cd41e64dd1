package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URL;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts JSON Web Tokens signed with RS256, ES256 or EdDSA by a key of a JSON Web Key Set (RFC 7517). Thread-safe.
 *
 * <p>The set is read again when it is older than {@link #KEPT}, and when a token names a key that is not in it, but not
 * more than twice in {@link #MIN_INTERVAL}. While it cannot be read the last one stays in use for {@link #OUTAGE}.
 */
public final class KeySetTokens implements Authenticator {

    static final Duration KEPT = Duration.ofMinutes(5);
    static final Duration MIN_INTERVAL = Duration.ofSeconds(30);
    static final Duration OUTAGE = Duration.ofHours(4);

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int MAX_BYTES = 256 * 1024;

    /** No algorithm with a shared secret is among them: a public key can be no secret. */
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);

    private static final Logger log = LoggerFactory.getLogger(KeySetTokens.class);

    private final JWKSource<SecurityContext> keys;
    private final SignedTokens tokens;

    private KeySetTokens(JWKSource<SecurityContext> keys, ClaimRules rules, InstantSource clock) {
        this.keys = keys;
        this.tokens = new SignedTokens(this::isGood, rules, clock);
    }

    /**
     * Reads the key set.
     *
     * @param place an https, http or file URL
     * @throws IOException when it cannot be read, or is no key set with a key that could be used
     */
    public static KeySetTokens open(URL place, ClaimRules rules, InstantSource clock) throws IOException {
        int millis = (int) TIMEOUT.toMillis();
        JWKSource<SecurityContext> keys = JWKSourceBuilder.create(
                        place, new DefaultResourceRetriever(millis, millis, MAX_BYTES))
                .cache(KEPT.toMillis(), 2 * TIMEOUT.toMillis())
                .refreshAheadCache(false)
                .rateLimited(MIN_INTERVAL.toMillis())
                .outageTolerant(OUTAGE.toMillis())
                .build();
        try {
            List<JWK> found = keys.get(new JWKSelector(new JWKMatcher.Builder().build()), null);
            if (found.stream().noneMatch(KeySetTokens::isUsable)) {
                throw new IOException("holds no key for RS256, ES256 or EdDSA");
            }
        } catch (KeySourceException e) {
            throw new IOException("is no JSON Web Key Set that can be read", e);
        }
        return new KeySetTokens(keys, rules, clock);
    }

    private static boolean isUsable(JWK key) {
        return key instanceof RSAKey || key instanceof ECKey || key instanceof OctetKeyPair;
    }

    private boolean isGood(SignedJWT token) throws JOSEException {
        if (!ALGORITHMS.contains(token.getHeader().getAlgorithm())) {
            return false;
        }
        for (JWK key : candidates(token)) {
            JWSVerifier verifier = verifier(key);
            if (verifier != null
                    && verifier.supportedJWSAlgorithms()
                            .contains(token.getHeader().getAlgorithm())
                    && token.verify(verifier)) {
                return true;
            }
        }
        return false;
    }

    private List<JWK> candidates(SignedJWT token) {
        try {
            return keys.get(new JWKSelector(JWKMatcher.forJWSHeader(token.getHeader())), null);
        } catch (KeySourceException e) {
            // A token with an unknown key comes from anybody: at debug level, so that nobody fills the log.
            log.debug("The key of a token could not be looked up", e);
            return List.of();
        }
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
    public boolean identifiesCallers() {
        return true;
    }

    @Override
    public Identity authenticate(@Nullable String token) throws UnauthorizedException {
        return tokens.authenticate(token);
    }
}
