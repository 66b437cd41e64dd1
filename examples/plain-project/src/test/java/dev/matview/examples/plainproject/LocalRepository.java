package dev.matview.examples.plainproject;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A local repository that holds of ours what {@code mvn install} puts there, as built now, and nothing else at first. What
 * others made is taken from the machine's repository, where this build has it already, and asked for elsewhere only if it
 * is not there.
 */
final class LocalRepository {

    private static final String VERSION = System.getProperty("matview.version");
    private static final Path ROOT = Maven.MODULE.getParent().getParent();

    /** Where the modules that others depend on are built. */
    private static final Map<String, Path> MODULES = Map.of(
            "matview-core", ROOT.resolve("matview-core"),
            "matview-couch", ROOT.resolve("matview-couch"),
            "matview-micrometer", ROOT.resolve("integrations/micrometer"),
            "matview-server", ROOT.resolve("matview-server"),
            "matview-sql", ROOT.resolve("integrations/sql"),
            "matview-testkit", ROOT.resolve("integrations/testkit"));

    private final Path directory;
    private final Path settings;

    private LocalRepository(Path directory, Path settings) {
        this.directory = directory;
        this.settings = settings;
    }

    static LocalRepository create() throws IOException {
        // What others made may stay from an earlier run.
        Path directory = Maven.MODULE.resolve("target/local-repository");
        Maven.fresh("local-repository/dev/matview");
        install(directory, ROOT.resolve("pom.xml"), "matview-parent", "pom");
        for (String module : MODULES.keySet()) {
            install(directory, built(module).resolve("pom.xml"), module, "pom");
            install(directory, built(module).resolve("target/" + module + "-" + VERSION + ".jar"), module, "jar");
        }
        Path settings = Maven.fresh("settings").resolve("settings.xml");
        String machine =
                Path.of(System.getProperty("machine.repository")).toUri().toString();
        return new LocalRepository(directory, Files.writeString(settings, SETTINGS.replace("MACHINE", machine)));
    }

    static Path built(String module) {
        return MODULES.get(module);
    }

    private static void install(Path directory, Path file, String artifact, String type) throws IOException {
        assertThat(file).as("package it first").exists();
        Path place = Files.createDirectories(ours(directory).resolve(artifact).resolve(VERSION));
        Files.copy(file, place.resolve(artifact + "-" + VERSION + "." + type));
    }

    private static Path ours(Path directory) {
        return directory.resolve("dev/matview");
    }

    /** What makes Maven use this repository. */
    List<String> arguments() {
        return List.of("-gs", settings.toString(), "-Dmaven.repo.local=" + directory);
    }

    /** Fails when something of ours came from elsewhere: Maven notes beside an artifact where it was downloaded. */
    void assertOursIsFromHere() throws IOException {
        try (Stream<Path> files = Files.walk(ours(directory))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString()))
                    .allMatch(name -> name.endsWith("-" + VERSION + ".jar") || name.endsWith("-" + VERSION + ".pom"));
        }
    }

    /** Snapshots are not taken from the machine: ours might lie there from yesterday. */
    private static final String SETTINGS = """
            <settings>
              <profiles>
                <profile>
                  <id>machine</id>
                  <repositories>
                    <repository>
                      <id>machine</id>
                      <url>MACHINE</url>
                      <releases><checksumPolicy>ignore</checksumPolicy></releases>
                      <snapshots><enabled>false</enabled></snapshots>
                    </repository>
                  </repositories>
                  <pluginRepositories>
                    <pluginRepository>
                      <id>machine</id>
                      <url>MACHINE</url>
                      <releases><checksumPolicy>ignore</checksumPolicy></releases>
                      <snapshots><enabled>false</enabled></snapshots>
                    </pluginRepository>
                  </pluginRepositories>
                </profile>
              </profiles>
              <activeProfiles>
                <activeProfile>machine</activeProfile>
              </activeProfiles>
            </settings>
            """;
}
