package dev.matview.server;

import dev.matview.server.Options.UsageException;
import dev.matview.server.http.Cors;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.SocketLimits;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the command line says of HTTP beyond the address. Filled by picocli. */
final class HttpOptions {

    @Option(
            names = "--cors-origin",
            paramLabel = "ORIGIN,...",
            description =
                    "The origins whose pages may read answers and open WebSockets, comma separated; or * for every"
                            + " page, without credentials. Default: the environment's CORS_ORIGIN, or none.")
    @Nullable
    String corsOrigin;

    @Option(
            names = "--max-requests-per-caller",
            paramLabel = "N",
            defaultValue = "20",
            description = "Requests of one caller at once, more are answered 429. Default: ${DEFAULT-VALUE}.")
    int maxRequestsPerCaller = HttpSettings.MAX_REQUESTS_PER_CALLER;

    @Option(
            names = "--max-sockets",
            paramLabel = "N",
            defaultValue = "10000",
            description = "WebSockets at once, more are answered 503. Default: ${DEFAULT-VALUE}.")
    int maxSockets = 10_000;

    /** @throws UsageException when a value is none that can be */
    HttpSettings settings(String host, int port, Map<String, String> environment) throws UsageException {
        if (maxRequestsPerCaller < 1) {
            throw new UsageException("--max-requests-per-caller: must be above zero, not " + maxRequestsPerCaller);
        }
        if (maxSockets < 0) {
            throw new UsageException("--max-sockets: must not be negative, not " + maxSockets);
        }
        String origins = TokenOptions.orEnvironment(corsOrigin, environment, "CORS_ORIGIN");
        try {
            Cors cors = origins == null ? Cors.none() : Cors.of(origins);
            return new HttpSettings(
                    host, port, cors, SocketLimits.defaults().withMaxSockets(maxSockets), maxRequestsPerCaller);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    (corsOrigin == null ? "CORS_ORIGIN (environment): " : "--cors-origin: ") + e.getMessage());
        }
    }
}
