package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.access.Caller;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.Identity;
import dev.matview.server.auth.UnauthorizedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code token} prints, a server of the same secret and options accepts. */
class TokenCommandTest {

    private static final String SECRET = "a secret of at least thirty-two bytes, for tests";
    private static final Map<String, String> ENVIRONMENT = Map.of("JWT_SECRET", SECRET);

    private static String token(Map<String, String> environment, String... args) {
        Started started = Started.with(
                environment, Stream.concat(Stream.of("token"), Stream.of(args)).toArray(String[]::new));
        assertThat(started.err()).isEmpty();
        assertThat(started.exitCode()).isZero();
        assertThat(started.out()).as("the token and nothing else").matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+\\R");
        return started.out().strip();
    }

    private static Identity identity(String token, String... options) throws Exception {
        return authenticator(InstantSource.system(), options).authenticate(token);
    }

    private static Authenticator authenticator(InstantSource clock, String... options) throws Exception {
        return Authentication.of(CommandLine.populateCommand(new Options(), options), ENVIRONMENT, clock);
    }

    @ParameterizedTest
    @CsvSource({
        "did:example:alice, , userdb-alice",
        "did:example:alice, 4711, userdb-4711",
        "did:example:alice, '', ",
        "did:example:Alice, , "
    })
    void theTokenNamesTheUserAndItsInstanceIdOrTheLastPartOfItsDid(String did, String instance, String database)
            throws Exception {
        String[] args =
                instance == null ? new String[] {"--sub", did} : new String[] {"--sub", did, "--instance", instance};

        Identity identity = identity(token(ENVIRONMENT, args));

        assertThat(identity.caller()).isEqualTo(new Caller(did, database));
        assertThat(identity.administrator()).isFalse();
    }

    @Test
    void anAdministratorHasTheClaimThatTheServerLooksFor() throws Exception {
        assertThat(identity(token(ENVIRONMENT, "--sub", "a", "--admin"), "--jwt-admin-claim", "role=admin")
                        .administrator())
                .isTrue();
        assertThat(identity(
                                token(ENVIRONMENT, "--sub", "a", "--admin", "--jwt-admin-claim", "ops=yes"),
                                "--jwt-admin-claim",
                                "ops=yes")
                        .administrator())
                .isTrue();
        assertThat(identity(token(ENVIRONMENT, "--sub", "a"), "--jwt-admin-claim", "role=admin")
                        .administrator())
                .isFalse();
    }

    @Test
    void namesOfClaimsIssuerAndAudienceAreTheServers() throws Exception {
        String[] options = {
            "--jwt-sub-claim", "user", "--jwt-instance-claim", "db", "--jwt-issuer", "us", "--jwt-audience", "them"
        };
        String[] args = Stream.concat(Stream.of("--sub", "did:a:bob"), Stream.of(options))
                .toArray(String[]::new);

        assertThat(identity(token(ENVIRONMENT, args), options).caller())
                .isEqualTo(new Caller("did:a:bob", "userdb-bob"));
    }

    @Test
    void theTokenEndsAnHourLaterUnlessItIsSaid() throws Exception {
        Instant hour = Instant.now().plus(Duration.ofHours(1)).plusSeconds(30);

        assertThat(identity(token(ENVIRONMENT, "--sub", "a")).expiry())
                .isBetween(hour.minusSeconds(20), hour.plusSeconds(20));
        String brief = token(ENVIRONMENT, "--sub", "a", "--expires", "5m");
        Authenticator later = authenticator(InstantSource.offset(InstantSource.system(), Duration.ofMinutes(6)));
        assertThatThrownBy(() -> later.authenticate(brief))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessage("The token has expired.");
    }

    @Test
    void theSecretInUseSignsAndNotTheOneBefore(@TempDir Path directory) throws Exception {
        Path current = Files.writeString(directory.resolve("current"), SECRET + "\n");
        Path before = Files.writeString(directory.resolve("before"), "another secret of at least thirty-two bytes");

        String token = token(
                Map.of(),
                "--sub",
                "a",
                "--jwt-secret-file",
                current.toString(),
                "--jwt-secret-file",
                before.toString());

        assertThat(identity(token).caller().did()).isEqualTo("a");
    }
}
