package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.testkit.SeededProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What compilers and rules for classes do not see: the sources of all modules, those of their tests above all. */
class SourcesOfTestsTest {

    private static final Path TOP = Path.of("..");
    private static final Pattern UNREPEATABLE =
            Pattern.compile("new (Splittable|Secure)?Random\\(\\)|ThreadLocalRandom\\.|Math\\.random\\(|randomUUID\\(");
    private static final String HOOKS = "src/test/resources/META-INF/services/net.jqwik.api.lifecycle.LifecycleHook";

    /** It needs names that nobody had before. */
    private static final Set<String> NOT_OF_CASES = Set.of("TestDatabases.java");

    private static Map<Path, String> sources(String directory) {
        try (Stream<Path> files = Files.walk(TOP)) {
            Map<Path, String> sources = new TreeMap<>();
            for (Path file : files.filter(file -> file.toString().endsWith(".java")
                            && file.toString().contains("/" + directory + "/")
                            && !file.toString().contains("/target/"))
                    .toList()) {
                sources.put(file, Files.readString(file));
            }
            return sources;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noFileHasMoreThanFourHundredLines() {
        assertThat(sources("src"))
                .hasSizeGreaterThan(400)
                .allSatisfy((file, source) ->
                        assertThat(source.lines()).as(file.toString()).hasSizeLessThanOrEqualTo(400));
    }

    @Test
    void noCaseIsDrawnThatCannotBeDrawnAgain() {
        Map<Path, List<String>> drawn = new TreeMap<>();
        sources("src/test").forEach((file, source) -> {
            Matcher matcher = UNREPEATABLE.matcher(source);
            if (matcher.find() && !NOT_OF_CASES.contains(file.getFileName().toString()) && !isThis(file)) {
                drawn.put(file, List.of(matcher.group()));
            }
        });
        assertThat(drawn).as("see Seed in the testkit").isEmpty();
    }

    private static boolean isThis(Path file) {
        return file.getFileName().toString().equals(SourcesOfTestsTest.class.getSimpleName() + ".java");
    }

    @Test
    void propertiesDrawTheirCasesByTheSeedInEveryModule() throws IOException {
        Set<Path> modules = sources("src/test").entrySet().stream()
                .filter(source -> source.getValue().contains("import net.jqwik.api.Property;"))
                .map(source -> module(source.getKey()))
                .collect(Collectors.toSet());

        assertThat(modules).contains(TOP.resolve("matview-core"), TOP.resolve("matview-server"));
        for (Path module : modules) {
            assertThat(module.resolve(HOOKS)).hasContent(SeededProperties.class.getName());
        }
    }

    private static Path module(Path source) {
        Path directory = source;
        while (!Files.exists(directory.resolve("pom.xml"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
