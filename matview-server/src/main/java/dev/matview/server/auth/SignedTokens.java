package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What JSON Web Tokens have in common, whatever they are signed with. Thread-safe. */
final class SignedTokens {

    private final Signature signature;
    private final ClaimRules rules;
    private final InstantSource clock;

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

    Identity authenticate(@Nullable String token) throws UnauthorizedException {
        if (token == null || token.isEmpty()) {
            throw new UnauthorizedException("A token is required: Authorization: Bearer <token>.");
        }
        if (token.length() > SharedSecretTokens.MAX_TOKEN_LENGTH) {
            throw new UnauthorizedException("The token is too long.");
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (signature.isGood(jwt)) {
                return rules.identity(jwt.getJWTClaimsSet(), clock.instant());
            }
        } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
            // What a parser says of a token may quote it.
        }
        throw new UnauthorizedException("The token is not accepted.");
    }
}
