package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HelpTest {

    @ParameterizedTest
    @CsvSource({"--help, 24", "serve --help, 50", "import --help, 24", "export --help, 24", "token --help, 24"})
    void theHelpOfEachCommandFitsAScreenAndTellsTheExitCodes(String arguments, int lines) {
        Started started = Started.with(Map.of(), arguments.split(" "));

        assertThat(started.exitCode()).isZero();
        assertThat(started.err()).isEmpty();
        assertThat(started.out().lines())
                .hasSizeLessThanOrEqualTo(lines)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(started.out()).startsWith("Usage: matview-server ").contains("Exit codes: ");
    }

    @Test
    void theHelpOfAllNamesTheCommands() {
        assertThat(Started.with(Map.of(), "--help").out())
                .contains("\n  serve ", "\n  import ", "\n  export ", "\n  token ", "3 out of memory");
    }

    @Test
    void anOptionAloneIsOneOfServe() {
        assertThat(Main.withCommand()).containsExactly("serve");
        assertThat(Main.withCommand("--port", "0")).containsExactly("serve", "--port", "0");
        assertThat(Main.withCommand("serve", "--port", "0")).containsExactly("serve", "--port", "0");
        assertThat(Main.withCommand("--version")).containsExactly("--version");
        assertThat(Main.withCommand("token")).containsExactly("token");
    }

    @Test
    void theHelpOfServeHasEveryOptionAndItsEnvironment() {
        assertThat(Started.with(Map.of(), "serve", "--help").out())
                .contains(
                        "--registry",
                        "--data",
                        "--couchdb-url=URL,... ",
                        "[COUCHDB_URL]",
                        "--view-store=URL ",
                        "[COUCHDB_USER]",
                        "[COUCHDB_PASSWORD]",
                        "--host",
                        "--port",
                        "[PORT]",
                        "--jwt-secret-file",
                        "[JWT_SECRET, JWT_SECRET_PREVIOUS]",
                        "[JWKS]",
                        "[JWT_ISSUER]",
                        "[JWT_AUDIENCE]",
                        "--user-database",
                        "--no-auth",
                        "--management-port",
                        "--management-host",
                        "--trusted-proxy",
                        "--metrics-token-file",
                        "[CORS_ORIGIN]",
                        "--page-size",
                        "--max-page-size",
                        "--max-view-bytes");
    }
}
