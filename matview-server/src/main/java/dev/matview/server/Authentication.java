package dev.matview.server;

import dev.matview.server.Options.UsageException;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.KeySetTokens;
import dev.matview.server.auth.SharedSecretTokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Decides from options and environment how callers are told apart: closed unless it is said, or safe, to be open. */
final class Authentication {

    private static final String SECRET = "JWT_SECRET (environment)";
    private static final String KEY_SET = "JWKS (environment)";
    private static final int MAX_SECRET_FILE_BYTES = 64 * 1024;

    private final Options options;
    private final TokenOptions tokens;
    private final Map<String, String> environment;
    private final InstantSource clock;

    private Authentication(Options options, Map<String, String> environment, InstantSource clock) {
        this.options = options;
        this.tokens = options.tokens;
        this.environment = environment;
        this.clock = clock;
    }

    /**
     * @throws UsageException when the options allow no decision
     * @throws StartupException when there is a secret or a key set that cannot be used; the message does not hold it
     */
    static Authenticator of(Options options, Map<String, String> environment, InstantSource clock)
            throws UsageException, StartupException {
        return new Authentication(options, environment, clock).authenticator();
    }

    private Authenticator authenticator() throws UsageException, StartupException {
        List<String> given = given();
        ClaimRules rules = tokens.rules(environment);
        if (tokens.none) {
            if (!given.isEmpty()) {
                throw new UsageException("--no-auth contradicts " + given.get(0) + ": give one of them");
            }
            requireLoopback("--no-auth");
            return Authenticator.none();
        }
        if (given.stream().map(Authentication::isKeySet).distinct().count() > 1) {
            throw new UsageException(
                    given.get(0) + " and " + given.get(given.size() - 1) + ": give a secret or a key set, not both");
        }
        if (!given.isEmpty()) {
            return tokens(given.get(0), rules);
        }
        if (options.servesOwn(environment)) {
            throw new UsageException(
                    "--registry, --data and --couchdb-url need to know who may read: give --jwks, or give --jwt-secret-file"
                            + " FILE or JWT_SECRET (environment), or --no-auth to let everybody on this machine read");
        }
        requireLoopback("a server without a secret");
        return Authenticator.none();
    }

    /** Where secrets and key sets are given; what the command line says comes first. */
    private List<String> given() {
        List<String> places = new ArrayList<>();
        if (tokens.secretFile != null) {
            places.add("--jwt-secret-file");
        }
        if (tokens.keySet != null) {
            places.add("--jwks");
        }
        if (!environment.getOrDefault("JWT_SECRET", "").isBlank()) {
            places.add(SECRET);
        }
        if (!environment.getOrDefault("JWKS", "").isBlank()) {
            places.add(KEY_SET);
        }
        return places;
    }

    private static boolean isKeySet(String place) {
        return place.equals("--jwks") || place.equals(KEY_SET);
    }

    private Authenticator tokens(String place, ClaimRules rules) throws UsageException, StartupException {
        if (isKeySet(place)) {
            return keySet(place, rules);
        }
        Path file = tokens.secretFile;
        try {
            return file == null
                    ? new SharedSecretTokens(
                            environment.get("JWT_SECRET").getBytes(StandardCharsets.UTF_8), rules, clock)
                    : new SharedSecretTokens(read(file), rules, clock);
        } catch (IllegalArgumentException e) {
            throw new StartupException((file == null ? SECRET : place + " " + file) + ": " + e.getMessage(), e);
        }
    }

    private Authenticator keySet(String place, ClaimRules rules) throws UsageException, StartupException {
        String value =
                tokens.keySet != null ? tokens.keySet : environment.get("JWKS").strip();
        URL url = keySetUrl(place, value);
        try {
            return KeySetTokens.open(url, rules, clock);
        } catch (IOException e) {
            throw new StartupException(place + " " + value + ": " + e.getMessage(), e);
        }
    }

    /** Who can change a key set on its way can make tokens: it comes by TLS, or from this machine. */
    private static URL keySetUrl(String place, String value) throws UsageException {
        try {
            if (!value.contains("://")) {
                return Path.of(value).toUri().toURL();
            }
            URL url = URI.create(value).toURL();
            boolean safe = switch (url.getProtocol()) {
                case "https", "file" -> true;
                case "http" -> isLoopback(url.getHost());
                default -> false;
            };
            if (safe) {
                return url;
            }
        } catch (MalformedURLException | IllegalArgumentException e) {
            throw new UsageException(place + " " + value + ": is neither a file nor a URL");
        }
        throw new UsageException(place + " " + value + ": must be a file or an https URL");
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private void requireLoopback(String what) throws UsageException {
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
}
