package dev.matview.server;

import dev.matview.server.Options.UsageException;
import dev.matview.server.auth.ClaimRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the command line says of tokens. Filled by picocli. */
final class TokenOptions {

    @Option(
            names = "--jwt-secret-file",
            paramLabel = "FILE",
            description = "The secret that tokens are signed with (HS256), at least 32 bytes; a line end after it does"
                    + " not count. Default: the environment's JWT_SECRET.")
    @Nullable
    Path secretFile;

    @Option(
            names = "--jwks",
            paramLabel = "FILE|URL",
            description = "The JSON Web Key Set with the keys that tokens are signed with (RS256, ES256, EdDSA), in"
                    + " place of a secret; read again for a key that is not known. Default: the environment's JWKS.")
    @Nullable
    String keySet;

    @Option(
            names = "--jwt-issuer",
            paramLabel = "ISS",
            description = "What a token's iss must be. Default: the environment's JWT_ISSUER, or anything.")
    @Nullable
    String issuer;

    @Option(
            names = "--jwt-audience",
            paramLabel = "AUD",
            description = "What a token's aud must hold. Default: the environment's JWT_AUDIENCE, or anything.")
    @Nullable
    String audience;

    @Option(
            names = "--jwt-leeway",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How far clocks may differ. Default: ${DEFAULT-VALUE}.")
    int leeway = 30;

    @Option(
            names = "--jwt-sub-claim",
            paramLabel = "NAME",
            defaultValue = "sub",
            description = "The claim that is the user's DID. Default: ${DEFAULT-VALUE}.")
    String subject = "sub";

    @Option(
            names = "--jwt-instance-claim",
            paramLabel = "NAME",
            defaultValue = "instanceId",
            description = "The claim that names the user's database, after userdb-. Default: ${DEFAULT-VALUE}.")
    String instance = "instanceId";

    @Option(
            names = "--jwt-admin-claim",
            paramLabel = "NAME=VALUE",
            description = "The claim of administrators, such as role=admin; a list with the value in it will do."
                    + " Default: there are none.")
    @Nullable
    String administrator;

    @Option(
            names = "--no-auth",
            description =
                    "Ask for no token. Only on a loopback address. Sample databases need neither this nor a secret.")
    boolean none;

    /** @throws UsageException when a value is none that a token can have */
    ClaimRules rules(Map<String, String> environment) throws UsageException {
        if (leeway < 0 || leeway > 3600) {
            throw new UsageException("--jwt-leeway: from 0 to 3600 seconds, not " + leeway);
        }
        return new ClaimRules(
                orEnvironment(issuer, environment, "JWT_ISSUER"),
                orEnvironment(audience, environment, "JWT_AUDIENCE"),
                Duration.ofSeconds(leeway),
                subject,
                instance,
                administrator());
    }

    private ClaimRules.@Nullable Required administrator() throws UsageException {
        if (administrator == null) {
            return null;
        }
        int equals = administrator.indexOf('=');
        if (equals < 1 || equals == administrator.length() - 1) {
            throw new UsageException("--jwt-admin-claim: must be NAME=VALUE, not " + administrator);
        }
        return new ClaimRules.Required(administrator.substring(0, equals), administrator.substring(equals + 1));
    }

    /** The option, or the environment's variable unless it is blank. */
    static @Nullable String orEnvironment(@Nullable String option, Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, "").strip();
        return option != null ? option : value.isEmpty() ? null : value;
    }
}
