package dev.matview.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Server, couch, core: dependencies point one way. This module sees all three. */
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
        assertThat(matview.contain("dev.matview.server.ArchitectureTest")).isFalse();
    }

    @Test
    void coreUsesNoOtherModule() {
        noClasses()
                .that()
                .resideInAPackage("dev.matview.core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.matview.couch..", "dev.matview.server..")
                .check(matview);
    }

    @Test
    void couchDoesNotUseTheServer() {
        noClasses()
                .that()
                .resideInAPackage("dev.matview.couch..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.matview.server..")
                .allowEmptyShould(true)
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
    void onlyCouchKnowsEktorp() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.matview.couch..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.ektorp..", "org.apache.http..")
                .check(matview);
    }

    @Test
    void internalPackagesAreUsedByTheirModuleAlone() {
        for (String module : new String[] {"core", "couch", "server"}) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.matview." + module + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.matview." + module + "..internal..")
                    .check(matview);
        }
    }

    /** The front doors make what is behind them: {@code GlobalFeeds.builder()} and {@code Scheduler.system()}. */
    @Test
    void thePackagesOfCoreHaveNoCyclesButTheFrontDoors() {
        slices().matching("dev.matview.core.(**)")
                .should()
                .beFreeOfCycles()
                .ignoreDependency(DescribedPredicate.alwaysTrue(), resideInAPackage("dev.matview.core.internal.."))
                .check(matview);
    }

    @Test
    void theRoomsOfTheServerHaveNoCycles() {
        slices().matching("dev.matview.server.(**)").should().beFreeOfCycles().check(matview);
        noClasses()
                .that()
                .resideInAnyPackage("dev.matview.server.(auth|http|sample)..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.matview.server")
                .check(matview);
    }
}
