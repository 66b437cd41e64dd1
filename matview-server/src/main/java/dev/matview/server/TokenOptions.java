package dev.matview.server;

import dev.matview.core.access.UserDatabases;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.given.Within;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the command line says of the tokens that a server accepts. Filled by picocli. */
final class TokenOptions extends ClaimOptions {

    @Option(names = "--jwks", paramLabel = "FILE|URL", description = "or a key set (RS256, ES256, EdDSA)")
    @Nullable
    String keySet;

    @Option(
            names = "--jwt-leeway",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "how far clocks may differ (${DEFAULT-VALUE})")
    @Within(least = 0, most = 3_600)
    int leeway = 30;

    @Option(names = "--no-auth", fallbackValue = "true", description = "no tokens; on a loopback address only")
    boolean none;

    @Option(names = "--user-database", paramLabel = "TEMPLATE", description = "userdb-{hex(sub)} (userdb-{instanceId})")
    @Nullable
    String userDatabase;

    /**
     * Whose database is which.
     *
     * @throws UsageException when the template is none, or the claims do not go with it
     */
    UserDatabases users() throws UsageException {
        UserDatabases users = UserDatabases.standard();
        if (userDatabase != null) {
            try {
                users = UserDatabases.of(userDatabase);
            } catch (IllegalArgumentException e) {
                throw new UsageException("--user-database: " + e.getMessage());
            }
        }
        if (instance != null && !users.needsInstanceId()) {
            throw new UsageException("--jwt-instance-claim: --user-database " + users.rule()
                    + " names databases by the claim " + subject + " alone; leave it out");
        }
        if (userDatabase == null && instanceClaim().equals(subject)) {
            throw new UsageException(
                    "--jwt-instance-claim " + subject + ": is the claim of the user's DID too; say which"
                            + " database is the user's: --user-database 'userdb-{hex(sub)}' as couch_peruser names it (without"
                            + " --jwt-instance-claim), or 'userdb-{instanceId}' for userdb- and the claim as it is");
        }
        return users;
    }

    /** @throws UsageException when a value is none that a token can have */
    ClaimRules rules(Map<String, String> environment) throws UsageException {
        return new ClaimRules(
                issuer(environment),
                audience(environment),
                Duration.ofSeconds(leeway),
                subject,
                instanceClaim(),
                administrator(),
                users());
    }
}
