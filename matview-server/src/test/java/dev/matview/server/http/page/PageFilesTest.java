package dev.matview.server.http.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.Http;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page's files over HTTP, and what must not be in them. */
class PageFilesTest {

    private static final Path FOLDER = Path.of("src/main/resources/dev/matview/server/http/page");
    private static final Pattern ADDRESS = Pattern.compile("(?:href|src)=\"(page/[^\"]+)\"");
    private static final Pattern IMPORT = Pattern.compile("from \"\\./([^\"]+)\"");

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    @AutoClose
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of())
            .aggregator(new InMemoryDatabases())
            .build();

    private HttpService service;
    private Http http;

    @BeforeEach
    void start() throws IOException {
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0).withManagement(HttpSettings.Management.onLoopback(0)),
                feeds,
                new SharedSecretTokens(Tokens.SECRET, scheduler),
                scheduler);
        http = new Http(service.port());
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private List<String> named(HttpResponse<String> page) {
        return ADDRESS.matcher(page.body())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void nothingButWhatIsServedHereMayRun() {
        HttpResponse<String> page = http.send("GET", "/", "");

        assertThat(header(page, "Content-Security-Policy"))
                .startsWith("default-src 'none';")
                .contains("script-src 'self'", "style-src 'self'", "require-trusted-types-for 'script'")
                .doesNotContain("unsafe", "http", "data:", "*");
        assertThat(page.body()).doesNotContain("<style", "style=", "<script>", "http://", "https://", " on");
    }

    @Test
    void thePageIsAskedForAgainAndItsFilesAreKept() {
        HttpResponse<String> page = http.send("GET", "/", "");

        assertThat(header(page, "Cache-Control")).isEqualTo("no-cache");
        assertThat(http.send("GET", "/", "", "If-None-Match", header(page, "ETag"))
                        .statusCode())
                .isEqualTo(304);
        assertThat(named(page)).hasSizeGreaterThan(4).allSatisfy(path -> {
            HttpResponse<String> file = http.send("GET", '/' + path, "");
            assertThat(file.statusCode()).as(path).isEqualTo(200);
            assertThat(header(file, "Cache-Control")).contains("immutable", "max-age=31536000");
            assertThat(header(file, "X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(http.send("GET", '/' + path, "", "If-None-Match", header(file, "ETag"))
                            .statusCode())
                    .isEqualTo(304);
            assertThat(header(http.send("GET", '/' + path, "", "Accept-Encoding", "gzip"), "Content-Encoding"))
                    .isEqualTo("gzip");
        });
    }

    @Test
    void eachModuleThatOneAsksForIsServedAsAScript() throws IOException {
        String app = named(http.send("GET", "/", "")).stream()
                .filter(path -> path.endsWith("app.js"))
                .findFirst()
                .orElseThrow();
        String folder = '/' + app.substring(0, app.lastIndexOf('/') + 1);
        List<String> imported = sources(".js").stream()
                .flatMap(file -> IMPORT.matcher(text(file)).results())
                .map(found -> found.group(1))
                .distinct()
                .toList();

        assertThat(imported).hasSizeGreaterThan(10).allSatisfy(name -> {
            HttpResponse<String> file = http.send("GET", folder + name, "");
            assertThat(file.statusCode()).as(name).isEqualTo(200);
            assertThat(header(file, "Content-Type")).startsWith("text/javascript");
        });
    }

    @Test
    void noOtherFileIsServedNorAnotherVersion() {
        String app = named(http.send("GET", "/", "")).get(0);
        String folder = '/' + app.substring(0, app.lastIndexOf('/') + 1);

        for (String path : List.of(
                folder + "index.html",
                folder + "package-info.class",
                folder + "../logback.xml",
                "/page/0000000000000000/app.js",
                folder)) {
            assertThat(http.send("GET", path, "").statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void administratorsHaveItAtTheirAddressToo() {
        Http management = new Http(service.managementPort().orElseThrow());
        HttpResponse<String> page = management.send("GET", "/", "");

        assertThat(named(page))
                .allSatisfy(path -> assertThat(
                                management.send("GET", '/' + path, "").statusCode())
                        .isEqualTo(200));
    }

    @Test
    void noTextIsEverMadeMarkupOrProgram() throws IOException {
        assertThat(sources(".js"))
                .hasSizeGreaterThan(10)
                .allSatisfy(file -> assertThat(text(file))
                        .as(file.toString())
                        .doesNotContain(
                                "innerHTML",
                                "outerHTML",
                                "insertAdjacentHTML",
                                "document.write",
                                "eval(",
                                "new Function",
                                "DOMParser",
                                "setAttribute(\"style\"",
                                "https://"));
    }

    @Test
    void differencesAreAppliedAsTheDocumentationHasIt() throws IOException {
        Path documented = Files.exists(Path.of("docs/apply-delta.js"))
                ? Path.of("docs/apply-delta.js")
                : Path.of("../docs/apply-delta.js");

        assertThat(text(FOLDER.resolve("apply-delta.js"))).isEqualTo(text(documented) + "\nexport { applyMessage };\n");
    }

    private static List<Path> sources(String ending) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
