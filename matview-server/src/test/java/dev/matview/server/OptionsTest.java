package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.Settings;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class OptionsTest {

    @ParameterizedTest
    @CsvSource({",,100,1000", "5,,5,1000", "2000,,2000,2000", ",50,50,50", ",5000,100,5000", "7,9,7,9"})
    void onePageSizeGivenFitsTheOther(Integer pageSize, Integer maxPageSize, int size, int max) throws UsageException {
        LimitOptions options = new LimitOptions();
        options.pageSize = pageSize;
        options.maxPageSize = maxPageSize;

        Settings settings = options.settings();

        assertThat(settings.pageSize()).isEqualTo(size);
        assertThat(settings.maxPageSize()).isEqualTo(max);
    }

    @Test
    void thePortIsTheOptionsThenTheEnvironmentsThen5050() throws UsageException {
        assertThat(parse("--port", "1").http.port(Map.of("PORT", "2"))).isEqualTo(1);
        assertThat(parse().http.port(Map.of("PORT", " 2 "))).isEqualTo(2);
        assertThat(parse().http.port(Map.of("PORT", ""))).isEqualTo(5050);
        assertThat(parse().http.port(Map.of())).isEqualTo(5050);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "::1"})
    void withoutOptionsNoTokenIsNeededOnThisMachine(String host) throws Exception {
        assertThat(authenticator(Map.of(), "--host", host).identifiesCallers()).isFalse();
        assertThat(authenticator(Map.of(), "--host", host, "--no-auth", "--data", ".")
                        .identifiesCallers())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void theSecretOfAFileEndsBeforeTheLineEnd(String end, @TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("secret"), Tokens.SECRET);
        append(file, end);

        Authenticator authenticator =
                authenticator(Map.of("JWT_SECRET", "x".repeat(40)), "--jwt-secret-file", file.toString());

        assertThat(authenticator.authenticate(Tokens.alice()).caller().did()).isEqualTo("did:example:alice");
    }

    @Test
    void aSecretInTheEnvironmentClosesTheServerAlsoForTheSamples() throws Exception {
        Map<String, String> environment = Map.of("JWT_SECRET", new String(Tokens.SECRET, StandardCharsets.UTF_8));

        Authenticator authenticator = authenticator(environment, "--host", "0.0.0.0");

        assertThat(authenticator.identifiesCallers()).isTrue();
        assertThat(authenticator.authenticate(Tokens.alice()).caller().database())
                .isEqualTo("userdb-alice");
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }

    private static Authenticator authenticator(Map<String, String> environment, String... args)
            throws UsageException, StartupException {
        return Authentication.of(parse(args), environment, InstantSource.system());
    }

    private static Options parse(String... args) {
        return CommandLine.populateCommand(new Options(), args);
    }
}
