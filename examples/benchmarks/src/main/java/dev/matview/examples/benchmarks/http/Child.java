package dev.matview.examples.benchmarks.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own, which is told and tells by lines, and ends with this. For one thread; the benchmark's deadline ends it too. */
final class Child implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 5;

    private final Process process;
    private final BufferedReader lines;
    private final PrintWriter commands;

    private Child(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
        // Each option of the server can be given there: what the benchmarks are run with is not meant for it.
        builder.environment().keySet().removeIf(name -> name.matches("(MATVIEW|COUCHDB|JWT)_.*"));
        this.process = builder.start();
        this.lines = process.inputReader(StandardCharsets.UTF_8);
        this.commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    }

    /** One of the classes here, with a heap of 1 GB, and what the property {@code benchmarks.jvm.NAME} says: a profiler's agent. */
    static Child start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java(), "-Xmx1g"));
        String more = System.getProperty("benchmarks.jvm." + main.getSimpleName(), "");
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split(" ")));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new Child(command);
    }

    /** The jar as it is given to people. */
    static Child startJar(Path jar, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java(), "-jar", jar.toString()));
        command.addAll(List.of(arguments));
        return new Child(command);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** For such a JVM: returns when its standard input ends. */
    static void awaitEnd() throws IOException {
        while (System.in.read() >= 0) {
            // Nothing that is said counts.
        }
    }

    /** What follows these words in the next line that begins with them. */
    String await(String words) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(words)) {
                return line.substring(words.length()).strip();
            }
        }
        throw new IOException("the other JVM ended before it said " + words);
    }

    void tell(String command) {
        commands.println(command);
    }

    /** The processor's time that it has taken, by all its threads. */
    Duration processorTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    @Override
    public void close() throws InterruptedException {
        commands.close();
        process.destroy();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
