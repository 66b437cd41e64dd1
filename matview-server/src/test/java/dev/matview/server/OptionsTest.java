package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.Settings;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.SharedSecret;
import dev.matview.server.auth.Tokens;
import dev.matview.server.auth.UnauthorizedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class OptionsTest {

    private static final String NEXT = "the secret that comes after, also of some length";

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

    @Test
    void twoSecretsAreAcceptedWhileOneIsChangedForTheOther(@TempDir Path directory) throws Exception {
        Path next = Files.writeString(directory.resolve("next"), NEXT);
        Path before = Files.write(directory.resolve("before"), Tokens.SECRET);
        String[] files = {"--jwt-secret-file", next.toString(), "--jwt-secret-file", before.toString()};
        Map<String, String> environment =
                Map.of("JWT_SECRET", NEXT, "JWT_SECRET_PREVIOUS", new String(Tokens.SECRET, StandardCharsets.UTF_8));
        String token = SharedSecret.of(NEXT.getBytes(StandardCharsets.UTF_8))
                .sign(new JWTClaimsSet.Builder().subject("bob").build());

        for (Authenticator both : List.of(authenticator(Map.of(), files), authenticator(environment))) {
            assertThat(both.authenticate(token).caller().did()).isEqualTo("bob");
            assertThat(both.authenticate(Tokens.alice()).caller().did()).isEqualTo("did:example:alice");
        }
    }

    @Test
    void theSecretsOfFilesStandAlone(@TempDir Path directory) throws Exception {
        Path next = Files.writeString(directory.resolve("next"), NEXT);
        Map<String, String> environment =
                Map.of("JWT_SECRET_PREVIOUS", new String(Tokens.SECRET, StandardCharsets.UTF_8));

        Authenticator authenticator = authenticator(environment, "--jwt-secret-file", next.toString());

        assertThatThrownBy(() -> authenticator.authenticate(Tokens.alice())).isInstanceOf(UnauthorizedException.class);
    }

    @Test
    void theDatabaseOfAUserIsTheOneOfTheTemplate() throws Exception {
        Map<String, String> environment = Map.of("JWT_SECRET", new String(Tokens.SECRET, StandardCharsets.UTF_8));
        String plain = Tokens.signed(new JWTClaimsSet.Builder().subject("alice").build());

        assertThat(authenticator(environment, "--user-database", "userdb-{hex(sub)}")
                        .authenticate(plain)
                        .caller()
                        .database())
                .isEqualTo("userdb-616c696365");
        assertThat(authenticator(environment, "--user-database", "people-{instanceId}", "--jwt-instance-claim", "sub")
                        .authenticate(plain)
                        .caller()
                        .database())
                .as("said to be the claim as it is")
                .isEqualTo("people-alice");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "512k, 524288", "512m, 536870912", "2G, 2147483648", "60%, 600", "100%, 1000"})
    void theMemoryOfViewsIsASizeOrAPartOfTheHeap(String given, long bytes) throws UsageException {
        LimitOptions options = new LimitOptions();
        options.maxViewBytes = given;

        assertThat(options.viewBytes(1_000)).isEqualTo(bytes);
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
