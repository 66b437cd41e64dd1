package dev.matview.server;

import dev.matview.core.Settings;
import dev.matview.core.access.UserDatabases;
import dev.matview.server.http.HttpSettings;
import java.util.Map;
import picocli.CommandLine.ArgGroup;

/** What the command line says to a server, and what it means together with the environment. Filled by picocli. */
final class Options {

    @ArgGroup(validate = false, heading = "%nFeeds and users:%n", order = 1)
    SourceOptions sources = new SourceOptions();

    @ArgGroup(validate = false, heading = "%nTokens:%n", order = 2)
    TokenOptions tokens = new TokenOptions();

    @ArgGroup(validate = false, heading = "%nHTTP:%n", order = 3)
    HttpOptions http = new HttpOptions();

    @ArgGroup(validate = false, heading = "%nLimits:%n", order = 4)
    LimitOptions limits = new LimitOptions();

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
