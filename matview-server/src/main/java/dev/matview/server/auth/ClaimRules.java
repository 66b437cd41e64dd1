package dev.matview.server.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the claims of a token must be, and what they mean. {@code exp} and {@code nbf} are checked where a token has them.
 * Immutable and thread-safe.
 *
 * @param issuer what {@code iss} must be; null for anything
 * @param audience what must be in {@code aud}; null for anything
 * @param leeway how far the clocks of two machines may differ
 * @param subject the claim that is the caller's DID, and must be there
 * @param instance the claim that names the caller's database: {@code userdb-} and its value; without it there is none
 * @param administrator the claim of administrators; null for none
 */
public record ClaimRules(
        @Nullable String issuer,
        @Nullable String audience,
        Duration leeway,
        String subject,
        String instance,
        @Nullable Required administrator) {

    /** How far the clocks of two machines may differ unless it is said. */
    public static final Duration LEEWAY = Duration.ofSeconds(30);

    private static final String DATABASE_PREFIX = "userdb-";

    /** What may follow the prefix in the name of a CouchDB database, but for the slash, which parts names. */
    private static final Pattern INSTANCE_ID = Pattern.compile("[a-z0-9_$()+-]{1,200}");

    /**
     * A claim that has a value, as text, or a list with that value in it.
     *
     * @param claim its name
     */
    public record Required(String claim, String value) {
        boolean holds(JWTClaimsSet claims) {
            Object actual = claims.getClaim(claim);
            if (actual instanceof Collection<?> all) {
                return all.stream().anyMatch(one -> value.equals(String.valueOf(one)));
            }
            return actual != null && value.equals(actual.toString());
        }
    }

    /** Any issuer and audience, half a minute of leeway, {@code sub}, {@code instanceId}, and no administrators. */
    public static ClaimRules defaults() {
        return new ClaimRules(null, null, LEEWAY, "sub", "instanceId", null);
    }

    /** @throws UnauthorizedException when the claims are not what they must be */
    Identity identity(JWTClaimsSet claims, Instant now) throws UnauthorizedException {
        Instant expiry = expiry(claims);
        if (expiry != null && !now.isBefore(expiry)) {
            throw new UnauthorizedException("The token has expired.");
        }
        Date notBefore = claims.getNotBeforeTime();
        if (notBefore != null && now.isBefore(notBefore.toInstant().minus(leeway))) {
            throw new UnauthorizedException("The token is not valid yet.");
        }
        if (issuer != null && !issuer.equals(claims.getIssuer())) {
            throw new UnauthorizedException("The token is of another issuer.");
        }
        if (audience != null && !claims.getAudience().contains(audience)) {
            throw new UnauthorizedException("The token is for another audience.");
        }
        Caller caller = new Caller(subject(claims), database(claims));
        return new Identity(caller, expiry, administrator != null && administrator.holds(claims));
    }

    private @Nullable Instant expiry(JWTClaimsSet claims) {
        Date expiry = claims.getExpirationTime();
        return expiry == null ? null : expiry.toInstant().plus(leeway);
    }

    private String subject(JWTClaimsSet claims) throws UnauthorizedException {
        // "*" stands for everybody in an acl: nobody may be called that.
        if (claims.getClaim(subject) instanceof String name && !name.isBlank() && !name.equals("*")) {
            return name;
        }
        throw new UnauthorizedException("The token's claim " + subject + " does not name a user.");
    }

    private @Nullable String database(JWTClaimsSet claims) throws UnauthorizedException {
        Object instanceId = claims.getClaim(instance);
        if (instanceId == null) {
            return null;
        }
        if (!(instanceId instanceof String name) || !INSTANCE_ID.matcher(name).matches()) {
            throw new UnauthorizedException("The token's claim " + instance + " cannot be part of a database's name.");
        }
        return DATABASE_PREFIX + name;
    }
}
