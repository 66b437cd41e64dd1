package dev.matview.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.matview.core.Caller;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Accepts JSON Web Tokens signed with HS256 and one shared secret. The algorithm is fixed here: what a token's header
 * claims can only make it refused (RFC 8725, section 3.1). Immutable and thread-safe.
 *
 * <p>The claim {@code sub} is the caller's DID and must be there. The caller's database is {@code userdb-} and the claim
 * {@code instanceId}; without that claim the caller has none. {@code exp} and {@code nbf} are checked where the token
 * has them, with {@link #LEEWAY}.
 */
public final class SharedSecretTokens implements Authenticator {

    /** The shortest secret, in bytes, that HS256 allows (RFC 7518, section 3.2). */
    public static final int MIN_SECRET_BYTES = 32;

    /** The longest token, in characters, that is looked at. */
    public static final int MAX_TOKEN_LENGTH = 8 * 1024;

    /** How far the clocks of two machines may differ. */
    public static final Duration LEEWAY = Duration.ofSeconds(30);

    private static final String DATABASE_PREFIX = "userdb-";

    /** What may follow the prefix in the name of a CouchDB database, but for the slash, which parts names. */
    private static final Pattern INSTANCE_ID = Pattern.compile("[a-z0-9_$()+-]{1,200}");

    private final MACVerifier verifier;
    private final InstantSource clock;

    /**
     * @param secret at least {@link #MIN_SECRET_BYTES} bytes
     * @throws IllegalArgumentException when the secret is shorter; the message does not hold it
     */
    public SharedSecretTokens(byte[] secret, InstantSource clock) {
        if (secret.length < MIN_SECRET_BYTES) {
            throw new IllegalArgumentException(
                    "an HS256 secret has at least " + MIN_SECRET_BYTES + " bytes, not " + secret.length);
        }
        try {
            this.verifier = new MACVerifier(secret);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("the secret cannot be used for HS256", e);
        }
        this.clock = clock;
    }

    @Override
    public boolean identifiesCallers() {
        return true;
    }

    @Override
    public Caller authenticate(@Nullable String token) throws UnauthorizedException {
        if (token == null || token.isEmpty()) {
            throw new UnauthorizedException("A token is required: Authorization: Bearer <token>.");
        }
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw new UnauthorizedException("The token is too long.");
        }
        JWTClaimsSet claims = verified(token);
        requireInForce(claims);
        return new Caller(subject(claims), database(claims));
    }

    private JWTClaimsSet verified(String token) throws UnauthorizedException {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (!JWSAlgorithm.HS256.equals(jwt.getHeader().getAlgorithm()) || !jwt.verify(verifier)) {
                throw notAccepted();
            }
            return jwt.getJWTClaimsSet();
        } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
            // What a parser says of a token may quote it.
            throw notAccepted();
        }
    }

    private void requireInForce(JWTClaimsSet claims) throws UnauthorizedException {
        Instant now = clock.instant();
        Date expiry = claims.getExpirationTime();
        if (expiry != null && !now.isBefore(expiry.toInstant().plus(LEEWAY))) {
            throw new UnauthorizedException("The token has expired.");
        }
        Date notBefore = claims.getNotBeforeTime();
        if (notBefore != null && now.isBefore(notBefore.toInstant().minus(LEEWAY))) {
            throw new UnauthorizedException("The token is not valid yet.");
        }
    }

    private static String subject(JWTClaimsSet claims) throws UnauthorizedException {
        String subject = claims.getSubject();
        // "*" stands for everybody in an acl: nobody may be called that.
        if (subject == null || subject.isBlank() || subject.equals("*")) {
            throw new UnauthorizedException("The token's claim sub does not name a user.");
        }
        return subject;
    }

    private static @Nullable String database(JWTClaimsSet claims) throws UnauthorizedException {
        Object instanceId = claims.getClaim("instanceId");
        if (instanceId == null) {
            return null;
        }
        if (!(instanceId instanceof String name) || !INSTANCE_ID.matcher(name).matches()) {
            throw new UnauthorizedException("The token's claim instanceId cannot be part of a database's name.");
        }
        return DATABASE_PREFIX + name;
    }

    private static UnauthorizedException notAccepted() {
        return new UnauthorizedException("The token is not accepted.");
    }
}
