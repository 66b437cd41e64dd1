package dev.matview.examples.plainproject;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Projects whose one dependency is a module of ours, and that have no parent of ours. */
class PlainProjectIT {

    /** {@code group:artifact:jar:version:scope}, as the dependency plugin lists it. */
    private static final Pattern LISTED = Pattern.compile("(?m)^ +([^:\\s]+:[^:\\s]+):jar:([^:\\s]+):\\w+");

    private static LocalRepository repository;

    @BeforeAll
    static void install() throws IOException {
        repository = LocalRepository.create();
    }

    @Test
    void aProjectOnCoreRunsOnTheVersionsThatAreTestedHere() throws Exception {
        Path project = build("core", "core");

        assertThat(run(project).lines())
                .contains("{\"content\":\"Hello, I am Ada.\"}", "{\"content\":\"Fresh bread at the corner.\"}");
        assertVersions(project, "core");
    }

    @Test
    void aModuleThatRequiresCoreIsCompiledAndRunOnTheModulePath() throws Exception {
        Path project = build("core", "core");
        String libraries = Files.readString(project.resolve("classpath.txt"));
        Path descriptor = Files.writeString(
                project.resolve("module-info.java"), "module com.example { requires dev.matview.core; }");

        int compiled = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        System.out,
                        System.err,
                        "-d",
                        project.resolve("module").toString(),
                        "--module-path",
                        libraries,
                        descriptor.toString(),
                        project.resolve("src/main/java/com/example/App.java").toString());

        assertThat(compiled).isZero();
        assertThat(Maven.module(project, project.resolve("module") + ":" + libraries, "com.example/com.example.App")
                        .assertSuccess()
                        .printed()
                        .lines())
                .contains("{\"content\":\"Hello, I am Ada.\"}");
    }

    @Test
    void aProjectOnCouchReadsACouchDbWithTheVersionsThatAreTestedHere() throws Exception {
        Path project = build("couch", "couch");

        try (OneDatabase couch = new OneDatabase("{\"_id\":\"1\",\"type\":\"post\",\"content\":\"Hello\"}")) {
            assertThat(run(project, couch.url()).lines()).contains("{\"content\":\"Hello\"}");
        }
        assertVersions(project, "couch");
    }

    @Test
    void aProjectOnTheServerGetsTheVersionsThatAreTestedHere() throws Exception {
        assertVersions(build("core", "server"), "server");
    }

    @Test
    void aProjectWithABackendRunsTheContractTestsOnTheVersionsThatAreTestedHere() throws Exception {
        Path project = build("testkit", "testkit", "-DincludeScope=test", "test");

        assertThat(Files.readString(project.resolve("target/surefire-reports/com.example.RegistryOfMineTest.txt")))
                .containsPattern("Tests run: [1-9]\\d*, Failures: 0, Errors: 0, Skipped: 0");
        assertVersions(project, "testkit");
    }

    /** Builds a project on a module of ours; the server has everything that the one on core needs. */
    private static Path build(String name, String module) throws IOException, InterruptedException {
        return build(name, module, "-DincludeScope=runtime", "compile");
    }

    private static Path build(String name, String module, String scope, String phase)
            throws IOException, InterruptedException {
        Path project = Maven.fresh("projects/" + module);
        Maven.copy(Maven.MODULE.resolve(name).resolve("src"), project.resolve("src"));
        String pom = Files.readString(Maven.MODULE.resolve(name).resolve("pom.xml"));
        Files.writeString(project.resolve("pom.xml"), pom.replace("matview-" + name, "matview-" + module));
        List<String> arguments = new ArrayList<>(repository.arguments());
        arguments.addAll(List.of(
                scope,
                "-DoutputFile=" + project.resolve("dependencies.txt"),
                "-Dmdep.outputFile=" + project.resolve("classpath.txt"),
                phase,
                "dependency:list",
                "dependency:build-classpath"));
        Maven.run(project, arguments).assertSuccess();
        return project;
    }

    /** What these versions do together is tested; another one, which a dependency of a dependency brings, is not. */
    private static void assertVersions(Path project, String module) throws IOException {
        Path here = LocalRepository.built("matview-" + module).resolve("target/runtime-dependencies.txt");
        List<String> expected = new ArrayList<>(listed(here));
        assertThat(expected).as("what %s lists", here).isNotEmpty();
        expected.add("dev.matview:matview-" + module + ":" + System.getProperty("matview.version"));

        assertThat(listed(project.resolve("dependencies.txt"))).containsExactlyInAnyOrderElementsOf(expected);
        repository.assertOursIsFromHere();
    }

    private static String run(Path project, String... arguments) throws IOException, InterruptedException {
        String classpath = project.resolve("target/classes") + ":" + Files.readString(project.resolve("classpath.txt"));
        return Maven.java(project, classpath, arguments).assertSuccess().printed();
    }

    /** {@code group:artifact:version} of each. */
    private static List<String> listed(Path file) throws IOException {
        return LISTED.matcher(Files.readString(file))
                .results()
                .map((MatchResult line) -> line.group(1) + ":" + line.group(2))
                .toList();
    }
}
