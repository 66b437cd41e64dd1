package dev.matview.server.http;

import dev.matview.couch.harness.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Prometheus' own checks. */
public final class Promtool {

    private Promtool() {}

    /** How it ended, and all that it printed. */
    public record Verdict(int exit, String printed) {}

    /** @param input what it reads, in a file */
    public static Verdict run(Path directory, Path input, String... arguments)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("promtool", ".txt");
        List<String> command = Stream.concat(
                        Stream.of(Tool.find("promtool").orElseThrow().toString()), Stream.of(arguments))
                .toList();
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("promtool does not end");
        }
        String printed = Files.readString(output);
        Files.delete(output);
        return new Verdict(process.exitValue(), printed);
    }
}
