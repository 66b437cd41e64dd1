package dev.matview.server;

import dev.matview.core.event.Scheduler;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchClusterBuilder;
import dev.matview.server.given.Within;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where CouchDB is, and who asks it. A password comes from the environment or a file, never from the command line. */
class CouchOptions {

    private static final String URL_VARIABLE = "COUCHDB_URL";
    private static final String USER_VARIABLE = "COUCHDB_USER";
    private static final String PASSWORD_VARIABLE = "COUCHDB_PASSWORD";

    @Option(
            names = "--couchdb-url",
            paramLabel = "URL,...",
            split = ",",
            hideParamSyntax = true,
            description = "CouchDBs of the users; views in the first")
    List<String> urls = List.of();

    @Option(names = "--couchdb-user", paramLabel = "NAME", description = "who asks them, a server admin")
    @Nullable
    String user;

    @Option(names = "--couchdb-password-file", paramLabel = "FILE", description = "the password [or COUCHDB_PASSWORD]")
    @Nullable
    Path passwordFile;

    @Option(
            names = "--couchdb-requests",
            paramLabel = "N",
            defaultValue = "8",
            description = "requests at once to each (${DEFAULT-VALUE})")
    @Within(least = 1, most = 1_000)
    int requests = 8;

    @Option(
            names = "--couchdb-requests-per-second",
            paramLabel = "N",
            defaultValue = "1000",
            description = "requests a second to each (${DEFAULT-VALUE})")
    @Within(least = 1, most = 1_000_000)
    int requestsPerSecond = 1_000;

    /** Whether a CouchDB is named. */
    boolean isGiven(Map<String, String> environment) {
        return !urls(environment).isEmpty();
    }

    /** How many are named. */
    int count(Map<String, String> environment) {
        return urls(environment).size();
    }

    private List<String> urls(Map<String, String> environment) {
        List<String> given = urls.isEmpty()
                ? Arrays.asList(environment.getOrDefault(URL_VARIABLE, "").split(","))
                : urls;
        return given.stream().map(String::strip).filter(url -> !url.isEmpty()).toList();
    }

    /**
     * One for each URL, in their order; at least one. They ask nothing of CouchDB yet.
     *
     * @throws UsageException when there is none, or a URL or credentials cannot be used; the message holds no password
     */
    List<NamedCluster> clusters(Map<String, String> environment, Scheduler scheduler)
            throws UsageException, StartupException {
        for (String url : urls) {
            requireNoCredentials("--couchdb-url", url);
        }
        if (!isGiven(environment)) {
            throw new UsageException("there is no CouchDB: give --couchdb-url or COUCHDB_URL (environment)");
        }
        List<NamedCluster> clusters = new ArrayList<>();
        try {
            for (String url : urls(environment)) {
                clusters.add(cluster("--couchdb-url", url, environment, scheduler));
            }
        } catch (UsageException | StartupException e) {
            clusters.forEach(NamedCluster::close);
            throw e;
        }
        return clusters;
    }

    /** The command line is seen by every process. */
    static void requireNoCredentials(String option, String url) throws UsageException {
        if (url.contains("@")) {
            throw new UsageException(option + ": leave user and password out of the URL, where every process sees"
                    + " them; give them as COUCHDB_USER and COUCHDB_PASSWORD (environment)");
        }
    }

    /** A CouchDB at the URL, which an option names. */
    NamedCluster cluster(String option, String url, Map<String, String> environment, Scheduler scheduler)
            throws UsageException, StartupException {
        String name = user != null ? user : environment.getOrDefault(USER_VARIABLE, "");
        String password = password(environment);
        if (name.isEmpty() != password.isEmpty()) {
            throw new UsageException(
                    name.isEmpty()
                            ? "there is a password for CouchDB and no user: give --couchdb-user or COUCHDB_USER (environment)"
                            : "there is a user for CouchDB and no password: give --couchdb-password-file or"
                                    + " COUCHDB_PASSWORD (environment)");
        }
        try {
            CouchClusterBuilder builder = CouchCluster.builder(url)
                    .scheduler(scheduler)
                    .requestsInFlight(requests)
                    .requestsPerSecond(requestsPerSecond);
            if (!name.isEmpty()) {
                builder.credentials(name, password);
            }
            return new NamedCluster(option, builder.build());
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + ": " + e.getMessage());
        }
    }

    private String password(Map<String, String> environment) throws StartupException {
        if (passwordFile == null) {
            return environment.getOrDefault(PASSWORD_VARIABLE, "");
        }
        return new String(SecretFile.read("--couchdb-password-file", passwordFile), StandardCharsets.UTF_8);
    }
}
