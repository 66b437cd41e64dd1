package dev.matview.server;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.registry.Intervals;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecret;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a token that a server of the same secret and options accepts. */
@Command(
        name = "token",
        description = {
            "Prints a token (HS256) for trying a server that has the same secret.",
            "Options can also be set as in serve --help, (...) is the default."
        },
        customSynopsis = "matview-server token --sub=DID [OPTIONS]",
        footer = "%nExit codes: 0 printed, 1 the secret cannot be read, 2 wrong options.")
final class TokenCommand extends ServerCommand {

    private static final ClaimRules.Required ADMINISTRATOR = new ClaimRules.Required("role", "admin");

    private final Map<String, String> environment;

    @Option(names = "--sub", paramLabel = "DID", required = true, description = "the user's DID")
    private String did = "";

    @Option(
            names = "--instance",
            paramLabel = "ID",
            description = "the user's instance id, '' for none (the DID's last part)")
    private @Nullable String instance;

    @Option(
            names = "--admin",
            fallbackValue = "true",
            description = "an administrator, by --jwt-admin-claim (role=admin)")
    private boolean admin;

    @Option(
            names = "--expires",
            paramLabel = "IN",
            defaultValue = "1h",
            description = "30s, 5m, 1h, 1d or PT5M (${DEFAULT-VALUE})")
    private String expires = "1h";

    @Mixin
    private final ClaimOptions claims = new ClaimOptions();

    TokenCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    void run(PrintWriter out) throws UsageException, StartupException {
        if (did.isBlank() || did.equals("*")) {
            throw new UsageException("--sub: names no user");
        }
        ClaimRules.Required administrator = claims.administrator();
        JWTClaimsSet.Builder token = new JWTClaimsSet.Builder()
                .issuer(claims.issuer(environment))
                .audience(claims.audience(environment))
                .claim(claims.instanceClaim(), instanceId())
                .claim(claims.subject, did);
        if (admin) {
            ClaimRules.Required claim = administrator == null ? ADMINISTRATOR : administrator;
            token.claim(claim.claim(), claim.value());
        }
        Duration time = expires();
        List<SharedSecret> secrets = claims.secrets(environment);
        if (secrets.isEmpty()) {
            throw new UsageException(
                    "there is no secret to sign with: give --jwt-secret-file FILE or JWT_SECRET (environment)");
        }
        Instant now = Instant.now();
        out.println(secrets.get(0)
                .sign(token.issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(time)))
                        .build()));
    }

    private @Nullable String instanceId() throws UsageException {
        if (instance == null) {
            String last = did.substring(did.lastIndexOf(':') + 1);
            return canName(last) ? last : null;
        }
        if (!instance.isEmpty() && !canName(instance)) {
            throw new UsageException("--instance: cannot be part of a database's name");
        }
        return instance.isEmpty() ? null : instance;
    }

    private boolean canName(String id) {
        return UserDatabases.standard().database(did, id).isPresent();
    }

    private Duration expires() throws UsageException {
        try {
            return Intervals.parse(expires);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--expires: " + expires + " " + e.getMessage());
        }
    }
}
