package dev.matview.examples.benchmarks.figures;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of others that peers are measured with. */
public final class Program {

    private Program() {}

    /** Whether a program of that name is in the path. */
    public static boolean isThere(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    }

    /**
     * The lines that a program prints; what it writes to its standard error is shown.
     *
     * @throws IOException when it cannot be started, fails, or is not done in time
     */
    public static List<String> lines(Path directory, Duration deadline, List<String> command)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(Redirect.INHERIT)
                .start();
        try {
            process.getOutputStream().close();
            CompletableFuture<List<String>> lines = CompletableFuture.supplyAsync(() -> linesOf(process));
            if (!process.waitFor(deadline.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(command.get(0) + " was not done within " + deadline);
            }
            if (process.exitValue() != 0) {
                throw new IOException(command.get(0) + " ended with exit code " + process.exitValue());
            }
            return lines.join();
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> linesOf(Process process) {
        try (InputStream out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes what stands beside a class in its jar to a file in the directory, and gives its path. */
    public static Path unpacked(Class<?> beside, String name, Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(name);
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is not beside " + beside);
            }
            Files.write(file, in.readAllBytes());
        }
        return file.toAbsolutePath();
    }
}
