package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
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

/** The jar with a heap that is too small: it ends and says so, whoever runs out of memory. */
class MemoryExhaustionIT {

    private static final Pattern READY = Pattern.compile("matview ready on http://127\\.0\\.0\\.1:(\\d+)");
    private static final String LAST_WORDS = "matview: out of memory: the process ends with code 3.";

    @TempDir
    Path directory;

    private Process process;

    @AfterEach
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private void start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-jar",
                System.getProperty("matview.jar"),
                "--port",
                "0"));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("log").toFile());
        builder.environment().keySet().removeAll(List.of("PORT", "JWT_SECRET", "JWKS", "CORS_ORIGIN", "COUCHDB_URL"));
        process = builder.start();
    }

    private void assertThatItHasEndedAndSaidSo() throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it has ended").isTrue();
        assertThat(process.exitValue()).isEqualTo(3);
        assertThat(Files.readAllLines(directory.resolve("log")))
                .filteredOn(line -> line.startsWith("matview: "))
                .singleElement()
                .asString()
                .startsWith(LAST_WORDS);
    }

    @Test
    void aViewThatDoesNotFitEndsTheProcess() throws Exception {
        startWithIdeas("--max-view-bytes", "1g");

        assertThatItHasEndedAndSaidSo();
    }

    /** Long before that, the refresh fails, and says which feed is too large. */
    @Test
    void aViewAboveItsBoundIsRefused() throws Exception {
        startWithIdeas();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it has ended").isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readAllLines(directory.resolve("log")))
                .filteredOn(line -> line.startsWith("matview: "))
                .singleElement()
                .asString()
                .contains("ideas", "--max-view-bytes");
    }

    private void startWithIdeas(String... args) throws IOException {
        StringBuilder documents = new StringBuilder();
        for (int i = 0; i < 80_000; i++) {
            documents
                    .append("{\"_id\":\"")
                    .append(i)
                    .append("\",\"kind\":\"idea\",\"text\":\"")
                    .append("x".repeat(400))
                    .append("\"}\n");
        }
        Path data = Files.createDirectory(directory.resolve("data"));
        Files.writeString(data.resolve("userdb-ada.jsonl"), documents);
        Path registry = Files.writeString(directory.resolve("feeds.json"), """
                [{"collectionName": "ideas", "materializedViewName": "ideas", "aggregationInterval": "1h",
                  "query": {"selector": {"kind": "idea"}, "fields": ["_id", "text"]}}]
                """);

        List<String> all =
                new ArrayList<>(List.of("--no-auth", "--data", data.toString(), "--registry", registry.toString()));
        all.addAll(List.of(args));
        start(all.toArray(String[]::new));
    }

    @Test
    void aRequestThatDoesNotFitEndsTheProcess() throws Exception {
        start();
        await().atMost(Duration.ofSeconds(60)).until(() -> port() > 0);
        String body = "{\"a\":[" + "[],".repeat(340_000) + "[]]}";
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 4 && process.isAlive(); i++) {
            clients.add(ask(port(), body));
        }

        assertThatItHasEndedAndSaidSo();
        for (Socket client : clients) {
            client.close();
        }
    }

    private static Socket ask(int port, String body) throws IOException {
        Socket client = new Socket("127.0.0.1", port);
        OutputStream out = client.getOutputStream();
        try {
            out.write(("POST /data/posts/query?global=true HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException gone) {
            // It has ended already, as it should.
            assertThat(gone).isNotNull();
        }
        return client;
    }

    private int port() throws IOException {
        Matcher ready = READY.matcher(Files.readString(directory.resolve("out")));
        return ready.find() ? Integer.parseInt(ready.group(1)) : 0;
    }
}
