package dev.matview.server.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.registry.FeedDefinitionReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the pages show works when it is pasted. What is for a shell, {@link ShellSnippetsIT} runs. */
class SnippetsTest {

    /** The languages that are tested; mermaid is a drawing. */
    private static final Set<String> LANGUAGES = Set.of("java", "sh", "json", "xml", "text", "mermaid");

    private static final ObjectMapper STRICT =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final Pattern OUR_DEPENDENCY = Pattern.compile(
            "<groupId>dev\\.matview</groupId>\\s*" + "<artifactId>([^<]*)</artifactId>\\s*<version>([^<]*)</version>");
    private static final Pattern MVN = Pattern.compile("\\bmvn [^`\\n]*");
    private static final Pattern MODULES = Pattern.compile("-pl (\\S+)");
    private static final Pattern PARENT_VERSION = Pattern.compile("<version>([^<]*)</version>");

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> javaRunsAndPrintsWhatThePageSays() {
        return Pages.toRun("java").stream()
                .map(snippet -> DynamicTest.dynamicTest(snippet.toString(), () -> {
                    String printed = new JavaSnippet(Files.createTempDirectory(directory, "java")).run(snippet.text());
                    Snippet shown = Pages.after(snippet, next -> next.language().equals("text"));
                    if (shown != null) {
                        assertThat(printed).isEqualTo(shown.text());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> jsonIsJsonAndRegistriesLoad() {
        return Pages.toRun("json").stream()
                .map(snippet -> DynamicTest.dynamicTest(snippet.toString(), () -> {
                    JsonNode json = STRICT.readTree(snippet.text());
                    assertThat(json.isMissingNode()).isFalse();
                    if (json.findValue("collectionName") != null) {
                        FeedDefinitionReader reader = FeedDefinitionReader.of(snippet.page());
                        byte[] text = snippet.text().getBytes(StandardCharsets.UTF_8);
                        Contents contents = json.isArray() ? reader.readAll(text) : reader.readOne(text);
                        assertThat(contents.problems()).isEmpty();
                        assertThat(contents.feeds()).isNotEmpty();
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> dependenciesAreOursOfThisVersion() throws IOException {
        String version = PARENT_VERSION
                .matcher(Files.readString(Pages.ROOT.resolve("pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        return Pages.toRun("xml").stream()
                .map(snippet -> DynamicTest.dynamicTest(
                        snippet.toString(),
                        () -> assertThat(OUR_DEPENDENCY.matcher(snippet.text()).results())
                                .isNotEmpty()
                                .allSatisfy(dependency -> {
                                    assertThat(Pages.ROOT.resolve(dependency.group(1)))
                                            .isDirectory();
                                    assertThat(dependency.group(2)).isEqualTo(version);
                                })));
    }

    @Test
    void everyBlockHasALanguageThatIsTestedOrSaysWhyNot() {
        assertThat(Pages.snippets())
                .isNotEmpty()
                .allSatisfy(snippet -> assertThat(snippet.isRun() ? snippet.language() : "text")
                        .as(
                                "%s: run it, or say on the line before it: <!-- not run: why --> or <!-- run by: Test -->",
                                snippet)
                        .isIn(LANGUAGES));
    }

    @Test
    void textIsWhatTheProgramBeforeItPrints() {
        assertThat(Pages.snippets()).allSatisfy(snippet -> {
            Snippet next =
                    Pages.after(snippet, following -> following.language().equals("text"));
            if (next != null && next.isRun()) {
                assertThat(snippet.language()).as("before %s", next).isEqualTo("java");
            }
        });
    }

    @Test
    void aTestThatIsSaidToRunABlockExists() throws IOException {
        List<String> tests;
        try (Stream<Path> files = Files.walk(Pages.ROOT)) {
            tests = files.filter(file -> file.toString().contains("src/test/java"))
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
        assertThat(Pages.snippets())
                .allSatisfy(snippet -> snippet.runBy()
                        .ifPresent(test -> assertThat(tests).as("%s", snippet).contains(test + ".java")));
    }

    @Test
    void modulesThatMavenIsToldToBuildExist() {
        assertThat(Pages.texts())
                .flatMap(text -> MVN.matcher(text).results().toList())
                .isNotEmpty()
                .flatMap(mvn -> MODULES.matcher(mvn.group()).results().toList())
                .allSatisfy(
                        module -> assertThat(Pages.ROOT.resolve(module.group(1)).resolve("pom.xml"))
                                .exists());
    }

    @Test
    void aPageIsCutIntoItsBlocks() {
        String page = """
                # Title
                ```java
                int a;
                ```
                <!-- not run: no reason -->
                ````sh
                ```
                ````
                <!-- run by: OtherTest -->
                ```js
                ```
                """;

        assertThat(Snippet.of("p", page))
                .extracting(Snippet::toString, Snippet::text, Snippet::isRun)
                .containsExactly(
                        tuple("p:2 java", "int a;\n", true),
                        tuple("p:6 sh", "```\n", false),
                        tuple("p:10 js", "\n", false));
        assertThat(Snippet.of("p", page).get(2).runBy()).contains("OtherTest");
        assertThatThrownBy(() -> Snippet.of("p", "\n```java\n")).hasMessage("p:2: the fence is not closed");
    }

    @Test
    void whatDoesNotWorkIsFound() throws IOException {
        assertThatThrownBy(() -> run("feeds.noSuchMethod();")).hasMessageContaining("noSuchMethod");
        assertThatThrownBy(() -> run("""
                GlobalFeeds notReady = GlobalFeeds.builder().registry(FeedRegistry.of(posts)).aggregator(databases).build();
                notReady.query("posts", Query.all());
                """)).isInstanceOf(ViewNotReadyException.class);
    }

    @Test
    void aFragmentFindsFeedsThatAreReady() throws Exception {
        assertThat(run("System.out.println(feeds.query(\"posts\", Query.all()).documents().size());"))
                .isEqualTo("2\n");
    }

    private String run(String text) throws Exception {
        return new JavaSnippet(Files.createTempDirectory(directory, "java")).run(text);
    }
}
