package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever starts the server wrongly is told once, in words, and the process ends. */
class StartupErrorsTest {

    private static final int USAGE = 2;
    private static final int FAILED = 1;
    private static final String SECRET = "a secret of at least thirty-two bytes, for tests";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nonsense|--nonsense",
                "extra|extra",
                "--port|--port",
                "--port x|--port",
                "--port 65536|--port: a port is a number from 0 to 65535, not 65536",
                "--port -1|--port: a port is a number from 0 to 65535, not -1",
                "--page-size 0|--page-size: from 1 to 100000, not 0",
                "--page-size x|--page-size",
                "--max-page-size -5|--max-page-size: from 1 to 100000, not -5",
                "--page-size 20 --max-page-size 10|--page-size: 20 is more than --max-page-size, 10",
                "--host no.such.host.invalid|--host: there is no address of the name no.such.host.invalid",
                "--host 0.0.0.0|--host 0.0.0.0: a server without a secret listens on a loopback address only",
                "--host 0.0.0.0 --no-auth|--host 0.0.0.0: --no-auth listens on a loopback address only",
                "--data .|give --jwt-secret-file FILE or JWT_SECRET (environment), or --no-auth",
                "--registry r.json|give --jwt-secret-file FILE or JWT_SECRET (environment), or --no-auth",
                "--couchdb-url http://127.0.0.1:1|give --jwt-secret-file FILE or JWT_SECRET (environment)",
                "--no-auth --couchdb-url http://127.0.0.1:1 --data .|give one of them",
                "--no-auth --couchdb-url http://a:b@127.0.0.1:1|--couchdb-url: leave user and password out of the URL",
                "--no-auth --couchdb-url ftp://x|--couchdb-url: the URL of a CouchDB looks like http://host:5984",
                "--no-auth --couchdb-url http://127.0.0.1:1 --couchdb-user x|there is a user for CouchDB and no password",
                "--view-store jdbc:postgresql://a/b?password=x --no-auth|--view-store: nothing that this program runs on keeps views at jdbc:; the jar that does",
                "--view-store http://a:b@127.0.0.1:1 --no-auth|--view-store: leave user and password out of the URL",
                "--view-store views --no-auth|--view-store: a URL begins with a scheme, such as memory: or https:",
                "--view-store a%b --no-auth|--view-store: not a URL: ",
                "--view-store http:// --no-auth|--view-store: ",
                "--view-store HTTP://127.0.0.1:1 --no-auth|--view-store: the URL of a CouchDB looks like http://host:5984",
                "--view-store postgresql://u:secret@a/b --no-auth|--view-store: leave the password out of the URL",
                "--view-store postgresql://u@a/b?password=secret --no-auth|--view-store: leave the password out of the URL",
                "--view-store postgresql://u@a --no-auth|--view-store: the URL of a PostgreSQL looks like postgresql://user@host/database",
                "--view-store postgresql://a,/b --no-auth|--view-store: a host of the PostgreSQL is missing",
                "--view-store postgres://a:0/b --no-auth|--view-store: a port of the PostgreSQL is a number",
                "--view-store postgresql://a/b?pasword=secret --no-auth|--view-store: the URL of a PostgreSQL has only these parameters: [ApplicationName, ",
                "views list --view-store ftp://a|--view-store: nothing that this program runs on keeps views at ftp:",
                "--no-auth --registry couchdb:feeds|there is no CouchDB; give --couchdb-url",
                "import --registry couchdb:feeds x.json|there is no CouchDB: give --couchdb-url",
                "export --couchdb-url http://127.0.0.1:1 --registry feeds|--registry: a registry in CouchDB is written couchdb:NAME, not feeds",
                "--no-auth --jwt-secret-file f|--no-auth contradicts --jwt-secret-file: give one of them",
                "--no-auth --jwks k.json|--no-auth contradicts --jwks: give one of them",
                "--jwks k.json --jwt-secret-file f|--jwt-secret-file and --jwks: give a secret or a key set, not both",
                "--jwks http://192.0.2.1/keys|--jwks http://192.0.2.1/keys: must be a file or an https URL",
                "--jwks ftp://a/keys|must be a file or an https URL",
                "--jwks x://a|is neither a file nor a URL",
                "--jwt-admin-claim admin|--jwt-admin-claim: must be NAME=VALUE, not admin",
                "--jwt-leeway -1|--jwt-leeway: from 0 to 3600, not -1",
                "--cors-origin *,https://a.org|--cors-origin: * lets every page in",
                "--cors-origin a.org|--cors-origin: \"a.org\" is no origin",
                "--max-requests-per-caller 0|--max-requests-per-caller: from 1 to 10000, not 0",
                "--max-sockets -1|--max-sockets: from 0 to 1000000, not -1",
                "--max-sockets 2000000|--max-sockets: from 0 to 1000000, not 2000000",
                "--max-view-bytes 0|--max-view-bytes: a size such as 512m or 2g, or from 1% to 100% of the heap, not 0",
                "--max-view-bytes 101%|--max-view-bytes: a size such as 512m or 2g",
                "--max-view-bytes lots|--max-view-bytes: a size such as 512m or 2g",
                "--couchdb-requests 0 --couchdb-url http://127.0.0.1:1 --no-auth|--couchdb-requests: from 1 to 1000, not 0",
                "--couchdb-requests-per-second 0 --couchdb-url http://127.0.0.1:1 --no-auth|--couchdb-requests-per-second: from 1 to 1000000, not 0",
                "--jwt-admin-claim a=b --jwt-sub-claim= --no-auth|--jwt-sub-claim: the name of a claim has from 1 to 200 characters",
                "--user-database userdb-*|--user-database: a user's database is written with one {instanceId} or one {hex(sub)}",
                "--user-database {instanceId}|--user-database: the name of a user's database begins with a lower-case letter",
                "--jwt-instance-claim sub|--jwt-instance-claim sub: is the claim of the user's DID too; say which database",
                "--jwt-sub-claim instanceId|--jwt-instance-claim instanceId: is the claim of the user's DID too",
                "--jwt-instance-claim sub --user-database userdb-{hex(sub)}|--jwt-instance-claim: --user-database userdb-{hex(sub)} names databases by the claim sub alone; leave it out",
                "--no-auth --couchdb-url http://127.0.0.1:1 --user-database m{instanceId}|--user-database m{instanceId}: the database matview-views is matview's own",
                "--no-auth --couchdb-url http://127.0.0.1:1 --registry couchdb:feeds --user-database f{hex(sub)}|--user-database f{hex(sub)}: the database feeds is matview's own",
                "--management-port x|--management-port",
                "--management-port 70000|--management-port: a port is a number from 0 to 65535, not 70000",
                "--no-auth --management-port 0 --management-host 0.0.0.0|--management-host 0.0.0.0: --no-auth listens on a loopback address only",
                "--management-host 127.0.0.1|--management-host: give --management-port too",
                "--management-port 0 --management-host no.such.host.invalid|--management-host: there is no address of the name",
                "--port 5999 --management-port 5999|--management-port: 5999 is the port of everybody; choose another",
                "--trusted-proxy 10.0.0.0/33|--trusted-proxy: ",
                "--trusted-proxy proxy.example.org|--trusted-proxy: ",
                "--jwks https://a:b@example.org/keys|--jwks: leave user and password out of the URL",
                "--jwt-secret-file a --jwt-secret-file b --jwt-secret-file c|--jwt-secret-file: give one secret, or the one in use and the one before, not 3",
                "--prot 0|unknown option '--prot'; did you mean --port? (matview-server serve --help",
                "--jwt-secrit-file=hunter2|unknown option '--jwt-secrit-file'; did you mean --jwt-secret-file? (matview-server serve",
                "serve extra|unknown argument 'extra' (matview-server serve --help",
                "serv --port 0|unknown command 'serv'; did you mean serve? (matview-server --help",
                "exprot|did you mean export? (matview-server --help",
                "export --registry couchdb:feeds --couchdb-usr x|unknown option '--couchdb-usr'; did you mean --couchdb-user?",
                "token|Missing required option: '--sub=DID' (matview-server token --help",
                "token --sub *|--sub: names no user",
                "token --sub a --instance A|--instance: cannot be part of a database's name",
                "token --sub a --expires never|--expires: never is no interval",
                "token --sub a --expires 400d|--expires: 400d is too long",
                "token --sub a|there is no secret to sign with: give --jwt-secret-file FILE or JWT_SECRET (environment)",
                "@nothing|unknown command '@nothing'",
            })
    void wrongOptionsAreRefused(String arguments, String message) {
        assertRefused(USAGE, message, Started.with(Map.of(), arguments.split(" ")));
    }

    @Test
    void aPortInUseIsTold() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(other.getLocalPort());

            assertRefused(FAILED, "--port: 127.0.0.1:" + port + " is in use", Started.with(Map.of(), "--port", port));
            assertRefused(FAILED, "--port: 127.0.0.1:" + port + " is in use", Started.with(Map.of("PORT", port)));
        }
    }

    @Test
    void anAddressOfAnotherMachineIsTold() {
        assertRefused(
                FAILED,
                "--host, --port: cannot listen on 192.0.2.1:0",
                Started.with(Map.of("JWT_SECRET", SECRET), "--host", "192.0.2.1", "--port", "0"));
    }

    @Test
    void aWrongArgumentIsToldInOneLineWhateverItHolds() {
        Started started = Started.with(Map.of(), "--port", "1\n2\u2028matview: 3");

        assertThat(started.exitCode()).isEqualTo(USAGE);
        assertThat(started.err()).hasLineCount(1).contains("--port: '1 2 matview: 3' is not an int");
    }

    @Test
    void theVersionIsTold() {
        assertThat(Started.with(Map.of(), "--version").out()).startsWith("matview ");
    }

    private static void assertRefused(int exitCode, String message, Started started) {
        assertThat(started.err()).startsWith("matview: ").contains(message);
        assertThat(started.err()).containsOnlyOnce("matview: ").doesNotContain("\tat ", "Exception");
        assertThat(started.out()).isEmpty();
        assertThat(started.exitCode()).isEqualTo(exitCode);
    }

    @Nested
    class Environment {

        @ParameterizedTest
        @CsvSource({
            "PORT,x,PORT (environment): a port is a number from 0 to 65535",
            "PORT,70000,PORT (environment): a port is a number from 0 to 65535",
        })
        void aWrongEnvironmentIsRefused(String name, String value, String message) {
            assertRefused(USAGE, message, Started.with(Map.of(name, value)));
        }

        @Test
        void noAuthContradictsASecretInTheEnvironment() {
            assertRefused(
                    USAGE,
                    "--no-auth contradicts JWT_SECRET (environment)",
                    Started.with(Map.of("JWT_SECRET", SECRET), "--no-auth"));
        }

        @Test
        void wrongOriginsInTheEnvironmentAreRefused() {
            assertRefused(
                    USAGE, "CORS_ORIGIN (environment): \"x\" is no origin", Started.with(Map.of("CORS_ORIGIN", "x")));
        }

        @Test
        void anEmptySecretInTheEnvironmentIsNone() {
            assertRefused(USAGE, "give --jwt-secret-file", Started.with(Map.of("JWT_SECRET", " "), "--data", "."));
        }
    }

    @Nested
    class KeysAndSecrets {

        @Test
        void aKeySetBesideASecretIsRefusedWhereverTheyAreGiven() {
            assertRefused(
                    USAGE,
                    "JWT_SECRET (environment) and JWKS (environment): give a secret or a key set, not both",
                    Started.with(Map.of("JWT_SECRET", SECRET, "JWKS", "keys.json")));
            assertRefused(
                    USAGE,
                    "--jwks and JWT_SECRET (environment): give a secret or a key set, not both",
                    Started.with(Map.of("JWT_SECRET", SECRET), "--jwks", "keys.json"));
        }

        @Test
        void aKeySetThatCannotBeReadIsRefused() throws IOException {
            Path file = Files.writeString(directory.resolve("keys.json"), "{\"keys\":[]}");

            assertRefused(
                    FAILED,
                    "--jwks " + file + ": holds no key for RS256, ES256 or EdDSA",
                    Started.with(Map.of(), "--jwks", file.toString()));
            assertRefused(
                    FAILED,
                    "JWKS (environment) " + directory.resolve("none") + ": is no JSON Web Key Set that can be read",
                    Started.with(Map.of("JWKS", directory.resolve("none").toString())));
        }

        @Test
        void aShortSecretInTheEnvironmentIsRefusedAndNotShown() {
            Started started = Started.with(Map.of("JWT_SECRET", "hunter2"));

            assertRefused(USAGE, "JWT_SECRET (environment): an HS256 secret has at least 32 bytes, not 7", started);
            assertThat(started.err()).doesNotContain("hunter2");
        }

        @Test
        void aShortSecretInAFileIsRefusedAndNotShown() throws IOException {
            Path file = Files.writeString(directory.resolve("secret"), "hunter2\r\n");

            Started started = Started.with(Map.of(), "--jwt-secret-file", file.toString());

            assertRefused(
                    USAGE, "--jwt-secret-file " + file + ": an HS256 secret has at least 32 bytes, not 7", started);
            assertThat(started.err()).doesNotContain("hunter2");
        }

        @Test
        void aSecretFileThatIsNotThereIsRefused() {
            Path file = directory.resolve("nothing");

            assertRefused(
                    FAILED,
                    "--jwt-secret-file " + file + ": there is no such file",
                    Started.with(Map.of(), "--jwt-secret-file", file.toString()));
        }

        @Test
        void aSecretFileThatIsADirectoryIsRefused() {
            assertRefused(
                    FAILED,
                    "--jwt-secret-file " + directory + ": cannot be read",
                    Started.with(Map.of(), "--jwt-secret-file", directory.toString()));
        }

        @Test
        void aSecretFileLargerThanAnySecretIsRefused() throws IOException {
            Path file = Files.write(directory.resolve("secret"), new byte[100_000]);

            assertRefused(
                    FAILED, "is larger than any secret", Started.with(Map.of(), "--jwt-secret-file", file.toString()));
        }

        @Test
        void aSecretThatIsGuessedIsRefusedAndNotShown() throws IOException {
            String secret = "a".repeat(40);
            Path file = Files.writeString(directory.resolve("secret"), secret);
            Path good = Files.writeString(directory.resolve("good"), SECRET);

            for (Started started : List.of(
                    Started.with(Map.of("JWT_SECRET", secret)),
                    Started.with(Map.of("JWT_SECRET", SECRET, "JWT_SECRET_PREVIOUS", secret)),
                    Started.with(Map.of(), "--jwt-secret-file", file.toString()),
                    Started.with(Map.of(), "--jwt-secret-file", good.toString(), "--jwt-secret-file", file.toString()),
                    Started.with(Map.of("JWT_SECRET", secret), "token", "--sub", "a"))) {
                assertRefused(USAGE, "repeats the same byte and is guessed; make one by chance", started);
                assertThat(started.err()).doesNotContain(secret);
            }
        }

        @Test
        void aSecretBeforeTheOneInUseIsNotEnough() {
            assertRefused(
                    USAGE,
                    "JWT_SECRET_PREVIOUS (environment) is the secret before the one in use: give JWT_SECRET too",
                    Started.with(Map.of("JWT_SECRET_PREVIOUS", SECRET)));
        }

        @Test
        void aTokenForMetricsThatIsShortIsRefusedAndNotShown() throws IOException {
            Path file = Files.writeString(directory.resolve("token"), "hunter2\n");

            Started started = Started.with(Map.of(), "--metrics-token-file", file.toString());

            assertRefused(
                    USAGE, "--metrics-token-file " + file + ": a metrics token has at least 16 characters", started);
            assertThat(started.err()).doesNotContain("hunter2");
        }

        @Test
        void aTokenForMetricsThatIsGuessedIsRefused() throws IOException {
            Path file = Files.writeString(directory.resolve("token"), "abcabcabcabcabcabc");

            assertRefused(
                    USAGE,
                    "--metrics-token-file " + file + ": repeats the same 3 bytes and is guessed",
                    Started.with(Map.of(), "--metrics-token-file", file.toString()));
        }
    }

    @Nested
    class RegistryAndData {

        @Test
        void everyMistakeInARegistryIsTold() throws IOException {
            Path file = Files.writeString(directory.resolve("feeds.json"), """
                    [{"collectionName": "posts", "materializedViewName": "a", "aggregationInterval": "often",
                      "query": {"selector": {}}},
                     {"collectionName": "events", "materializedViewName": "b", "aggregationInterval": "5m", "colour": "red",
                      "query": {"selector": {"n": {"$foo": 1}}}}]
                    """);

            Started started = Started.with(Map.of(), "--no-auth", "--registry", file.toString());

            assertRefused(FAILED, "--registry " + file + " cannot be used:", started);
            assertThat(started.err())
                    .contains("feeds.json", "posts", "aggregationInterval", "events", "colour", "$foo");
        }

        @Test
        void aRegistryThatIsNotThereIsRefused() {
            Path file = directory.resolve("nothing.json");

            assertRefused(
                    FAILED,
                    "--registry " + file + " cannot be used:",
                    Started.with(Map.of(), "--no-auth", "--registry", file.toString()));
        }

        @Test
        void aDataDirectoryThatIsNotThereIsRefused() {
            Path nothing = directory.resolve("nothing");

            assertRefused(
                    FAILED,
                    "--data " + nothing + ": there is no such directory",
                    Started.with(Map.of(), "--no-auth", "--data", nothing.toString()));
        }

        @Test
        void everyWrongLineInTheDataIsToldWithFileAndNumber() throws IOException {
            String post = "{\"_id\":\"1\",\"type\":\"post\",\"createdAt\":\"2026\"}\n";
            Files.writeString(directory.resolve("userdb-a.jsonl"), post);
            Files.writeString(directory.resolve("userdb-b.jsonl"), post + "{\n");
            Files.writeString(directory.resolve("userdb-c.jsonl"), post + "\n[]\n");

            Started started = Started.with(Map.of(), "--no-auth", "--port", "0", "--data", directory.toString());

            assertRefused(FAILED, "--data " + directory + " cannot be used:", started);
            assertThat(started.err())
                    .containsPattern("userdb-b\\.jsonl\\D+2\\b")
                    .containsPattern("userdb-c\\.jsonl\\D+3\\b");
            assertThat(started.err()).doesNotContain("userdb-a");
        }

        @Test
        void dataOfWhichNothingCanBeReadIsRefusedToo() throws IOException {
            Files.writeString(directory.resolve("userdb-b.jsonl"), "{\n");

            Started started = Started.with(Map.of(), "--no-auth", "--port", "0", "--data", directory.toString());

            assertRefused(FAILED, "userdb-b.jsonl", started);
        }
    }
}
