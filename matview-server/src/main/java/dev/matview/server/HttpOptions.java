package dev.matview.server;

import dev.matview.server.auth.MetricsToken;
import dev.matview.server.http.Cors;
import dev.matview.server.http.HttpSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where is listened, and whom. Filled by picocli. */
final class HttpOptions {

    private static final int DEFAULT_PORT = 5050;
    private static final int MAX_PORT = 65_535;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "the address to listen on (${DEFAULT-VALUE})")
    String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "PORT", description = "the port, 0 for a free one (5050) [PORT]")
    @Nullable
    Integer port;

    @Option(
            names = "--metrics-token-file",
            paramLabel = "FILE",
            description = "a bearer token that /metrics is read with")
    @Nullable
    Path metricsTokenFile;

    @Option(
            names = "--cors-origin",
            paramLabel = "ORIGIN,...",
            description = "whose pages may read, or * for all [CORS_ORIGIN]")
    @Nullable
    String corsOrigin;

    /** @throws UsageException when it is no port, or the environment's is none */
    int port(Map<String, String> environment) throws UsageException {
        if (port != null) {
            return requirePort(port, "--port");
        }
        String value = environment.getOrDefault("PORT", "").strip();
        if (value.isEmpty()) {
            return DEFAULT_PORT;
        }
        try {
            return requirePort(Integer.parseInt(value), "PORT (environment)");
        } catch (NumberFormatException e) {
            throw new UsageException("PORT (environment): a port is a number from 0 to 65535, not \"" + value + "\"");
        }
    }

    private static int requirePort(int value, String place) throws UsageException {
        if (value < 0 || value > MAX_PORT) {
            throw new UsageException(place + ": a port is a number from 0 to 65535, not " + value);
        }
        return value;
    }

    /**
     * Whether every address of the host is this machine's own.
     *
     * @throws UsageException when the host has no address
     */
    boolean isLoopback() throws UsageException {
        try {
            return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            throw new UsageException("--host: there is no address of the name " + host);
        }
    }

    /**
     * @throws UsageException when a value is none that can be
     * @throws StartupException when a file cannot be read
     */
    HttpSettings settings(LimitOptions limits, Map<String, String> environment)
            throws UsageException, StartupException {
        return new HttpSettings(
                host,
                port(environment),
                cors(environment),
                limits.sockets(),
                limits.requestsPerCaller(),
                metricsToken());
    }

    private Cors cors(Map<String, String> environment) throws UsageException {
        String origins = ClaimOptions.orEnvironment(corsOrigin, environment, "CORS_ORIGIN");
        try {
            return origins == null ? Cors.none() : Cors.of(origins);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    (corsOrigin == null ? "CORS_ORIGIN (environment): " : "--cors-origin: ") + e.getMessage());
        }
    }

    private @Nullable MetricsToken metricsToken() throws UsageException, StartupException {
        if (metricsTokenFile == null) {
            return null;
        }
        byte[] token = SecretFile.read("--metrics-token-file", metricsTokenFile);
        try {
            return MetricsToken.of(new String(token, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--metrics-token-file " + metricsTokenFile + ": " + e.getMessage());
        }
    }
}
