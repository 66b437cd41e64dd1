package dev.matview.couch.harness;

import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** A CouchDB in a container, where a Docker engine answers. Testcontainers removes it when the JVM ends. */
final class DockerServer {

    private static final String IMAGE = "couchdb:3.5";
    private static final int PORT = 5984;
    private static final String USER = "admin";
    private static final String PASSWORD = "secret";

    private DockerServer() {}

    /** Whether there is a Docker engine. */
    static boolean answers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    @SuppressWarnings("resource") // it lives as long as the JVM
    static Optional<FoundServer> start() {
        if (!answers()) {
            return Optional.empty();
        }
        GenericContainer<?> container = new GenericContainer<>(IMAGE)
                .withEnv("COUCHDB_USER", USER)
                .withEnv("COUCHDB_PASSWORD", PASSWORD)
                .withExposedPorts(PORT)
                .waitingFor(Wait.forHttp("/_up").forPort(PORT).forStatusCode(200));
        container.start();
        String authority = USER + ":" + PASSWORD + "@" + container.getHost() + ":" + container.getMappedPort(PORT);
        return Optional.of(FoundServer.at("Docker, " + IMAGE, "http://" + authority));
    }
}
