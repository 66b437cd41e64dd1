package dev.matview.server.siege;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.server.auth.Tokens;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The jar as a process of its own with a small heap, on user databases in files that this writes. */
final class Besieged implements AutoCloseable {

    static final int ROWS = 500_000;

    private static final int DATABASES = 250;
    private static final Pattern READY = Pattern.compile("matview ready on http://127\\.0\\.0\\.1:(\\d+)");

    private static final String REGISTRY = """
            [{"collectionName": "posts", "materializedViewName": "posts", "aggregationInterval": "1h",
              "refresh": {"mode": "continuous", "minInterval": "1s"}, "databases": ["userdb-p*"],
              "query": {"selector": {"type": "post"}, "fields": ["_id", "n", "tag", "text"], "sort": [{"n": "desc"}]}}]
            """;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(30))
            .build();
    private final Path directory;
    private final Path log;
    private final Process process;
    private final int port;

    private Besieged(Path directory, Path log, Process process, int port) {
        this.directory = directory;
        this.log = log;
        this.process = process;
        this.port = port;
    }

    /** @param ownMegabytes how large the database of the caller eve is */
    static Besieged start(Path jar, int rows, int ownMegabytes, String... options)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("siege");
        write(directory, rows);
        writeOwn(directory.resolve("userdb-eve.jsonl"), ownMegabytes);
        Path registry = Files.createTempFile("siege", ".json");
        Files.writeString(registry, REGISTRY);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-jar",
                jar.toString(),
                "--data",
                directory.toString(),
                "--registry",
                registry.toString(),
                "--port",
                "0"));
        command.addAll(List.of(options));
        Path log = Files.createTempFile("siege", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("JWT_SECRET", new String(Tokens.SECRET, StandardCharsets.UTF_8));
        Process process = builder.start();
        return new Besieged(directory, log, process, port(process, log));
    }

    private static int port(Process process, Path log) throws IOException, InterruptedException {
        for (int i = 0; i < 1_800; i++) {
            Matcher ready = READY.matcher(Files.readString(log));
            if (ready.find()) {
                return Integer.parseInt(ready.group(1));
            }
            if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new IOException(Files.readString(log));
    }

    private static void write(Path directory, int rows) throws IOException {
        for (int database = 0; database < DATABASES; database++) {
            try (BufferedWriter out = Files.newBufferedWriter(directory.resolve("userdb-p" + database + ".jsonl"))) {
                for (int n = database; n < rows; n += DATABASES) {
                    out.write(post(n));
                }
            }
        }
    }

    private static String post(int n) {
        return "{\"_id\":\"%d\",\"type\":\"post\",\"n\":%d,\"tag\":\"t%d\",\"text\":\"said %x\"}%n"
                .formatted(n, n, n % 97, n * 2_654_435_761L);
    }

    private static void writeOwn(Path file, int megabytes) throws IOException {
        String text = "x".repeat(900);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int n = 0; n < megabytes * 1_060; n++) {
                out.write("{\"_id\":\"%d\",\"collection\":\"notes\",\"n\":%d,\"text\":\"%s\"}%n".formatted(n, n, text));
            }
        }
    }

    /** A new post, the first of the feed's order. */
    void post(int number, String database) throws IOException {
        Files.writeString(
                directory.resolve(database + ".jsonl"),
                post(10_000_000 + number),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    static String token(String user) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + user)
                .claim("instanceId", user)
                .build());
    }

    int port() {
        return port;
    }

    HttpClient client() {
        return client;
    }

    HttpRequest query(String user, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + token(user))
                .timeout(Duration.ofSeconds(90))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    HttpRequest health() {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                .timeout(Duration.ofSeconds(90))
                .build();
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** The processor time that the server has taken so far. */
    Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
