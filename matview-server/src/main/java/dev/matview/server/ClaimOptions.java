package dev.matview.server;

import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the command line says of the tokens that it makes, and of those that it accepts alike. Filled by picocli. */
class ClaimOptions {

    static final String SECRET_VARIABLE = "JWT_SECRET";
    static final String PREVIOUS_VARIABLE = "JWT_SECRET_PREVIOUS";

    private static final int MAX_SECRETS = 2;
    private static final int MAX_CLAIM = 200;

    @Option(names = "--jwt-secret-file", paramLabel = "FILE", description = "HS256; again: the one before [JWT_SECRET]")
    List<Path> secretFiles = List.of();

    @Option(names = "--jwt-issuer", paramLabel = "ISS", description = "what iss is")
    @Nullable
    String issuer;

    @Option(names = "--jwt-audience", paramLabel = "AUD", description = "what aud holds")
    @Nullable
    String audience;

    @Option(
            names = "--jwt-sub-claim",
            paramLabel = "NAME",
            defaultValue = "sub",
            description = "the claim of the user's DID (${DEFAULT-VALUE})")
    String subject = "sub";

    @Option(names = "--jwt-instance-claim", paramLabel = "NAME", description = "of the user's instance id (instanceId)")
    @Nullable
    String instance;

    @Option(
            names = "--jwt-admin-claim",
            paramLabel = "NAME=VALUE",
            description = "of administrators: role=admin (nobody)")
    @Nullable
    String administrator;

    String instanceClaim() {
        return instance == null ? "instanceId" : instance;
    }

    @Nullable
    String issuer(Map<String, String> environment) {
        return orEnvironment(issuer, environment, "JWT_ISSUER");
    }

    @Nullable
    String audience(Map<String, String> environment) {
        return orEnvironment(audience, environment, "JWT_AUDIENCE");
    }

    /** @throws UsageException when it is no claim and its value, or another option is no name of a claim */
    ClaimRules.@Nullable Required administrator() throws UsageException {
        requireName("--jwt-sub-claim", subject);
        requireName("--jwt-instance-claim", instanceClaim());
        if (administrator == null) {
            return null;
        }
        int equals = administrator.indexOf('=');
        if (equals < 1 || equals == administrator.length() - 1 || administrator.length() > MAX_CLAIM) {
            throw new UsageException("--jwt-admin-claim: must be NAME=VALUE, not " + administrator);
        }
        return new ClaimRules.Required(administrator.substring(0, equals), administrator.substring(equals + 1));
    }

    private static void requireName(String option, String claim) throws UsageException {
        if (claim.isBlank() || claim.length() > MAX_CLAIM) {
            throw new UsageException(
                    option + ": the name of a claim has from 1 to " + MAX_CLAIM + " characters, not all of them blank");
        }
    }

    /** Whether a secret is given. */
    boolean hasSecret(Map<String, String> environment) {
        return !secretFiles.isEmpty()
                || !environment.getOrDefault(SECRET_VARIABLE, "").isBlank();
    }

    /**
     * The secrets, the one that is in use first; none where none is given. Those of files stand alone.
     *
     * @throws UsageException when one cannot be a secret; the message does not hold it
     * @throws StartupException when a file cannot be read
     */
    List<SharedSecret> secrets(Map<String, String> environment) throws UsageException, StartupException {
        if (secretFiles.size() > MAX_SECRETS) {
            throw new UsageException("--jwt-secret-file: give one secret, or the one in use and the one before, not "
                    + secretFiles.size());
        }
        List<SharedSecret> secrets = new ArrayList<>();
        for (Path file : secretFiles) {
            secrets.add(secret("--jwt-secret-file " + file, SecretFile.read("--jwt-secret-file", file)));
        }
        if (!secretFiles.isEmpty()) {
            return secrets;
        }
        for (String variable : List.of(SECRET_VARIABLE, PREVIOUS_VARIABLE)) {
            String value = environment.getOrDefault(variable, "");
            if (!value.isBlank()) {
                secrets.add(secret(variable + " (environment)", value.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return secrets;
    }

    private static SharedSecret secret(String place, byte[] bytes) throws UsageException {
        try {
            return SharedSecret.of(bytes);
        } catch (IllegalArgumentException e) {
            throw new UsageException(place + ": " + e.getMessage());
        }
    }

    /** The option, or the environment's variable unless it is blank. */
    static @Nullable String orEnvironment(@Nullable String option, Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, "").strip();
        return option != null ? option : value.isEmpty() ? null : value;
    }
}
