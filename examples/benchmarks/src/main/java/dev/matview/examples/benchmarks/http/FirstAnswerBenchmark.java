package dev.matview.examples.benchmarks.http;

import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** From the start of {@code java} until the first query of the sample data is answered, beside a server with one route. */
public final class FirstAnswerBenchmark implements Benchmark {

    private static final Path JAR = Path.of("../../matview-server/target/matview-server.jar");
    private static final int ROUNDS = 11;
    private static final int PATIENCE_MILLIS = 30_000;

    @Override
    public String name() {
        return "first-answer";
    }

    @Override
    public Optional<String> missing() {
        return Files.exists(JAR)
                ? Optional.empty()
                : Optional.of("the jar: mvn -pl matview-server -am package -DskipTests");
    }

    @Override
    public List<Figure> run(Run run) throws Exception {
        int rounds = run.size(ROUNDS, 1);
        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            ours[i] = seconds(() -> Child.startJar(JAR, "--port", "0"), "matview ready on http://127.0.0.1:");
            theirs[i] = seconds(() -> Child.start(SparkServer.class), "port");
            run.say("%.2f and %.2f s", ours[i], theirs[i]);
        }
        return List.of(Figure.ofRounds(
                "From java to the first answer, sample data",
                "s",
                ours,
                "Spark on the same Jetty with one short answer",
                theirs,
                Aim.atMost(0.9)));
    }

    private interface Start {
        Child begin() throws IOException;
    }

    private static double seconds(Start start, String ready) throws Exception {
        long begun = System.nanoTime();
        try (Child server = start.begin()) {
            ask(Integer.parseInt(server.await(ready)));
            return (System.nanoTime() - begun) / 1e9;
        }
    }

    private static void ask(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write(("POST /data/posts/query?global=true HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                                    + "Content-Length: 2\r\n\r\n{}")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.startsWith("HTTP/1.1 200 ")) {
                throw new IOException(
                        "the first answer was " + answer.lines().findFirst().orElse(""));
            }
        }
    }
}
