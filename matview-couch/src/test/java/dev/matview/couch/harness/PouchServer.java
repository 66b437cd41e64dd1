package dev.matview.couch.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * PouchDB Server from npm, at the version of the lock file in the test resources, in memory. It is installed below
 * {@code target} once and runs as long as the JVM.
 */
final class PouchServer {

    private static final Duration INSTALL = Duration.ofMinutes(5);
    private static final Duration START = Duration.ofSeconds(60);
    private static final List<String> MANIFEST = List.of("package.json", "package-lock.json");

    private PouchServer() {}

    static FoundServer start() throws IOException, InterruptedException {
        Path home = home();
        install(home);
        int port = freePort();
        Path work = Files.createTempDirectory(home, "run-");
        // Its handlers leave rejections unhandled, which ends the process by default.
        Process process = new ProcessBuilder(
                        "node",
                        "--unhandled-rejections=warn",
                        home.resolve("node_modules/pouchdb-server/bin/pouchdb-server")
                                .toString(),
                        "--in-memory",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--no-stdout-logs")
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("out.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop-pouchdb-server"));
        URI url = URI.create("http://127.0.0.1:" + port);
        awaitAnswer(process, url, work.resolve("out.log"));
        return new FoundServer("PouchDB Server from npm", url, "", "");
    }

    /** One installation for all modules, in matview-couch where that can be found. */
    private static Path home() {
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("matview-couch/src"))) {
                return folder.resolve("matview-couch/target/pouchdb-server");
            }
        }
        return here.resolve("target/pouchdb-server");
    }

    private static void install(Path home) throws IOException, InterruptedException {
        Files.createDirectories(home);
        try (FileChannel channel = FileChannel.open(
                        home.resolve("install.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!lock.isValid() || isInstalled(home)) {
                return;
            }
            for (String file : MANIFEST) {
                Files.copy(resource(file), home.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            npm(home);
            Files.copy(resource("package-lock.json"), home.resolve("installed"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static boolean isInstalled(Path home) throws IOException {
        Path installed = home.resolve("installed");
        try (InputStream wanted = resource("package-lock.json")) {
            return Files.exists(installed) && new String(wanted.readAllBytes()).equals(Files.readString(installed));
        }
    }

    /** No install scripts: they would compile stores that are not used in memory. */
    private static void npm(Path home) throws IOException, InterruptedException {
        Path log = home.resolve("npm.log");
        Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!npm.waitFor(INSTALL.toSeconds(), TimeUnit.SECONDS)) {
            npm.destroy();
            throw new IOException("npm ci did not end within " + INSTALL + ", see " + log);
        }
        if (npm.exitValue() != 0) {
            throw new IOException("npm ci failed: " + Files.readString(log));
        }
    }

    private static InputStream resource(String name) {
        InputStream stream = PouchServer.class.getResourceAsStream(name);
        if (stream == null) {
            throw new IllegalStateException("the test resource " + name + " is missing");
        }
        return stream;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitAnswer(Process process, URI url, Path log) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request =
                HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(5)).build();
        long deadline = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                client.send(request, BodyHandlers.discarding());
                return;
            } catch (IOException notYet) {
                process.waitFor(200, TimeUnit.MILLISECONDS);
            }
        }
        process.destroy();
        throw new UncheckedIOException(
                new IOException("pouchdb-server does not answer at " + url + ": " + Files.readString(log)));
    }
}
