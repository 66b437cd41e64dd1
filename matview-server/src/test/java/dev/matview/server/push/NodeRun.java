package dev.matview.server.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Has the JavaScript of the documentation, {@code docs/apply-delta.js}, apply messages in Node.js. */
final class NodeRun {

    private static final String DRIVER = """
            const histories = require("fs").readFileSync(process.argv[2], "utf8").trim().split("\\n").map(JSON.parse);
            let deltas = 0;
            histories.forEach(({ messages, held }, i) => {
              let now = null;
              for (const message of messages) {
                if (message.delta) deltas++;
                now = applyMessage(now, message);
                if (now.etag !== message.etag || now.bookmark !== message.bookmark) throw new Error("history " + i);
              }
              const got = JSON.stringify({ docs: now.docs, keys: now.keys });
              if (got !== JSON.stringify(held)) throw new Error("history " + i + ": " + got);
            });
            console.log("applied " + deltas + " differences of " + histories.length);
            """;

    /** Messages in their order, and what a client holds after the last. */
    record History(List<String> messages, String held) {}

    private NodeRun() {}

    static void check(List<History> histories) {
        Optional<Path> node = node();
        if (node.isEmpty()) {
            System.out.println("matview: NOT RUN: the JavaScript of docs/apply-delta.js, no node in the path");
            assertThat(System.getProperty("matview.require", "")).doesNotContain("node");
            return;
        }
        try {
            Path directory = Files.createTempDirectory(Path.of("target"), "node");
            Path script = Files.writeString(directory.resolve("run.js"), Files.readString(source()) + "\n" + DRIVER);
            Path data = Files.write(
                    directory.resolve("histories.jsonl"),
                    histories.stream().map(NodeRun::line).toList());
            Process process = new ProcessBuilder(node.get().toString(), script.toString(), data.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output").toFile())
                    .start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String output = Files.readString(directory.resolve("output"));
            assertThat(process.exitValue()).as(output).isZero();
            assertThat(output).matches("applied [1-9][0-9]* differences of " + histories.size() + "\\s+");
        } catch (IOException e) {
            throw new AssertionError("Node.js does not run", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Path> node() {
        return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin").split(":"))
                .map(place -> Path.of(place, "node"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** In the top directory, from that of the module or from there. */
    private static Path source() {
        Path here = Path.of("docs/apply-delta.js");
        return Files.exists(here) ? here : Path.of("../docs/apply-delta.js");
    }

    private static String line(History history) {
        try {
            ObjectNode line = Subscriber.MAPPER.createObjectNode();
            for (String message : history.messages()) {
                line.withArray("messages").add(Subscriber.MAPPER.readTree(message));
            }
            line.set("held", Subscriber.MAPPER.readTree(history.held()));
            return line.toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
