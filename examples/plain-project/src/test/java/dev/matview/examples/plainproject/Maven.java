package dev.matview.examples.plainproject;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the Maven that runs these tests, as a process of its own. */
final class Maven {

    /** The module whose tests these are; Maven starts them in it. */
    static final Path MODULE = Path.of("").toAbsolutePath();

    private static final long MINUTES = 5;

    private Maven() {}

    /** What a process printed, and how it ended. */
    record Ended(int exitCode, String printed) {
        Ended assertSuccess() {
            assertThat(exitCode).as(printed).isZero();
            return this;
        }
    }

    static Ended run(Path project, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("maven.home"), "bin", "mvn").toString(), "-B", "-ntp", "-q"));
        command.addAll(arguments);
        return run(project, command.toArray(String[]::new));
    }

    /** Runs the main class. */
    static Ended java(Path project, String classpath, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classpath,
                "com.example.App"));
        command.addAll(List.of(arguments));
        return run(project, command.toArray(String[]::new));
    }

    /** Runs a program as a module, {@code module/class}. */
    static Ended module(Path project, String modulePath, String module) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return run(project, java, "--module-path", modulePath, "-m", module);
    }

    private static Ended run(Path directory, String... command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(MODULE.resolve("target"), "run", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new AssertionError(String.join(" ", command) + " did not end: " + Files.readString(log));
            }
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(log));
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    /** Makes an empty directory below this module's target. */
    static Path fresh(String name) throws IOException {
        Path directory = MODULE.resolve("target").resolve(name);
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).forEach(Maven::delete);
            }
        }
        return Files.createDirectories(directory);
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
