package dev.matview.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the pages show for a shell, on a server with the sample data. */
@Needs(Tool.CURL)
class ShellSnippetsIT {

    private static final Pattern READY = Pattern.compile("matview ready on http://127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern JAR = Pattern.compile("java -jar \\S*matview-server\\.jar(.*)");
    private static final String SHOWN = "http://127.0.0.1:5050";

    @TempDir
    static Path directory;

    private static Process server;
    private static String url;

    @BeforeAll
    static void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(java(), "-jar", jar(), "--port", "0")
                .redirectError(directory.resolve("log").toFile());
        builder.environment().keySet().removeAll(List.of("PORT", "JWT_SECRET", "JWKS", "CORS_ORIGIN", "COUCHDB_URL"));
        server = builder.start();
        BufferedReader out = server.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.matches()) {
                url = "http://127.0.0.1:" + ready.group(1);
                return;
            }
        }
        throw new AssertionError("ended before it was ready: " + Files.readString(directory.resolve("log")));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.destroyForcibly().waitFor();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String jar() {
        return System.getProperty("matview.jar");
    }

    /** Only these: what else a page lets a reader do, a test of its own does. */
    @TestFactory
    Stream<DynamicTest> curlIsAnsweredAsThePageShows() {
        return Pages.toRun("sh").stream()
                .map(snippet -> DynamicTest.dynamicTest(snippet.toString(), () -> {
                    assertThat(snippet.text().lines()).allMatch(line -> line.startsWith("curl "));
                    String printed = printed("sh", "-ec", snippet.text().replace(SHOWN, url));
                    JsonNode answer = new ObjectMapper().readTree(printed);
                    assertThat(answer.has("error")).as(printed).isFalse();
                    Snippet shown = Pages.after(snippet, next -> next.language().equals("json"));
                    if (shown != null) {
                        assertThat(keys(new ObjectMapper().readTree(shown.text())))
                                .isEqualTo(keys(answer));
                    }
                }));
    }

    /** Of all blocks, also those that are not run here: the jar knows the options, and says so instead of starting. */
    @TestFactory
    Stream<DynamicTest> theJarKnowsTheOptions() {
        return Pages.snippets().stream()
                .filter(snippet -> snippet.language().equals("sh"))
                .flatMap(snippet -> JAR.matcher(snippet.text())
                        .results()
                        .map(start -> DynamicTest.dynamicTest(
                                snippet.toString(),
                                () -> assertThat(printed(
                                                "sh",
                                                "-ec",
                                                '"' + java() + "\" -jar \"" + jar() + '"' + start.group(1) + " --help"))
                                        .startsWith("Usage: matview-server"))));
    }

    private static String printed(String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "printed", "");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0).as(Files.readString(out)).isTrue();
        return Files.readString(out);
    }

    /** The names of all keys, outermost first; of an array, those of its first element. */
    private static List<String> keys(JsonNode json) {
        List<String> keys = new ArrayList<>();
        Iterator<String> names = json.fieldNames();
        while (names.hasNext()) {
            String name = names.next();
            keys.add(name);
            keys(json.get(name)).forEach(inner -> keys.add(name + "." + inner));
        }
        if (json.isArray() && !json.isEmpty()) {
            keys.addAll(keys(json.get(0)));
        }
        return keys;
    }
}
