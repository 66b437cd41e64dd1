package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.Http;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that users run, as a process of its own. */
class RunnableJarIT {

    private static final Pattern READY = Pattern.compile("matview ready on http://127\\.0\\.0\\.1:(\\d+)");
    private static final String ANY = "?global=true";

    @TempDir
    Path directory;

    private Process process;
    private final List<String> printed = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void withoutOptionsItServesTheSampleFeedsAndLives() throws IOException {
        Http http = run();

        assertThat(printed).hasSize(2);
        assertThat(printed.get(0))
                .matches("curl -s -XPOST 'http://127\\.0\\.0\\.1:\\d+/data/posts/query\\?global=true' -d '\\{}'");

        assertThat(log())
                .containsPattern(
                        "matview \\S+ serves 2 feeds over 16 databases \\(sample data\\), registry of the sample, views in"
                                + " memory; changes: at each feed's interval; page http://127\\.0\\.0\\.1:\\d+/");

        JsonNode posts = json(http.query("/data/posts/query" + ANY, "{}"));
        assertThat(posts.get("docs")).hasSizeGreaterThan(12);
        assertThat(posts.get("docs"))
                .allSatisfy(post -> assertThat(post.fieldNames())
                        .toIterable()
                        .containsExactly("_id", "content", "author", "createdAt"));
        assertThat(texts(posts, "/createdAt")).isSortedAccordingTo((a, b) -> b.compareTo(a));
        assertThat(texts(posts, "/author/did").stream().distinct()).hasSizeGreaterThanOrEqualTo(12);

        JsonNode events = json(http.query("/data/events/query" + ANY, "{\"limit\":1000}"));
        assertThat(events.get("docs")).isNotEmpty();
        assertThat(texts(events, "/startTime")).isSorted();
        assertThat(events.toString()).doesNotContain("isPublic");

        HttpResponse<String> notes = http.query("/data/notes/query" + ANY, "{}");
        assertThat(notes.statusCode()).isEqualTo(403);
        assertThat(notes.body()).contains("feed_not_registered");

        int before = posts.at("/view/rows").intValue();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> json(http.query("/data/posts/query" + ANY, "{\"limit\":1}"))
                                .at("/view/rows")
                                .intValue()
                        > before);
    }

    @Test
    void ownFeedsAndDataAreServedToTokensAlone() throws IOException {
        Files.writeString(directory.resolve("userdb-ada.jsonl"), """
                {"_id": "1", "kind": "idea", "text": "a"}
                {"_id": "2", "kind": "secret", "text": "b"}
                """);
        Path registry = Files.writeString(directory.resolve("feeds.json"), """
                [{"collectionName": "ideas", "materializedViewName": "ideas", "aggregationInterval": "1h",
                  "query": {"selector": {"kind": "idea"}, "fields": ["_id", "text"]}}]
                """);
        Path secret = Files.write(directory.resolve("secret"), Tokens.SECRET);

        Http http = run(
                "--registry",
                registry.toString(),
                "--data",
                directory.toString(),
                "--jwt-secret-file",
                secret.toString());

        assertThat(printed.get(0)).contains("/data/ideas/query").endsWith(" -H \"Authorization: Bearer $TOKEN\"");
        assertThat(log())
                .as("there is no --jwt-admin-claim")
                .contains("WARN", "There are no administrators: /feeds, /metrics and what the page at / shows");
        assertThat(http.query("/data/ideas/query" + ANY, "{}").statusCode()).isEqualTo(401);
        assertThat(http.query("/data/ideas/query" + ANY, "{}", "Authorization", "Bearer " + Tokens.alice())
                        .body())
                .startsWith("{\"docs\":[{\"_id\":\"1\",\"text\":\"a\"}],");
    }

    @Test
    void aRequestUnderWayIsAnsweredAfterSigterm() throws Exception {
        run();
        int port = port();
        try (Socket client = new Socket("127.0.0.1", port)) {
            OutputStream out = client.getOutputStream();
            out.write(("POST /data/posts/query?global=true HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n"
                            + "Expect: 100-continue\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            // The server asks for the body: the request is under way.
            assertThat(new String(client.getInputStream().readNBytes(25), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 100 Continue");

            process.destroy();
            await().atMost(Duration.ofSeconds(15)).until(() -> !accepts(port));
            out.write("{\"limit\":3}".getBytes(StandardCharsets.UTF_8));
            out.flush();

            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("{\"docs\":[{")
                    .endsWith("}}\n");
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("128 and SIGTERM").isEqualTo(143);
        assertThat(log())
                .doesNotContain("ERROR", "WARN", "\tat ")
                .contains("Ending; under way: 1 request\n")
                .containsPattern("Ended after [0-9.]+ s: sample posts 0\\.\\d s, requests and WebSockets [0-9.]+ s, ");
    }

    @Test
    void theLogIsJsonAndHasRequestsWithoutWhatTheyHold() throws IOException {
        Path config = Files.writeString(
                directory.resolve("matview.conf"), "log-format = json\naccess-log = true\nlog-level = debug\n");

        Http http = run("--config", config.toString());
        http.query(
                "/data/posts/query" + ANY + "&token=hunter2",
                "{\"content\": \"hunter2\"}",
                "Authorization",
                "Bearer hunter2");

        await().atMost(Duration.ofSeconds(10)).until(() -> log().contains("dev.matview.access"));
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : log().lines().toList()) {
            lines.add(mapper.readTree(line));
        }
        assertThat(lines).anySatisfy(line -> {
            assertThat(line.path("level").asText()).isEqualTo("INFO");
            assertThat(line.path("formattedMessage").asText())
                    .matches("127\\.0\\.0\\.1 POST /data/posts/query 200 \\d+ B \\d+ ms");
        });
        assertThat(log()).doesNotContain("hunter2");
    }

    @Test
    void checkAndTryTellOfTheSampleAndEnd() throws Exception {
        process = start("check");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(log()).isEmpty();

        process = start("try", "--rows=0");
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(out).contains("posts: 64 rows of 16 databases, ", "events: 32 rows of 16 databases, ");
        assertThat(log()).as("no terminal, no progress").isEmpty();
    }

    @Test
    void aWrongStartIsOneMessageAndAnExitCode() throws Exception {
        process = start("--no-auth", "--data", directory.resolve("nothing").toString());

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(log())
                .isEqualTo("matview: --data " + directory.resolve("nothing") + ": there is no such directory\n");
    }

    private Http run(String... args) throws IOException {
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 2, args.length);
        all[0] = "--port";
        all[1] = "0";
        process = start(all);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            printed.add(line);
            if (READY.matcher(line).matches()) {
                return new Http(port());
            }
        }
        throw new AssertionError("ended before it was ready: " + log());
    }

    private int port() {
        Matcher ready = READY.matcher(printed.get(printed.size() - 1));
        assertThat(ready.matches()).isTrue();
        return Integer.parseInt(ready.group(1));
    }

    private Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("matview.jar")));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(directory.resolve("log").toFile());
        builder.environment()
                .keySet()
                .removeAll(List.of("PORT", "JWT_SECRET", "JWT_SECRET_PREVIOUS", "JWKS", "CORS_ORIGIN", "COUCHDB_URL"));
        return builder.start();
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private static List<String> texts(JsonNode page, String pointer) {
        List<String> texts = new ArrayList<>();
        page.get("docs").forEach(row -> texts.add(row.at(pointer).textValue()));
        return texts;
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new ObjectMapper().readTree(answer.body());
    }
}
