package dev.matview.couch.harness;

import dev.matview.couch.CouchCluster;
import dev.matview.couch.CouchClusterBuilder;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/**
 * The CouchDB that tests run against, the same for all of a JVM. It is the first of: the one at {@code COUCHDB_URL}
 * (environment or system property, with credentials); one in a container, where a Docker engine answers; PouchDB Server
 * from npm. With none of them tests are left out: they are annotated with {@code @Needs(Tool.COUCHDB)}.
 */
public final class TestCouch {

    private static TestCouch found;

    private final FoundServer server;
    private final RawCouch raw;
    private final Capabilities capabilities;

    private TestCouch(FoundServer server) {
        this.server = server;
        this.raw = new RawCouch(server);
        if (!server.user().isEmpty()
                && raw.send("GET", "/_global_changes", null).statusCode() == 404) {
            // _db_updates needs it, and no CouchDB makes it unasked.
            raw.create("_global_changes");
        }
        this.capabilities = Capabilities.of(raw);
        raw.writeToAll(capabilities.copies());
    }

    /** The server, which is found, or started, by the first call. */
    public static synchronized TestCouch get() {
        ToolCondition.requireDeclared(Tool.COUCHDB);
        if (found == null) {
            found = new TestCouch(find());
            System.out.println("CouchDB for tests: " + found.server.how() + ", " + found.server.url());
        }
        return found;
    }

    /** What {@code COUCHDB_URL} says; empty where it is not set. */
    static String configuredUrl() {
        return System.getProperty("COUCHDB_URL", System.getenv().getOrDefault("COUCHDB_URL", ""))
                .strip();
    }

    private static FoundServer find() {
        String url = configuredUrl();
        if (!url.isEmpty()) {
            return FoundServer.at("COUCHDB_URL", url);
        }
        String noDocker = "no Docker engine answers";
        try {
            Optional<FoundServer> container = DockerServer.start();
            if (container.isPresent()) {
                return container.get();
            }
        } catch (RuntimeException e) {
            noDocker = "Docker cannot run it: " + e.getMessage();
            System.out.println("CouchDB for tests: " + noDocker);
        }
        try {
            return PouchServer.start();
        } catch (IOException | InterruptedException | RuntimeException e) {
            throw new IllegalStateException(
                    "no CouchDB for tests: COUCHDB_URL is not set; " + noDocker + "; PouchDB Server cannot run", e);
        }
    }

    /** What the server can do. */
    public Capabilities capabilities() {
        return capabilities;
    }

    /** A plain client for the server. */
    public RawCouch raw() {
        return raw;
    }

    /** Where the server is, without credentials. */
    public URI url() {
        return server.url();
    }

    /** The administrator's name; empty for a server that asks for none. */
    public String user() {
        return server.user();
    }

    public String password() {
        return server.password();
    }

    /** A builder of a connection to the server. */
    public CouchClusterBuilder cluster() {
        return cluster(server.url());
    }

    /** A builder of a connection to something in front of the server. */
    public CouchClusterBuilder cluster(URI url) {
        CouchClusterBuilder builder = CouchCluster.builder(url.toString());
        return server.user().isEmpty() ? builder : builder.credentials(server.user(), server.password());
    }

    /** Databases of one test, under a prefix that nobody else uses. */
    public TestDatabases databases() {
        return new TestDatabases(raw);
    }
}
