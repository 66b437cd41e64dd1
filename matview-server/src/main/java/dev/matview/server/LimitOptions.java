package dev.matview.server;

import dev.matview.core.Settings;
import dev.matview.server.given.Within;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.socket.SocketLimits;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the command line says of how much of everything there may be. Filled by picocli. */
final class LimitOptions {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})([kmg]?|%)");
    private static final Settings DEFAULTS = Settings.defaults();

    @Option(names = "--page-size", paramLabel = "N", description = "documents unless a query says (100)")
    @Within(least = 1, most = 100_000)
    @Nullable
    Integer pageSize;

    @Option(names = "--max-page-size", paramLabel = "N", description = "documents on a page at most (1000)")
    @Within(least = 1, most = 100_000)
    @Nullable
    Integer maxPageSize;

    @Option(
            names = "--max-requests-per-caller",
            paramLabel = "N",
            defaultValue = "20",
            description = "requests of a caller at once (${DEFAULT-VALUE})")
    @Within(least = 1, most = 10_000)
    int maxRequestsPerCaller = HttpSettings.MAX_REQUESTS_PER_CALLER;

    @Option(
            names = "--max-sockets",
            paramLabel = "N",
            defaultValue = "10000",
            description = "WebSockets at once (${DEFAULT-VALUE})")
    @Within(least = 0, most = 1_000_000)
    int maxSockets = 10_000;

    @Option(
            names = "--max-sockets-per-caller",
            paramLabel = "N",
            defaultValue = "50",
            description = "WebSockets of a caller (${DEFAULT-VALUE})")
    @Within(least = 1, most = 1_000_000)
    int maxSocketsPerCaller = SocketLimits.MAX_SOCKETS_PER_CALLER;

    @Option(
            names = "--max-view-bytes",
            paramLabel = "SIZE",
            defaultValue = "60%",
            description = "memory of views: 2g, or of the heap (60%%)")
    String maxViewBytes = "60%";

    /** @throws UsageException when a value is none that can be, or the page sizes do not fit together */
    Settings settings() throws UsageException {
        int max = maxPageSize != null ? maxPageSize : Math.max(DEFAULTS.maxPageSize(), pageSize == null ? 0 : pageSize);
        int size = pageSize != null ? pageSize : Math.min(DEFAULTS.pageSize(), max);
        if (size > max) {
            throw new UsageException("--page-size: " + size + " is more than --max-page-size, " + max);
        }
        return DEFAULTS.toBuilder()
                .pageSize(size)
                .maxPageSize(max)
                .maxViewBytes(viewBytes(Runtime.getRuntime().maxMemory()))
                .build();
    }

    /** @param heap how many bytes the heap has at most */
    long viewBytes(long heap) throws UsageException {
        Matcher size = SIZE.matcher(maxViewBytes.toLowerCase(Locale.ROOT));
        if (size.matches()) {
            long number = Long.parseLong(size.group(1));
            long bytes = switch (size.group(2)) {
                case "k" -> number << 10;
                case "m" -> number << 20;
                case "g" -> number << 30;
                case "%" -> number > 100 ? 0 : heap / 100 * number;
                default -> number;
            };
            if (bytes > 0) {
                return bytes;
            }
        }
        throw new UsageException(
                "--max-view-bytes: a size such as 512m or 2g, or from 1% to 100% of the heap, not " + maxViewBytes);
    }

    SocketLimits sockets() {
        return SocketLimits.defaults().withMaxSockets(maxSockets).withMaxSocketsPerCaller(maxSocketsPerCaller);
    }

    int requestsPerCaller() {
        return maxRequestsPerCaller;
    }
}
