package dev.matview.server;

import dev.matview.core.Settings;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Subscription;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.log.LogSetup;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What the command line says to a server, and what it means together with the environment. Filled by picocli. */
final class Options {

    @ArgGroup(validate = false, heading = "Feeds and users:%n", order = 1)
    SourceOptions sources = new SourceOptions();

    @ArgGroup(validate = false, heading = "Tokens:%n", order = 2)
    TokenOptions tokens = new TokenOptions();

    @ArgGroup(validate = false, heading = "HTTP:%n", order = 3)
    HttpOptions http = new HttpOptions();

    @ArgGroup(validate = false, heading = "Limits:%n", order = 4)
    LimitOptions limits = new LimitOptions();

    @ArgGroup(validate = false, heading = "Log:%n", order = 5)
    ServeLog log = new ServeLog();

    /** What the log of a server says beside that. */
    static final class ServeLog extends LogOptions {

        @Option(names = "--access-log", fallbackValue = "true", description = "log each request, without its contents")
        private boolean accessLog;

        /** Has requests logged, if they are to be, until the result is closed. */
        Subscription requests() {
            return accessLog ? LogSetup.accessLog() : () -> {};
        }
    }

    String host() {
        return http.host;
    }

    boolean servesOwn(Map<String, String> environment) {
        return sources.servesOwn(environment);
    }

    UserDatabases users() throws UsageException {
        return tokens.users();
    }

    Settings settings() throws UsageException {
        return limits.settings();
    }

    HttpSettings http(Map<String, String> environment) throws UsageException, StartupException {
        return http.settings(limits, environment);
    }
}
