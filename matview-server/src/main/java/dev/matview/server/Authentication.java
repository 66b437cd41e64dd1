package dev.matview.server;

import dev.matview.server.Options.UsageException;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.SharedSecretTokens;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides from options and environment how callers are told apart: closed unless it is said, or safe, to be open. */
final class Authentication {

    private static final String ENVIRONMENT = "JWT_SECRET (environment)";
    private static final int MAX_SECRET_FILE_BYTES = 64 * 1024;

    private Authentication() {}

    /**
     * @throws UsageException when the options allow no decision
     * @throws StartupException when there is a secret that cannot be used; the message does not hold it
     */
    static Authenticator of(Options options, Map<String, String> environment, InstantSource clock)
            throws UsageException, StartupException {
        Path file = options.jwtSecretFile;
        String secret = environment.getOrDefault("JWT_SECRET", "");
        if (options.noAuth) {
            requireNoSecret(file, secret);
            requireLoopback(options, "--no-auth");
            return Authenticator.none();
        }
        if (file != null) {
            return tokens(read(file), "--jwt-secret-file " + file, clock);
        }
        if (!secret.isBlank()) {
            return tokens(secret.getBytes(StandardCharsets.UTF_8), ENVIRONMENT, clock);
        }
        if (options.servesOwn()) {
            throw new UsageException("--registry and --data need to know who may read: give --jwt-secret-file FILE or"
                    + " JWT_SECRET (environment), or --no-auth to let everybody on this machine read");
        }
        requireLoopback(options, "a server without a secret");
        return Authenticator.none();
    }

    private static void requireNoSecret(@Nullable Path file, String secret) throws UsageException {
        if (file != null || !secret.isBlank()) {
            throw new UsageException("--no-auth contradicts " + (file != null ? "--jwt-secret-file" : ENVIRONMENT)
                    + ": give one of them");
        }
    }

    private static void requireLoopback(Options options, String what) throws UsageException {
        if (!options.isLoopback()) {
            throw new UsageException("--host " + options.host + ": " + what
                    + " listens on a loopback address only, such as 127.0.0.1; give --jwt-secret-file FILE or"
                    + " JWT_SECRET (environment) to listen on others");
        }
    }

    private static byte[] read(Path file) throws StartupException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_SECRET_FILE_BYTES + 1);
            if (bytes.length > MAX_SECRET_FILE_BYTES) {
                throw new StartupException("--jwt-secret-file " + file + ": is larger than any secret");
            }
            int end = bytes.length;
            while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
                end--;
            }
            return Arrays.copyOf(bytes, end);
        } catch (IOException e) {
            throw new StartupException("--jwt-secret-file " + file + ": " + FileProblem.of(e), e);
        }
    }

    private static Authenticator tokens(byte[] secret, String place, InstantSource clock) throws StartupException {
        try {
            return new SharedSecretTokens(secret, clock);
        } catch (IllegalArgumentException e) {
            throw new StartupException(place + ": " + e.getMessage(), e);
        }
    }
}
