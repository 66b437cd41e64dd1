package dev.matview.server.http.page;

import static dev.matview.server.http.page.Chromium.awaitPage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the page has under way with its server: how that ends, and what it says when something else comes of it. */
class PageConnectionIT extends PageFixture {

    private static final String ROW = "table.feeds tbody tr:nth-child(1)";
    private static final String ROWS = "section[aria-labelledby='rows-heading']";

    @AfterEach
    void nothingWasForbiddenOrWentWrong() {
        assertThat(browser.faults()).isEmpty();
    }

    /** Has what the page fetches be answered by the JavaScript given, of path and options; null of it asks the server. */
    private void answerBy(String script) {
        browser.driver().executeScript("""
                window.asked ??= window.fetch;
                window.fetch = (path, options) => (%s)(path, options) ?? window.asked(path, options);
                """.formatted(script));
    }

    private void answerFeeds(int status, String json) {
        answerBy("path => path === 'feeds' ? Promise.resolve(new Response('%s', {status: %d})) : null"
                .formatted(json, status));
    }

    private void letTheServerAnswer() {
        answerBy("() => null");
    }

    /** How many listen for what the page is told of. */
    private static long listeners(String object, String type) {
        Object there = browser.driver()
                .executeCdpCommand("Runtime.evaluate", Map.of("expression", object))
                .get("result");
        Object found = browser.driver()
                .executeCdpCommand(
                        "DOMDebugger.getEventListeners", Map.of("objectId", ((Map<?, ?>) there).get("objectId")))
                .get("listeners");
        return ((List<?>) found)
                .stream()
                        .filter(one -> type.equals(((Map<?, ?>) one).get("type")))
                        .count();
    }

    private static long watchers() {
        return listeners("document", "visibilitychange");
    }

    /** The plots there are: each hears of the screen's resolution until it is destroyed, as uPlot itself does. */
    private static long plots() {
        return listeners("window", "dppxchange") - 1;
    }

    @Test
    void aFeedThatIsNoLongerLookedAtLeavesNothingBehind() {
        signIn("/");
        for (int visit = 0; visit < 3; visit++) {
            browser.click(ROW + " a");
            browser.awaitText(ROWS + " tbody", "Planted");
            awaitPage().until(() -> plots() > 0);
            assertThat(watchers()).as("the watch and the rows").isEqualTo(2);
            browser.click(".up a");
            browser.awaitText("h1", "Feeds");
        }

        assertThat(plots()).isZero();
        assertThat(watchers()).as("the watch").isOne();
    }

    @Test
    void aQueryUnderWayIsGivenUpWithItsPage() {
        signIn("/feeds/posts");
        browser.awaitText(ROWS + " tbody", "Planted");
        answerBy("""
                (path, { signal }) => path.includes("/query") && new Promise((answered, failed) => {
                  window.query = signal;
                  signal.addEventListener("abort", () => failed(signal.reason));
                }) || null""");
        browser.click(".query button[type=submit]");
        awaitPage().until(() -> (Boolean) browser.driver().executeScript("return Boolean(window.query)"));

        browser.click(".up a");

        browser.awaitText("h1", "Feeds");
        assertThat(browser.driver().executeScript("return window.query.aborted"))
                .isEqualTo(true);
    }

    @Test
    void rowsThatAreHeldAreNotCalledLiveBeforeTheServerHasSaidSo() throws IOException {
        signIn("/feeds/posts");
        browser.awaitText(ROWS + " .note", "Live: 3 rows");
        browser.driver()
                .executeScript("window.Real = WebSocket; window.WebSocket = class { close() { this.onclose({}); } };");
        int port = service.port();

        service.close();
        service = serve(port);

        browser.awaitText(ROWS + " .note", "Connecting again; these rows are as they were");
        browser.awaitText(ROWS + " tbody", "Planted");
        browser.driver()
                .executeScript(
                        "window.WebSocket = window.Real; document.dispatchEvent(new Event('visibilitychange'));");
    }

    @Test
    void anAnswerThatIsNotOfTheServerIsNotTakenForOne() {
        signIn("/");
        browser.awaitText(ROW, "posts");
        for (String other : List.of("{}", "[]", "1")) {
            answerFeeds(200, other);
            browser.awaitText(".banner", "Server lost since", "something answers 200 in its place");
            browser.awaitText(ROW, "posts");
            letTheServerAnswer();
            browser.awaitText(".banner", "The server is back after");
        }
    }

    @Test
    void aMistakeIsToldAndDoesNotEndTheWatch() {
        signIn("/");
        browser.awaitText(ROW, "posts");

        answerFeeds(200, "{\"feeds\": [null]}");
        awaitPage().until(() -> browser.faults().stream().anyMatch(fault -> fault.contains("TypeError")));
        letTheServerAnswer();

        post("ada", 7, "Later.");
        feeds.refresh("posts").join();
        browser.awaitText(ROW, "posts", "4");
        // What was said before the server answered again.
        browser.faults();
    }

    @Test
    void aServerThatRefusesIsNotCalledLost() {
        signIn("/");
        browser.awaitText(ROW, "posts");

        answerFeeds(503, "{\"error\": \"too_busy\", \"reason\": \"There are too many requests.\"}");

        browser.awaitText(".banner", "The server refuses just now: There are too many requests. It has", "Next try in");
        browser.awaitText("#said", "refuses just now");
        assertThat(browser.text(".banner")).doesNotContain("lost");
        answerBy("() => Promise.reject(new TypeError('away'))");
        browser.awaitText(".banner", "Server lost since");
        letTheServerAnswer();
        browser.awaitText(".banner", "The server is back after");
    }

    @Test
    void whatWasAskedBeforeTheSignOutIsNotHeardAfterIt() {
        signIn("/");
        browser.awaitText(ROW, "posts");
        answerBy("""
                (path, { signal }) => path === "feeds" && !window.first ? new Promise((answered, failed) => {
                  window.first = signal;
                  signal.addEventListener("abort", () => failed(signal.reason));
                }) : null""");
        awaitPage().until(() -> (Boolean) browser.driver().executeScript("return Boolean(window.first)"));

        browser.click("#head button");

        assertThat(browser.driver().executeScript("return window.first.aborted"))
                .isEqualTo(true);
        awaitPage().until(() -> browser.has("#token"));
        assertThat(browser.has("#signin [role=alert]")).isFalse();
    }

    @Test
    void anAnswerToAQueryIsNotShownToWhoSignsInNext() {
        signIn("/feeds/posts");
        awaitPage().until(() -> browser.has("textarea"));
        browser.click(".query button[type=submit]");
        browser.awaitText(".query .answer", "Planted");

        browser.click("#head button");
        awaitPage().until(() -> browser.has("#token"));
        browser.write("#token", administrator());
        browser.click("#signin button");

        browser.awaitText(ROWS + " tbody", "Planted");
        assertThat(browser.has(".query .answer")).isFalse();
    }

    @Test
    void anAnswerToAQueryIsGoneWhenTheSignInHasExpired() {
        signIn("/feeds/posts");
        awaitPage().until(() -> browser.has("textarea"));
        browser.write("textarea", "{\"limit\": 3}");
        browser.click(".query button[type=submit]");
        browser.awaitText(".query .answer", "Planted");

        answerFeeds(401, "{\"error\": \"unauthorized\", \"reason\": \"The token has expired.\"}");
        browser.awaitText("#signin [role=alert]", "expired");
        letTheServerAnswer();
        browser.write("#token", administrator());
        browser.click("#signin button");

        browser.awaitText(ROWS + " tbody", "Planted");
        assertThat(browser.has(".query .answer")).isFalse();
        assertThat(browser.element("textarea").getAttribute("value")).isEqualTo("{\"limit\": 3}");
    }

    @Test
    void whatIsBehindAndNotNamedIsSaidToBe() {
        signIn("/feeds/posts");
        browser.awaitText(ROWS + " tbody", "Planted");
        answerBy("""
                (path, options) => path !== "feeds" ? null : window.asked(path, options)
                  .then((response) => response.json())
                  .then((json) => { json.feeds[0].view.behind = 2; return new Response(JSON.stringify(json)); })""");

        browser.awaitText(
                "section[aria-labelledby='behind-heading']",
                "2 databases behind",
                "2 more are behind that this server does not name");
        browser.click(".up a");
        browser.awaitText(
                "section[aria-labelledby='behind-heading']", "2 more are behind that this server does not name");
    }

    @Test
    void atTheAddressForAdministratorsRowsAreNotTriedForEver() throws IOException {
        service.close();
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0).withManagement(HttpSettings.Management.onLoopback(0)),
                feeds,
                Authenticator.none(),
                time);

        browser.open("http://127.0.0.1:" + service.managementPort().orElseThrow() + "/#/feeds/posts");

        browser.awaitText(
                ROWS + " .note",
                "Not followed: At the address for administrators there is no data: use the other one.");
    }
}
