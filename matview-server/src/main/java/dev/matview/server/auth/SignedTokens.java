package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What JSON Web Tokens have in common, whatever they are signed with. Thread-safe. */
final class SignedTokens implements Authenticator {

    private static final Logger log = LoggerFactory.getLogger(SignedTokens.class);

    private final Signature signature;
    private final ClaimRules rules;
    private final InstantSource clock;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Decides on signatures. The algorithms are fixed by it: what a token's header claims can only make it refused. */
    interface Signature {
        /** Whether the algorithm is one that is expected, and the token is signed with it by a key that is known. */
        boolean isGood(SignedJWT token) throws JOSEException;
    }

    SignedTokens(Signature signature, ClaimRules rules, InstantSource clock) {
        this.signature = signature;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public Identity authenticate(@Nullable String token) throws UnauthorizedException {
        if (token == null || token.isEmpty()) {
            throw UnauthorizedException.withoutToken("A token is required: Authorization: Bearer <token>.");
        }
        if (token.length() > SharedSecretTokens.MAX_TOKEN_LENGTH) {
            throw new UnauthorizedException("The token is too long.");
        }
        Identity identity = rules.identity(Claims.parse(signedPayload(token)), clock.instant());
        if (!warned.get() && rules.isReferredToElsewhere(identity.caller()) && warned.compareAndSet(false, true)) {
            log.warn(
                    "A token's {} is not the last part of its {}: the user's own database is the one that {} names, and"
                            + " references to the user do not lead there (told once)",
                    rules.instance(),
                    rules.subject(),
                    rules.instance());
        }
        return identity;
    }

    private byte[] signedPayload(String token) throws UnauthorizedException {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (signature.isGood(jwt)) {
                return jwt.getPayload().toBytes();
            }
        } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
            // What a parser says of a token may quote it.
        }
        throw new UnauthorizedException("The token is not accepted.");
    }

    @Override
    public boolean identifiesCallers() {
        return true;
    }

    @Override
    public boolean knowsAdministrators() {
        return rules.administrator() != null;
    }

    @Override
    public String withoutDatabase() {
        return rules.withoutDatabase();
    }
}
