package dev.matview.server.auth;

import dev.matview.core.access.Caller;
import dev.matview.core.access.UserDatabases;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the claims of a token must be, and what they mean. {@code exp}, {@code nbf} and {@code iat} are checked where a token
 * has them. A claim of a type that it cannot have has the token refused. Immutable and thread-safe.
 *
 * @param issuer what {@code iss} must be; null for anything
 * @param audience what must be in {@code aud}; null for anything
 * @param leeway how far the clocks of two machines may differ
 * @param subject the claim that is the caller's DID, and must be there
 * @param instance the claim that is the caller's instance id; not read where the users' databases are named without it
 * @param administrator the claim of administrators; null for none
 * @param users whose database is which: the rule that the feeds are built with
 */
public record ClaimRules(
        @Nullable String issuer,
        @Nullable String audience,
        Duration leeway,
        String subject,
        String instance,
        @Nullable Required administrator,
        UserDatabases users) {

    /** How far the clocks of two machines may differ unless it is said. */
    public static final Duration LEEWAY = Duration.ofSeconds(30);

    /**
     * A claim that has a value, or a list with that value in it. The values {@code true} and {@code false} may be the
     * JSON literals too.
     *
     * @param claim its name
     */
    public record Required(String claim, String value) {}

    /** With {@link UserDatabases#standard()}. */
    public ClaimRules(
            @Nullable String issuer,
            @Nullable String audience,
            Duration leeway,
            String subject,
            String instance,
            @Nullable Required administrator) {
        this(issuer, audience, leeway, subject, instance, administrator, UserDatabases.standard());
    }

    /** Any issuer and audience, half a minute of leeway, {@code sub}, {@code instanceId}, and no administrators. */
    public static ClaimRules defaults() {
        return new ClaimRules(null, null, LEEWAY, "sub", "instanceId", null);
    }

    /** @throws UnauthorizedException when the claims are not what they must be */
    Identity identity(Claims claims, Instant now) throws UnauthorizedException {
        Instant expiry = checkTimes(claims, now);
        String iss = claims.name("iss");
        if (issuer != null && !issuer.equals(iss)) {
            throw new UnauthorizedException("The token is of another issuer.");
        }
        List<String> aud = claims.names("aud");
        if (audience != null && !aud.contains(audience)) {
            throw new UnauthorizedException("The token is for another audience.");
        }
        String did = subject(claims);
        String instanceId = users.needsInstanceId() ? claims.name(instance) : null;
        Caller caller = users.caller(did, instanceId);
        boolean privileged =
                administrator != null && claims.marks(administrator.claim()).contains(administrator.value());
        return new Identity(caller, expiry, privileged);
    }

    /** When the token ends; null for never. */
    private @Nullable Instant checkTimes(Claims claims, Instant now) throws UnauthorizedException {
        Instant expiry = claims.date("exp");
        Instant end = expiry == null ? null : expiry.plus(leeway);
        if (end != null && !now.isBefore(end)) {
            throw new UnauthorizedException("The token has expired.");
        }
        Instant notBefore = claims.date("nbf");
        if (notBefore != null && now.isBefore(notBefore.minus(leeway))) {
            throw new UnauthorizedException("The token is not valid yet.");
        }
        // Says nothing of whether the token holds, but what is no date was not made by who should have made it.
        claims.date("iat");
        return end;
    }

    private String subject(Claims claims) throws UnauthorizedException {
        String name = claims.name(subject);
        // "*" stands for everybody in an acl: nobody may be called that.
        if (name == null || name.isBlank() || name.equals("*")) {
            throw new UnauthorizedException("The token's claim " + subject + " does not name a user.");
        }
        return name;
    }

    /** Why a token that is accepted may have no database, for the one who sent it. */
    String withoutDatabase() {
        return users.needsInstanceId()
                ? "the claim " + instance + " is not there, or cannot be part of the name " + users.rule()
                : "the claim " + subject + " cannot be part of the name " + users.rule();
    }

    /** Whether a reference to the caller leads to another database than the caller's own, or to none. */
    boolean isReferredToElsewhere(Caller caller) {
        return caller.database() != null
                && caller.did() != null
                && !users.database(caller.did())
                        .filter(caller.database()::equals)
                        .isPresent();
    }
}
