package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import dev.matview.server.http.page.Chromium;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.By;

/** The page of the sample that the jar serves without options, in a browser that is open already. */
@Needs(Tool.BROWSER)
class SamplePageIT {

    private static final Pattern READY = Pattern.compile("matview ready on (http://127\\.0\\.0\\.1:\\d+)");
    private static final String POSTS = "table.feeds tbody tr:last-child [data-name=Rows] .figure";

    /** Notes when the number of posts is first another one, by the page's own clock. */
    private static final String FIRST_CHANGE = """
            addEventListener("DOMContentLoaded", () => {
              let first = null;
              new MutationObserver(() => {
                const shown = document.querySelector("%s")?.textContent;
                if (!shown || shown === "–") return;
                first ??= shown;
                if (shown !== first) window.changedAfter ??= performance.now();
              }).observe(document.body, { subtree: true, childList: true, characterData: true });
            });
            """.formatted(POSTS);

    /** How long the picture lets the sample live, so that there is something to see. */
    private static final Duration LIFE = Duration.ofSeconds(90);

    private static final int WIDTH = 1180;

    private Chromium browser;
    private Process server;

    @BeforeEach
    void startBrowser() {
        browser = Chromium.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        browser.close();
        if (server != null) {
            server.destroyForcibly().waitFor();
        }
    }

    /** Starts the jar, and gives its address as soon as it says that it is ready. */
    private String start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        System.getProperty("matview.jar"),
                        "--port",
                        "0")
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        // Of tests that need a CouchDB: with one it is no sample.
        builder.environment().keySet().removeIf(name -> name.startsWith("COUCHDB_"));
        server = builder.start();
        BufferedReader out = server.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                return ready.group(1);
            }
        }
        throw new AssertionError("the server ended");
    }

    private int posts() {
        List<String> shown = browser.driver().findElements(By.cssSelector(POSTS)).stream()
                .map(cell -> cell.getText())
                .toList();
        return shown.isEmpty() || shown.get(0).equals("–") ? 0 : Integer.parseInt(shown.get(0));
    }

    @Test
    void itShowsLifeByItself() throws IOException {
        String address = start();
        browser.runFirst(FIRST_CHANGE);

        browser.driver().get(address);

        Chromium.awaitPage().until(() -> posts() > 64);
        // A Long where it is a whole one.
        Number changedAfter = (Number) browser.driver().executeScript("return window.changedAfter");
        assertThat(changedAfter.doubleValue())
                .as("milliseconds from the load to the first post that came")
                .isLessThan(5_000);
    }

    /** Only when asked: {@code mvn verify -Dit.test=SamplePageIT -Dmatview.picture=../docs/page.png}, which README shows. */
    @Test
    @EnabledIfSystemProperty(named = "matview.picture", matches = ".+")
    void itsPictureIsWritten() throws IOException {
        browser.look(WIDTH, false);
        browser.driver().get(start());
        await().atMost(LIFE.plusMinutes(1)).until(() -> posts() >= 64 + LIFE.toSeconds() / 2 - 2);

        browser.driver().findElement(By.linkText("posts")).click();
        Chromium.awaitPage()
                .until(() -> browser.driver()
                                .findElements(By.cssSelector(".uplot canvas"))
                                .size()
                        == 3);
        browser.picture(Path.of(System.getProperty("matview.picture")).toAbsolutePath(), WIDTH);
    }
}
