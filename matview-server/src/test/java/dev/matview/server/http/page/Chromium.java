package dev.matview.server.http.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.couch.harness.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.awaitility.core.ConditionFactory;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real Chromium: what a person sees in it and does with it. */
public final class Chromium implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LOWEST = 500;
    private static final int MAX_HEIGHT = 3_000;
    private static final String AXE = read("/axe.min.js");

    private final ChromeDriver driver;

    private Chromium(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts one that keeps nothing and fetches nothing by itself. */
    public static Chromium start() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(Tool.find(Tool.BROWSERS).orElseThrow().toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        System.setProperty(
                "webdriver.chrome.driver",
                Tool.find("chromedriver").orElseThrow().toString());
        return new Chromium(new ChromeDriver(options));
    }

    private static String read(String resource) {
        try (InputStream in = Chromium.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for what a page shows, which may change while it is looked at. */
    public static ConditionFactory awaitPage() {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                // One call for both: a second would take the place of the first.
                .ignoreExceptionsMatching(problem ->
                        problem instanceof StaleElementReferenceException || problem instanceof NoSuchElementException);
    }

    public ChromeDriver driver() {
        return driver;
    }

    public void open(String url) {
        // From another page: a mere change of the part after # loads nothing.
        driver.get("about:blank");
        driver.get(url);
    }

    /** What the element shows; empty where there is none. */
    public String text(String css) {
        List<WebElement> found = driver.findElements(By.cssSelector(css));
        return found.isEmpty() ? "" : found.get(0).getText();
    }

    WebElement element(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    public boolean has(String css) {
        return !driver.findElements(By.cssSelector(css)).isEmpty();
    }

    public void awaitText(String css, String... parts) {
        awaitPage().untilAsserted(() -> assertThat(text(css)).contains(parts));
    }

    void click(String css) {
        awaitPage().until(() -> {
            element(css).click();
            return true;
        });
    }

    void write(String css, String text) {
        WebElement field = element(css);
        field.clear();
        field.sendKeys(text);
    }

    void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** Presses keys together. */
    void chord(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(Keys.chord(keys));
    }

    /** Goes on with the tabulator until what has the focus fits, and gives what was passed. */
    void tabTo(String css) {
        StringBuilder passed = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            press(Keys.TAB);
            if (hasFocus(css)) {
                return;
            }
            passed.append(driver.executeScript("return document.activeElement.outerHTML.slice(0, 80)"))
                    .append('\n');
        }
        throw new AssertionError("The tabulator does not lead to " + css + " but to\n" + passed);
    }

    boolean hasFocus(String css) {
        return (Boolean) driver.executeScript("return document.activeElement.matches(arguments[0])", css);
    }

    /** Has the screen so wide, in light or dark. */
    public void look(int width, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        size(width, 800);
    }

    private void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Has a script run before those of each page that is opened from now on, until the browser is closed. */
    public void runFirst(String script) {
        driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
    }

    /** What is serious or critical of what axe finds, as it says it. */
    List<String> barriers() {
        driver.executeScript(AXE);
        Object found = driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run(document, { resultTypes: ["violations"] }).then(
                  ({ violations }) => done(violations
                    .filter(({ impact }) => impact === "serious" || impact === "critical")
                    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`)),
                  (problem) => done([String(problem)]));
                """);
        return ((List<?>) found).stream().map(String::valueOf).toList();
    }

    /** By how much the page is wider than its screen. */
    long overhang() {
        return (Long) driver.executeScript(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    }

    /** A picture of all of the page, as long as it is. */
    public void picture(Path file, int width) throws IOException {
        size(width, LOWEST);
        long height = (Long) driver.executeScript("return document.documentElement.scrollHeight");
        size(width, (int) Math.min(MAX_HEIGHT, Math.max(LOWEST, height)));
        Object data = driver.executeCdpCommand("Page.captureScreenshot", Map.of("format", "png"))
                .get("data");
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode((String) data));
        size(width, 800);
    }

    /** What went wrong in scripts, or was forbidden them, since this was asked last. */
    List<String> faults() {
        return StreamSupport.stream(driver.manage().logs().get(LogType.BROWSER).spliterator(), false)
                .map(LogEntry::getMessage)
                .filter(line -> line.contains("Content Security Policy")
                        || line.contains("Content-Security-Policy")
                        || line.contains("TrustedScript")
                        || line.contains("TrustedHTML")
                        || line.contains("Uncaught"))
                .collect(Collectors.toList());
    }

    @Override
    public void close() {
        driver.quit();
    }
}
