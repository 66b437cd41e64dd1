package dev.matview.server;

import dev.matview.server.auth.Guessable;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.HttpSettings.Management;
import dev.matview.server.http.MetricsToken;
import dev.matview.server.http.connection.ConnectionLimits;
import dev.matview.server.http.connection.Cors;
import dev.matview.server.http.exchange.TrustedProxies;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
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

    @Option(names = "--port", paramLabel = "PORT", description = "the port, 0 for a free one (5050)")
    @Nullable
    Integer port;

    @Option(names = "--management-port", paramLabel = "PORT", description = "a second port, for administrators alone")
    @Nullable
    Integer managementPort;

    @Option(names = "--management-host", paramLabel = "HOST", description = "the address of that port (127.0.0.1)")
    @Nullable
    String managementHost;

    @Option(names = "--metrics-token-file", paramLabel = "FILE", description = "a token that /metrics is read with")
    @Nullable
    Path metricsTokenFile;

    @Option(names = "--cors-origin", paramLabel = "ORIGIN,...", description = "whose pages may read, or * for all")
    @Nullable
    String corsOrigin;

    @Option(names = "--trusted-proxy", paramLabel = "CIDR,...", description = "proxies whose X-Forwarded-For counts")
    @Nullable
    String trustedProxy;

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
     * The option that has the server listen to other machines; null when it listens to this one alone.
     *
     * @throws UsageException when a host has no address
     */
    @Nullable
    String openToOthers() throws UsageException {
        if (!isLoopback("--host", host)) {
            return "--host " + host;
        }
        return managementHost == null || isLoopback("--management-host", managementHost)
                ? null
                : "--management-host " + managementHost;
    }

    private static boolean isLoopback(String option, String host) throws UsageException {
        return addresses(option, host).stream().allMatch(InetAddress::isLoopbackAddress);
    }

    private static List<InetAddress> addresses(String option, String host) throws UsageException {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            throw new UsageException(option + ": there is no address of the name " + host);
        }
    }

    /**
     * @throws UsageException when a value is none that can be
     * @throws StartupException when a file cannot be read
     */
    HttpSettings settings(LimitOptions limits, Map<String, String> environment)
            throws UsageException, StartupException {
        int port = port(environment);
        return new HttpSettings(
                host,
                port,
                cors(environment),
                limits.sockets(),
                ConnectionLimits.defaults(),
                limits.requestsPerCaller(),
                trustedProxies(),
                management(port),
                metricsToken());
    }

    Cors cors(Map<String, String> environment) throws UsageException {
        String origins = ClaimOptions.orEnvironment(corsOrigin, environment, "CORS_ORIGIN");
        try {
            return origins == null ? Cors.none() : Cors.of(origins);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    (corsOrigin == null ? "CORS_ORIGIN (environment): " : "--cors-origin: ") + e.getMessage());
        }
    }

    TrustedProxies trustedProxies() throws UsageException {
        try {
            return trustedProxy == null ? TrustedProxies.none() : TrustedProxies.of(trustedProxy);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--trusted-proxy: " + e.getMessage());
        }
    }

    @Nullable
    Management management(int port) throws UsageException {
        if (managementPort == null) {
            if (managementHost != null) {
                throw new UsageException("--management-host: give --management-port too");
            }
            return null;
        }
        Management management = Management.onLoopback(requirePort(managementPort, "--management-port"));
        if (managementHost != null) {
            addresses("--management-host", managementHost);
            management = new Management(managementHost, managementPort);
        }
        if (management.port() == port && port != 0 && management.host().equals(host)) {
            throw new UsageException("--management-port: " + port + " is the port of everybody; choose another");
        }
        return management;
    }

    @Nullable
    MetricsToken metricsToken() throws UsageException, StartupException {
        if (metricsTokenFile == null) {
            return null;
        }
        byte[] token = SecretFile.read("--metrics-token-file", metricsTokenFile);
        try {
            MetricsToken read = MetricsToken.of(new String(token, StandardCharsets.UTF_8));
            Guessable.refuse(token);
            return read;
        } catch (IllegalArgumentException e) {
            throw new UsageException("--metrics-token-file " + metricsTokenFile + ": " + e.getMessage());
        }
    }
}
