package dev.matview.couch.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What is left out, is left out loudly; what is demanded, fails. */
class ToolConditionTest {

    @Needs(Tool.CURL)
    static class Sample {
        @Test
        void one() {}

        @Test
        void two() {}
    }

    static class SampleToo extends Sample {}

    @Needs({})
    static class NeedsNothing {
        @Test
        void one() {}
    }

    static class UndeclaredTest {
        @Test
        void usesCouchDb() {
            ToolCondition.requireDeclared(Tool.COUCHDB);
        }
    }

    @Needs(Tool.COUCHDB)
    static class DeclaredTest {
        @Test
        void usesCouchDb() {
            ToolCondition.requireDeclared(Tool.COUCHDB);
        }
    }

    private static EngineTestKit.Builder kit(Class<?>... classes) {
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter");
        for (Class<?> one : classes) {
            kit.selectors(selectClass(one));
        }
        return kit;
    }

    @Test
    void whatCannotRunIsLeftOutWithOneLine() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stdout = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            EngineExecutionResults results = kit(Sample.class, SampleToo.class)
                    .configurationParameter("matview.require", "couchdb,node")
                    .configurationParameter("matview.without", "curl")
                    .execute();

            assertThat(results.containerEvents().skipped().count()).isEqualTo(2);
            assertThat(results.testEvents().count()).isZero();
        } finally {
            System.setOut(stdout);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("matview: NOT RUN: shell tests: -Dmatview.without (left out: 2)");
    }

    @Test
    void whatLacksNothingRuns() {
        assertThat(kit(NeedsNothing.class).execute().testEvents().succeeded().count())
                .isOne();
    }

    @Test
    void whatIsDemandedAndMissingFails() {
        EngineExecutionResults results = kit(Sample.class)
                .configurationParameter("matview.require", "couchdb, curl")
                .configurationParameter("matview.without", "curl")
                .execute();

        assertThat(results.containerEvents().failed().list().toString())
                .contains("-Dmatview.require demands the shell tests: -Dmatview.without");
    }

    @Test
    void aTestThatUsesAToolWithoutSayingSoFails() {
        assertThat(kit(UndeclaredTest.class)
                        .execute()
                        .testEvents()
                        .failed()
                        .list()
                        .toString())
                .contains("UndeclaredTest is not annotated with @Needs(COUCHDB)");
    }

    @Test
    @Needs(Tool.COUCHDB)
    void aTestThatSaysSoMayUseIt() {
        assertThat(kit(DeclaredTest.class).execute().testEvents().succeeded().count())
                .isOne();
    }

    @Test
    void aNameThatIsNoToolFails() {
        EngineExecutionResults results = kit(Sample.class)
                .configurationParameter("matview.require", "couchdb,browsers")
                .execute();

        assertThat(results.containerEvents().failed().list().toString())
                .contains("-Dmatview.require knows no \"browsers\", only [couchdb, node, browser, curl, promtool]");
    }
}
