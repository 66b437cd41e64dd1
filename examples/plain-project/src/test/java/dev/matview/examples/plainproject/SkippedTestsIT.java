package dev.matview.examples.plainproject;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What our parent does with {@code -DskipTests}, tried in a project that has it and an integration test that fails. */
class SkippedTestsIT {

    @Test
    void withSkipTestsNoIntegrationTestRuns() throws Exception {
        Path project = project();

        assertThat(verify(project, "-DskipTests=false").printed()).contains("FailingIT.fails", "it runs");
        verify(project, "-DskipTests").assertSuccess();
    }

    /** All that it needs has been used by this build: nothing is asked for elsewhere, and nothing is installed. */
    private static Maven.Ended verify(Path project, String option) throws IOException, InterruptedException {
        String machine = "-Dmaven.repo.local=" + System.getProperty("machine.repository");
        return Maven.run(project, List.of("-o", machine, "-Dspotless.check.skip", option, "verify"));
    }

    private static Path project() throws IOException {
        Path project = Maven.fresh("projects/skipping");
        Path parent = project.relativize(Maven.MODULE.resolve("../../pom.xml").normalize());
        Files.writeString(
                project.resolve("pom.xml"),
                POM.replace("PARENT", parent.toString()).replace("VERSION", System.getProperty("matview.version")));
        Path tests = Files.createDirectories(project.resolve("src/test/java"));
        Files.writeString(tests.resolve("FailingIT.java"), """
                class FailingIT {
                    @org.junit.jupiter.api.Test
                    void fails() {
                        throw new AssertionError("it runs");
                    }
                }
                """);
        return project;
    }

    private static final String POM = """
            <project>
              <modelVersion>4.0.0</modelVersion>
              <parent>
                <groupId>dev.matview</groupId>
                <artifactId>matview-parent</artifactId>
                <version>VERSION</version>
                <relativePath>PARENT</relativePath>
              </parent>
              <artifactId>skipping</artifactId>
              <dependencies>
                <dependency>
                  <groupId>org.junit.jupiter</groupId>
                  <artifactId>junit-jupiter</artifactId>
                  <scope>test</scope>
                </dependency>
              </dependencies>
              <build>
                <plugins>
                  <plugin>
                    <groupId>org.apache.maven.plugins</groupId>
                    <artifactId>maven-failsafe-plugin</artifactId>
                  </plugin>
                </plugins>
              </build>
            </project>
            """;
}
