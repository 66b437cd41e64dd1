package dev.matview.couch.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What is left out, is left out loudly; what is demanded, fails. */
class ToolConditionTest {

    @Needs(Tool.CURL)
    static class WithoutCurl {
        @RegisterExtension
        static final ToolCondition NO_CURL = new ToolCondition("couchdb,node", tool -> Optional.of("no curl"));

        @Test
        void one() {}

        @Test
        void two() {}
    }

    static class AlsoWithoutCurl extends WithoutCurl {}

    @Needs(Tool.CURL)
    static class WithCurl {
        @RegisterExtension
        static final ToolCondition CURL = new ToolCondition("curl", tool -> Optional.empty());

        @Test
        void one() {}
    }

    @Needs(Tool.CURL)
    static class CurlDemanded {
        @RegisterExtension
        static final ToolCondition DEMANDED = new ToolCondition("couchdb, curl", tool -> Optional.of("no curl"));

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

    private static EngineExecutionResults run(Class<?>... classes) {
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter");
        for (Class<?> one : classes) {
            kit.selectors(selectClass(one));
        }
        return kit.execute();
    }

    @Test
    void whatCannotRunIsLeftOutWithOneLine() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stdout = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            EngineExecutionResults results = run(WithoutCurl.class, AlsoWithoutCurl.class);

            assertThat(results.containerEvents().skipped().count()).isEqualTo(2);
            assertThat(results.testEvents().count()).isZero();
        } finally {
            System.setOut(stdout);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("matview: NOT RUN: 2 classes of shell tests (no curl)");
    }

    @Test
    void whatCanRunRuns() {
        assertThat(run(WithCurl.class).testEvents().succeeded().count()).isOne();
    }

    @Test
    void whatIsDemandedAndMissingFails() {
        EngineExecutionResults results = run(CurlDemanded.class);

        assertThat(results.containerEvents().failed().count()).isOne();
        assertThat(results.allEvents().list().toString())
                .contains("-Dmatview.require demands the shell tests: no curl");
    }

    @Test
    void aTestThatUsesAToolWithoutSayingSoFails() {
        assertThat(run(UndeclaredTest.class).testEvents().failed().list().toString())
                .contains("UndeclaredTest is not annotated with @Needs(COUCHDB)");
    }

    @Test
    @Needs(Tool.COUCHDB)
    void aTestThatSaysSoMayUseIt() {
        assertThat(run(DeclaredTest.class).testEvents().succeeded().count()).isOne();
    }

    @Test
    void aNameThatIsNoToolIsTold() {
        assertThat(ToolCondition.tools(" browser,couchdb")).containsExactly(Tool.COUCHDB, Tool.BROWSER);
        assertThat(ToolCondition.tools("")).isEmpty();
        assertThatThrownBy(() -> ToolCondition.tools("couchdb,browsers"))
                .hasMessage("-Dmatview.require knows no \"browsers\", only [couchdb, node, browser, curl]");
    }
}
