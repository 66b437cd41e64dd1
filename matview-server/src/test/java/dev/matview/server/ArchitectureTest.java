package dev.matview.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.matview.core.error.MatviewException;
import dev.matview.core.spi.ViewStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Server, couch, core, and integrations beside couch: dependencies point one way. This module sees them all. */
class ArchitectureTest {

    private static JavaClasses matview;

    @BeforeAll
    static void read() {
        matview = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
                .importPackages("dev.matview");
    }

    @Test
    void theRulesSeeTheModules() {
        assertThat(matview.contain("dev.matview.core.GlobalFeeds")).isTrue();
        assertThat(matview.contain("dev.matview.server.Main")).isTrue();
        assertThat(matview.contain("dev.matview.testkit.ManualScheduler")).isTrue();
        assertThat(matview.contain("dev.matview.server.ArchitectureTest")).isFalse();
    }

    @Test
    void coreUsesNoOtherModule() {
        usesOfOursOnly("dev.matview.core..", "dev.matview.core..");
    }

    @Test
    void whatStandsOnCoreUsesCoreAlone() {
        for (String module : List.of("couch", "sql", "testkit")) {
            usesOfOursOnly("dev.matview." + module + "..", "dev.matview." + module + "..", "dev.matview.core..");
        }
    }

    @Test
    void metricsKnowCoreAndCouch() {
        usesOfOursOnly(
                "dev.matview.micrometer..",
                "dev.matview.micrometer..",
                "dev.matview.core..",
                "dev.matview.couch",
                "dev.matview.couch.event");
    }

    @Test
    void theServerDoesNotNeedTheTestkit() {
        noClasses()
                .that()
                .resideInAPackage("dev.matview.server..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.matview.testkit..")
                .check(matview);
    }

    /** The classes of a package, and those below it, use no others of ours than these. */
    private static void usesOfOursOnly(String from, String... to) {
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("dev.matview..")
                        .and(JavaClass.Predicates.resideOutsideOfPackages(to)))
                .check(matview);
    }

    @Test
    void coreUsesFourLibrariesAndNoOther() {
        classes()
                .that()
                .resideInAPackage("dev.matview.core..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.matview.core..",
                        "java..",
                        "javax.crypto..",
                        "com.fasterxml.jackson..",
                        "com.github.benmanes.caffeine..",
                        "com.ibm.icu..",
                        "org.slf4j..",
                        "org.jspecify..")
                .check(matview);
    }

    @Test
    void onlyTheServerKnowsHttp() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.matview.server..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("spark..", "org.eclipse.jetty..", "javax.servlet..", "com.nimbusds..", "picocli..")
                .check(matview);
    }

    @Test
    void withinTheServerOnlyOneRoomKnowsSparkAndJetty() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.matview.server.http..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("spark..", "org.eclipse.jetty..", "javax.servlet..")
                .check(matview);
    }

    @Test
    void theServerFindsViewStoresByTheirUrls() {
        noClasses()
                .that()
                .resideInAPackage("dev.matview.server..")
                .should()
                .dependOnClassesThat(JavaClass.Predicates.implement(ViewStore.class))
                .check(matview);
    }

    @Test
    void onlyTheStoreInPostgresKnowsJdbc() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.matview.sql..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer..")
                .check(matview);
    }

    @Test
    void onlyCouchsClientKnowsEktorp() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.matview.couch.internal.client..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.ektorp..", "org.apache.http..")
                .check(matview);
    }

    @Test
    void internalPackagesAreUsedByTheirModuleAlone() {
        for (String module : List.of("core", "couch", "server", "sql")) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.matview." + module + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.matview." + module + "..internal..")
                    .check(matview);
        }
    }

    /**
     * Each package is a room, and rooms stand on one another. Two arrows go up: {@code GlobalFeeds.builder()} makes what is
     * behind the front door, and what couch's client throws is the exception that everybody may catch. {@code Page} names its
     * one implementation as the one that is permitted, which is no dependency to ArchUnit, and uses nothing of it.
     */
    @Test
    void noRoomsGoInCirclesSaveForTwoArrows() {
        slices().matching("dev.matview.(**)")
                .should()
                .beFreeOfCycles()
                .ignoreDependency(
                        inFile("dev.matview.core.GlobalFeeds"), inFile("dev.matview.core.internal.DefaultGlobalFeeds"))
                .ignoreDependency(
                        inFile("dev.matview.couch.internal.client.CouchFailure"),
                        inFile("dev.matview.couch.CouchException"))
                .check(matview);
    }

    /** A class, and those that stand in it. */
    private static DescribedPredicate<JavaClass> inFile(String name) {
        return DescribedPredicate.describe(
                "in " + name,
                type -> type.getName().equals(name) || type.getName().startsWith(name + "$"));
    }

    @Test
    void readingUserDatabasesAndKeepingViewsKnowNothingOfEachOther() {
        String source = "dev.matview.couch.internal.source..";
        String view = "dev.matview.couch.internal.view..";
        noClasses()
                .that()
                .resideInAPackage(source)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(view)
                .check(matview);
        noClasses()
                .that()
                .resideInAPackage(view)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(source)
                .check(matview);
    }

    @Test
    void onlyMangoKnowsTheEngineForRegularExpressions() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.matview.core.mango..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.matview.core.mango.regex..")
                .check(matview);
    }

    /** Whoever embeds matview can catch all of it at once. */
    @Test
    void everyUncheckedExceptionOfTheLibrariesHasOneRoot() {
        classes()
                .that()
                .resideInAnyPackage("dev.matview.core..", "dev.matview.couch..", "dev.matview.sql..")
                .and()
                .resideOutsideOfPackages("dev.matview..internal..", "dev.matview.core.mango.regex..")
                .and()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .and()
                .areAssignableTo(RuntimeException.class)
                .should()
                .beAssignableTo(MatviewException.class)
                .check(matview);
    }

    /** Whoever opens the repository sees these modules, and where to read on. */
    @Test
    void theTopLevelHasTheModulesAndNothingElse() throws IOException {
        Set<String> modules;
        Set<String> pages;
        try (Stream<Path> files = Files.list(Path.of(".."))) {
            List<Path> here = files.toList();
            modules = names(here.stream().filter(ArchitectureTest::holdsModules));
            pages = names(here.stream().filter(file -> file.toString().endsWith(".md")));
        }
        assertThat(modules)
                .containsExactlyInAnyOrder(
                        "matview-core", "matview-couch", "matview-server", "examples", "integrations");
        assertThat(pages).containsExactlyInAnyOrder("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md");
    }

    /** Integrations are beside each other in one directory, which is no module itself. */
    private static boolean holdsModules(Path directory) {
        return Files.exists(directory.resolve("pom.xml"))
                || Files.exists(directory.resolve("testkit").resolve("pom.xml"));
    }

    private static Set<String> names(Stream<Path> files) {
        return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }

    @Test
    void noRoomHasMoreThanThirtyFiles() {
        Map<String, Set<String>> rooms = new TreeMap<>();
        matview.forEach(type -> rooms.computeIfAbsent(type.getPackageName(), room -> new TreeSet<>())
                .add(type.getSource().flatMap(Source::getFileName).orElse(type.getName())));
        assertThat(rooms).allSatisfy((room, files) -> assertThat(files).as(room).hasSizeLessThanOrEqualTo(30));
    }

    @Test
    void theRoomsOfTheServerDoNotKnowTheProgram() {
        noClasses()
                .that()
                .resideInAPackage("dev.matview.server.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.matview.server")
                .check(matview);
    }
}
