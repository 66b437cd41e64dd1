package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.couch.harness.TestCouch;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A JVM of its own that runs a class of these tests on their CouchDB, until it is killed. */
final class KilledProcess {

    private final Class<?> program;
    private final File log;

    KilledProcess(Class<?> program) {
        this.program = program;
        this.log = new File("target/" + program.getSimpleName() + ".log");
    }

    /**
     * Runs the program, waits until what it has written is enough, and kills it after so long.
     *
     * @return what it has written; the last line perhaps in part
     */
    String run(Predicate<String> enough, int millis, String... arguments) throws IOException, InterruptedException {
        URI url = TestCouch.get().url();
        String credentials = TestCouch.get().user().isEmpty()
                ? ""
                : TestCouch.get().user() + ":" + TestCouch.get().password() + "@";
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(Path.of("target"), program.getSimpleName(), ".out");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log).redirectOutput(out.toFile());
        builder.environment().put("COUCHDB_URL", url.getScheme() + "://" + credentials + url.getAuthority());
        Process process = builder.start();
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> !process.isAlive() || enough.test(Files.readString(out)));
            boolean ended = process.waitFor(millis, TimeUnit.MILLISECONDS);
            assertThat(ended).as("ended by itself, see %s", log).isFalse();
        } finally {
            process.destroyForcibly().waitFor();
        }
        String written = Files.readString(out);
        Files.delete(out);
        return written;
    }
}
