package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The jar that users run, on a CouchDB, as processes that end with the test. */
final class ServerJar implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("matview ready on http://127\\.0\\.0\\.1:(\\d+)");

    private final Path directory;
    private final String user;
    private final List<Process> started = new ArrayList<>();

    /** @param directory where the processes log to */
    ServerJar(Path directory, String user) {
        this.directory = directory;
        this.user = user;
    }

    /** @param urls what COUCHDB_URL is to say */
    Process start(String urls, String password, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("matview.jar")));
        command.addAll(List.of(args));
        Path log = directory.resolve("log" + started.size());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment()
                .keySet()
                .removeAll(List.of("PORT", "JWT_SECRET", "JWT_SECRET_PREVIOUS", "JWKS", "CORS_ORIGIN"));
        builder.environment().put("COUCHDB_URL", urls);
        builder.environment().put("COUCHDB_USER", user);
        builder.environment().put("COUCHDB_PASSWORD", user.isEmpty() ? "" : password);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /** What the process has printed so far. */
    String log(Process process) throws IOException {
        return Files.readString(directory.resolve("log" + started.indexOf(process)), StandardCharsets.UTF_8);
    }

    /** Waits for the process to end, and gives all it has printed. */
    String ended(Process process) throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return log(process);
    }

    /** Waits for the server to be ready, and gives its port. */
    int port(Process process) {
        int[] port = new int[1];
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            Matcher ready = READY.matcher(log(process));
            assertThat(process.isAlive()).as(log(process)).isTrue();
            if (ready.find()) {
                port[0] = Integer.parseInt(ready.group(1));
            }
            return port[0] > 0;
        });
        return port[0];
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }
}
