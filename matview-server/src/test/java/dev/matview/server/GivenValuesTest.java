package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What options are where the command line does not say it: asked by values that are refused, with the place they are from. */
class GivenValuesTest {

    @TempDir
    Path directory;

    private String config(String text) throws IOException {
        return Files.writeString(directory.resolve("matview.conf"), text).toString();
    }

    private static Started check(Map<String, String> environment, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "check";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Started.with(environment, all);
    }

    @ParameterizedTest
    @CsvSource({
        "MATVIEW_PAGE_SIZE, 0",
        "MATVIEW_COUCHDB_REQUESTS_PER_SECOND, 0",
        "MATVIEW_PORT, 70000",
        "MATVIEW_HOST, no.such.host.invalid",
        "MATVIEW_JWT_SECRET, short",
        "MATVIEW_JWT_ADMIN_CLAIM, admin",
        "MATVIEW_MAX_VIEW_BYTES, lots",
        "MATVIEW_LOG_LEVEL, loud",
    })
    void everyOptionIsReadFromTheEnvironmentToo(String variable, String value) {
        Started started = check(Map.of(variable, value));

        assertThat(started.exitCode()).isEqualTo(2);
        assertThat(started.err()).contains(variable + " (environment)").doesNotContain("short");
    }

    @Test
    void aValueOfTheFileIsToldWithItsLine() throws IOException {
        String file = config("# sizes\n\n page-size = 0\nmax-sockets=9999999\n");

        Started started = check(Map.of(), "--config", file);

        assertThat(started.exitCode()).isEqualTo(2);
        assertThat(started.err().lines())
                .containsExactly(
                        "page-size (" + file + ":3): from 1 to 100000, not 0",
                        "max-sockets (" + file + ":4): from 0 to 1000000, not 9999999");
    }

    @Test
    void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        String file = config("page-size = 0\n");
        Map<String, String> environment = Map.of("MATVIEW_PAGE_SIZE", "-1", "MATVIEW_CONFIG", file);

        assertThat(check(environment, "--page-size", "-2").err()).isEqualTo("--page-size: from 1 to 100000, not -2\n");
        assertThat(check(environment).err()).isEqualTo("MATVIEW_PAGE_SIZE (environment): from 1 to 100000, not -1\n");
        assertThat(check(Map.of(), "--config=" + file).err()).contains(file + ":1");
        assertThat(check(environment, "--page-size", "5").exitCode()).isZero();
    }

    @Test
    void theOlderNamesGoBeforeTheFileAndAfterTheLongerNames() throws IOException {
        String file = config("port = 70000\n");

        assertThat(check(Map.of("PORT", "70001", "MATVIEW_PORT", "70002"), "--config", file)
                        .err())
                .isEqualTo("MATVIEW_PORT (environment): a port is a number from 0 to 65535, not 70002\n");
        assertThat(check(Map.of("PORT", "70001"), "--config", file).err())
                .isEqualTo("PORT (environment): a port is a number from 0 to 65535, not 70001\n");
        assertThat(check(Map.of(), "--config", file).err())
                .isEqualTo("port (" + file + ":1): a port is a number from 0 to 65535, not 70000\n");
    }

    @Test
    void aSecretOfTheEnvironmentGoesBeforeTheFileThatTheConfigurationNames() throws IOException {
        String file = config("jwt-secret-file = " + directory.resolve("nothing") + "\n");

        assertThat(check(Map.of(), "--config", file).err()).contains("jwt-secret-file (" + file + ":1)");
        assertThat(check(Map.of("JWT_SECRET", "a secret of at least thirty-two bytes, for tests"), "--config", file)
                        .exitCode())
                .isZero();
    }

    @Test
    void aFlagIsTrueOrFalseAndTwiceTrueIsTrue() throws IOException {
        String file = config("no-auth = true\n");

        assertThat(check(Map.of("MATVIEW_NO_AUTH", "true"), "--data", directory.toString())
                        .exitCode())
                .isZero();
        assertThat(check(Map.of(), "--config", file, "--no-auth", "--data", directory.toString())
                        .exitCode())
                .isZero();
        assertThat(check(Map.of("MATVIEW_NO_AUTH", "false"), "--config", file, "--data", directory.toString())
                        .exitCode())
                .isEqualTo(2);
        assertThat(check(Map.of("MATVIEW_NO_AUTH", "yes")).err()).contains("MATVIEW_NO_AUTH (environment): 'yes'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prot = 1|:1: unknown key 'prot'; did you mean port?",
                "--port = 1|:1: unknown key '--port'; did you mean port?",
                "jwt-secret = hunter2|:1: unknown key 'jwt-secret'",
                "config = a|:1: unknown key 'config'",
                "port|:1: a line is NAME = VALUE, such as port = 5050",
                "port =|:1: a line is NAME = VALUE",
            })
    void aWrongLineIsToldWithItsPlace(String line, String message) throws IOException {
        String file = config(line + "\n");

        Started started = Started.with(Map.of(), "serve", "--config", file);

        assertThat(started.exitCode()).isEqualTo(2);
        assertThat(started.err())
                .startsWith("matview: " + file)
                .contains(message)
                .doesNotContain("hunter2");
    }

    @Test
    void aKeyHasOneValue() throws IOException {
        String file = config("port = 1\nport = 2\n");

        assertThat(Started.with(Map.of(), "--config", file).err())
                .isEqualTo("matview: " + file + ":2: port has a value in line 1 already\n");
    }

    @Test
    void aFileThatIsNotThereIsToldAndTheExitCodeSaysSo() {
        Started started = Started.with(Map.of("MATVIEW_CONFIG", "/no/such/file"));

        assertThat(started.exitCode()).isEqualTo(1);
        assertThat(started.err()).isEqualTo("matview: --config /no/such/file: there is no such file\n");
    }

    @Test
    void whatKubernetesSaysOfAServiceIsNoPort() {
        assertThat(check(Map.of("MATVIEW_PORT", "tcp://10.0.0.1:5050", "MATVIEW_SERVICE_HOST", "10.0.0.1")))
                .satisfies(started -> assertThat(started.exitCode()).isZero())
                .satisfies(started -> assertThat(started.err()).isEmpty());
    }

    @Test
    void aVariableThatIsMisspeltIsTold() {
        assertThat(check(Map.of("MATVIEW_PAGE_SZE", "5")).err())
                .isEqualTo("MATVIEW_PAGE_SZE (environment) is not read; did you mean MATVIEW_PAGE_SIZE?\n");
    }
}
