package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HelpTest {

    @ParameterizedTest
    @CsvSource({
        "--help, 24",
        "serve --help, 50",
        "check --help, 50",
        "try --help, 28",
        "import --help, 24",
        "export --help, 24",
        "views --help, 24",
        "views list --help, 24",
        "views drop --help, 24",
        "token --help, 24"
    })
    void theHelpOfEachCommandFitsAScreenAndTellsTheExitCodes(String arguments, int lines) {
        Started started = Started.with(Map.of(), arguments.split(" "));

        assertThat(started.exitCode()).isZero();
        assertThat(started.err()).isEmpty();
        assertThat(started.out().lines())
                .hasSizeLessThanOrEqualTo(lines)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(started.out()).startsWith("Usage: matview-server ").contains("Exit codes: ");
    }

    @Test
    void theHelpOfAllNamesTheCommands() {
        assertThat(Started.with(Map.of(), "--help").out())
                .contains(
                        "\n  serve ",
                        "\n  import ",
                        "\n  export ",
                        "\n  check ",
                        "\n  try ",
                        "\n  token ",
                        "3 out of memory");
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
                        "--view-store=URL ",
                        "[or COUCHDB_PASSWORD]",
                        "--host",
                        "--port",
                        "MATVIEW_PORT=80",
                        "--config=FILE",
                        "--jwt-secret-file",
                        "[JWT_SECRET]",
                        "--jwks",
                        "--jwt-issuer",
                        "--jwt-audience",
                        "--user-database",
                        "--no-auth",
                        "--management-port",
                        "--management-host",
                        "--trusted-proxy",
                        "--metrics-token-file",
                        "--cors-origin",
                        "--page-size",
                        "--max-page-size",
                        "--max-view-bytes",
                        "--log-level",
                        "--log-format",
                        "--access-log");
    }
}
