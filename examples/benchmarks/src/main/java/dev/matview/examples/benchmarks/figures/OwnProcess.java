package dev.matview.examples.benchmarks.figures;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs one benchmark in a JVM of its own, whose main class this is: its name, the size and a file for the result are the arguments. */
final class OwnProcess {

    /** How long a benchmark that is told to end has for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private OwnProcess() {}

    /** The result; throws where the JVM failed or was not done by its deadline. */
    static Result run(Benchmark benchmark, boolean small, Path results) throws IOException, InterruptedException {
        Files.createDirectories(results);
        Path file = results.resolve(benchmark.name() + ".json");
        Files.deleteIfExists(file);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(benchmark.jvmOptions());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), OwnProcess.class.getName()));
        command.addAll(List.of(benchmark.getClass().getName(), Boolean.toString(small), file.toString()));
        Process process = new ProcessBuilder(command)
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectOutput(Redirect.INHERIT)
                .redirectError(Redirect.INHERIT)
                .start();
        try {
            if (!process.waitFor(benchmark.deadline().toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(benchmark.name() + " was not done within " + benchmark.deadline());
            }
        } finally {
            end(process);
        }
        if (process.exitValue() != 0) {
            throw new IOException(benchmark.name() + " ended with exit code " + process.exitValue());
        }
        return ResultFile.read(file).get(0);
    }

    /** Lets it take away first what it made elsewhere. */
    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Has the benchmark interrupted when its JVM is told to end, and waits until it has closed what it opened. */
    private static void closeBeforeTheEnd(AtomicBoolean isDone) {
        Thread measuring = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!isDone.get()) {
                measuring.interrupt();
                try {
                    measuring.join(PATIENCE.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }));
    }

    public static void main(String[] arguments) throws Exception {
        AtomicBoolean isDone = new AtomicBoolean();
        closeBeforeTheEnd(isDone);
        Benchmark benchmark =
                (Benchmark) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
        ResultFile.write(Path.of(arguments[2]), List.of(result(benchmark, Boolean.parseBoolean(arguments[1]))));
        isDone.set(true);
        // Whatever a peer's library left running.
        System.exit(0);
    }

    static Result result(Benchmark benchmark, boolean small) throws Exception {
        Run run = new Run(small);
        long began = System.nanoTime();
        List<Figure> figures = benchmark.run(run);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
        return new Result(
                benchmark.name(),
                LocalDate.now().toString(),
                seconds,
                Machine.here(),
                run.versions(),
                run.leftOut(),
                figures);
    }
}
