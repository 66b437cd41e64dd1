package dev.matview.server;

import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.KeySetTokens;
import dev.matview.server.auth.SharedSecretTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Decides from options and environment how callers are told apart: closed unless it is said, or safe, to be open. */
final class Authentication {

    private static final String SECRET = "JWT_SECRET (environment)";
    private static final String KEY_SET = "JWKS (environment)";

    private final Options options;
    private final TokenOptions tokens;
    private final Map<String, String> environment;
    private final InstantSource clock;
    /** Whether a key set elsewhere is read. */
    private final boolean mayAsk;

    private Authentication(Options options, Map<String, String> environment, InstantSource clock, boolean mayAsk) {
        this.mayAsk = mayAsk;
        this.options = options;
        this.tokens = options.tokens;
        this.environment = environment;
        this.clock = clock;
    }

    /**
     * @throws UsageException when the options allow no decision, or a secret is none; the message does not hold it
     * @throws StartupException when there is a secret or a key set that cannot be read
     */
    static Authenticator of(Options options, Map<String, String> environment, InstantSource clock)
            throws UsageException, StartupException {
        return new Authentication(options, environment, clock, true).authenticator();
    }

    /** Throws what {@link #of} does, and asks nobody for a key set: that is read only where it is in a file. */
    static void check(Options options, Map<String, String> environment, InstantSource clock)
            throws UsageException, StartupException {
        new Authentication(options, environment, clock, false).authenticator();
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
        requireCurrentSecret();
        if (!given.isEmpty()) {
            return isKeySet(given.get(0))
                    ? keySet(given.get(0), rules)
                    : new SharedSecretTokens(tokens.secrets(environment), rules, clock);
        }
        if (options.servesOwn(environment)) {
            throw new UsageException(
                    "--registry, --data and --couchdb-url need to know who may read: give --jwks, or give --jwt-secret-file"
                            + " FILE or JWT_SECRET (environment), or --no-auth to let everybody on this machine read");
        }
        requireLoopback("a server without a secret");
        return Authenticator.none();
    }

    /** A secret that was in use before, and none that is, is one that was given in the wrong place. */
    private void requireCurrentSecret() throws UsageException {
        if (!environment.getOrDefault(ClaimOptions.PREVIOUS_VARIABLE, "").isBlank() && !tokens.hasSecret(environment)) {
            throw new UsageException(
                    "JWT_SECRET_PREVIOUS (environment) is the secret before the one in use: give JWT_SECRET too");
        }
    }

    /** Where secrets and key sets are given; what the command line says comes first. */
    private List<String> given() {
        List<String> places = new ArrayList<>();
        if (!tokens.secretFiles.isEmpty()) {
            places.add("--jwt-secret-file");
        }
        if (tokens.keySet != null) {
            places.add("--jwks");
        }
        if (!environment.getOrDefault(ClaimOptions.SECRET_VARIABLE, "").isBlank()) {
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

    private Authenticator keySet(String place, ClaimRules rules) throws UsageException, StartupException {
        String value = tokens.keySet != null
                ? tokens.keySet
                : environment.getOrDefault("JWKS", "").strip();
        URL url = keySetUrl(place, value);
        if (!mayAsk && !url.getProtocol().equals("file")) {
            return Authenticator.none();
        }
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
            URI uri = URI.create(value);
            if (uri.getRawUserInfo() != null) {
                throw new UsageException(
                        place + ": leave user and password out of the URL, where every process sees them");
            }
            URL url = uri.toURL();
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
        String open = options.http.openToOthers();
        if (open != null) {
            throw new UsageException(open + ": " + what
                    + " listens on a loopback address only, such as 127.0.0.1; give --jwt-secret-file FILE or"
                    + " JWT_SECRET (environment) to listen on others");
        }
    }
}
