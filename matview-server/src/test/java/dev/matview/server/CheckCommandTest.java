package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    private static final String WRONG = """
            [{"collectionName": "posts", "materializedViewName": "a", "aggregationInterval": "often",
              "query": {"selector": {}}},
             {"collectionName": "events", "materializedViewName": "b", "aggregationInterval": "5m",
              "query": {"selector": {"n": {"$foo": 1}}}}]
            """;

    private final InputStream standardInput = System.in;

    @TempDir
    Path directory;

    @AfterEach
    void giveBack() {
        System.setIn(standardInput);
    }

    @Test
    void theSampleIsRight() {
        Started started = Started.with(Map.of(), "check");

        assertThat(started.exitCode()).isZero();
        assertThat(started.err()).isEmpty();
        assertThat(started.out())
                .isEqualTo("registry of the sample: 2 feeds are right: posts, events\nnothing is wrong\n");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() throws IOException {
        Path registry = Files.writeString(directory.resolve("feeds.json"), WRONG);

        Started started = Started.with(
                Map.of("MATVIEW_MAX_SOCKETS", "-1"),
                "check",
                "--no-auth",
                "--port=70000",
                "--page-size=0",
                "--jwt-leeway=-1",
                "--max-view-bytes=lots",
                "--cors-origin=a.org",
                "--trusted-proxy=x",
                "--view-store=views",
                "--metrics-token-file=" + directory.resolve("nothing"),
                "--data=" + directory.resolve("nowhere"),
                "--registry=" + registry);

        assertThat(started.exitCode()).isEqualTo(2);
        assertThat(started.out()).contains("12 problems");
        assertThat(started.err().lines())
                .hasSize(12)
                .anySatisfy(line -> assertThat(line).startsWith("MATVIEW_MAX_SOCKETS (environment): "))
                .anySatisfy(line -> assertThat(line).startsWith("--port: "))
                .anySatisfy(line -> assertThat(line).startsWith("--page-size: "))
                .anySatisfy(line -> assertThat(line).startsWith("--jwt-leeway: "))
                .anySatisfy(line -> assertThat(line).startsWith("--max-view-bytes: "))
                .anySatisfy(line -> assertThat(line).startsWith("--cors-origin: "))
                .anySatisfy(line -> assertThat(line).startsWith("--trusted-proxy: "))
                .anySatisfy(line -> assertThat(line).startsWith("--view-store: "))
                .anySatisfy(line -> assertThat(line).startsWith("--metrics-token-file "))
                .anySatisfy(line -> assertThat(line).startsWith("--data "))
                .anySatisfy(line -> assertThat(line).startsWith("feeds.json: feed posts: aggregationInterval: "));
    }

    @Test
    void aWrongRegistryAloneIsExitCodeOne() throws IOException {
        Path registry = Files.writeString(directory.resolve("feeds.json"), WRONG);

        Started started = Started.with(Map.of(), "check", "--no-auth", "--registry", registry.toString());

        assertThat(started.exitCode()).isEqualTo(1);
        assertThat(started.err())
                .contains("feeds.json: feed posts: aggregationInterval: ", "feed events: query.selector: ");
    }

    @Test
    void aRegistryComesByStandardInputToo() {
        System.setIn(new ByteArrayInputStream(WRONG.getBytes(StandardCharsets.UTF_8)));

        Started started = Started.with(Map.of(), "check", "--no-auth", "--registry", "-");

        assertThat(started.exitCode()).isEqualTo(1);
        assertThat(started.err()).contains("standard input: feed posts: aggregationInterval: ");
        assertThat(Started.with(Map.of(), "--no-auth", "--registry", "-").err())
                .contains("--registry -: standard input is read by check, try and import");
    }

    @Test
    void nobodyIsAsked() {
        Started started = Started.with(
                Map.of(), "check", "--couchdb-url=http://127.0.0.1:1", "--jwks=https://keys.invalid/jwks.json");

        assertThat(started.exitCode()).isZero();
        assertThat(started.err()).isEmpty();
    }

    @Test
    void aRegistryInACouchDbThatDoesNotAnswerIsTold() {
        Started started = Started.with(
                Map.of(), "check", "--no-auth", "--couchdb-url=http://127.0.0.1:1", "--registry=couchdb:feeds");

        assertThat(started.exitCode()).isEqualTo(1);
        assertThat(started.err()).contains("feeds: ", "127.0.0.1:1");
    }
}
