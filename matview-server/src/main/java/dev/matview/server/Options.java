package dev.matview.server;

import dev.matview.core.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the command line says, and what it means together with the environment. Filled by picocli. */
final class Options {

    private static final int DEFAULT_PORT = 5050;
    private static final int MAX_PORT = 65_535;
    private static final Settings DEFAULTS = Settings.defaults();

    @Option(
            names = "--registry",
            paramLabel = "FILE|couchdb:NAME",
            description = "The feeds: a JSON file, or a database of feed documents in CouchDB; watched while the server"
                    + " runs. Default: the feeds posts and events.")
    @Nullable
    String registry;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The user databases: each NAME.jsonl in it is the database NAME, a JSON document a line."
                    + " Default: sample databases, with a new post every few seconds.")
    @Nullable
    Path data;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "The address to listen on. Default: ${DEFAULT-VALUE}.")
    String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on, 0 for a free one. Default: the environment's PORT, or 5050.")
    @Nullable
    Integer port;

    @Mixin
    CouchOptions couch = new CouchOptions();

    @Mixin
    TokenOptions tokens = new TokenOptions();

    @Mixin
    HttpOptions http = new HttpOptions();

    @Option(
            names = "--page-size",
            paramLabel = "N",
            description = "Documents on a page unless a query says how many. Default: 100.")
    @Nullable
    Integer pageSize;

    @Option(names = "--max-page-size", paramLabel = "N", description = "Documents on a page at most. Default: 1000.")
    @Nullable
    Integer maxPageSize;

    /** Whether data of the user's own is served, not the bundled demonstration alone. */
    boolean servesOwn(Map<String, String> environment) {
        return registry != null || data != null || couch.isGiven(environment);
    }

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

    /** @throws UsageException when the page sizes do not fit together */
    Settings settings() throws UsageException {
        requirePositive(pageSize, "--page-size");
        requirePositive(maxPageSize, "--max-page-size");
        int max = maxPageSize != null ? maxPageSize : Math.max(DEFAULTS.maxPageSize(), orZero(pageSize));
        int size = pageSize != null ? pageSize : Math.min(DEFAULTS.pageSize(), max);
        if (size > max) {
            throw new UsageException("--page-size: " + size + " is more than --max-page-size, " + max);
        }
        return DEFAULTS.toBuilder().pageSize(size).maxPageSize(max).build();
    }

    private static void requirePositive(@Nullable Integer value, String name) throws UsageException {
        if (value != null && value < 1) {
            throw new UsageException(name + ": must be above zero, not " + value);
        }
    }

    private static int orZero(@Nullable Integer value) {
        return value == null ? 0 : value;
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

    /** The options cannot be used together, or one has a value that it cannot have. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }
}
