package dev.matview.server.http.page;

import static dev.matview.server.http.page.Chromium.awaitPage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.server.auth.Authenticator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Each view, in light and dark, on a wide screen and on a phone: nothing keeps anybody out, and nothing is cut off. */
class PageLooksIT extends PageFixture {

    private static final int WIDE = 1280;
    private static final int PHONE = 360;

    @Test
    void theSignIn() throws IOException {
        check("signin", "/", "#token");
    }

    @Test
    void eachViewOfAServerThatHasMuchToTell() throws IOException {
        service.close();
        service = serve(0, Authenticator.none());
        try (Chromium told = Chromium.start()) {
            try (InputStream script = getClass().getResourceAsStream("answers.js")) {
                told.runFirst(new String(script.readAllBytes(), StandardCharsets.UTF_8));
            }
            check(told, "overview", "/", "table.feeds .spark");
            check(told, "feed", "/feeds/posts", ".plot canvas");
            check(told, "behind", "/feeds/events", ".plot canvas");
            check(told, "building", "/feeds/photos", "main progress");
            check(told, "unknown", "/feeds/nothing", "main .alert");

            told.look(WIDE, false);
            told.open(url("/"));
            told.awaitText("main", "127.0.0.2:5984 is away", "Connection refused");
            told.awaitText(
                    "main", "2 behind", "about 21 s left", "4 times: CouchDB cannot be reached", "userdb-goro", "30 s");
            told.open(url("/feeds/posts"));
            told.awaitText("section[aria-labelledby='refreshes-heading']", "on request", "failed: CouchDB cannot");
            told.awaitText("section[aria-labelledby='definition-heading']", "aggregationInterval", "author.did");
            told.awaitText(".plots", "now 4 s", "12,843");
            told.awaitText(".alert", "did you mean aggregationInterval?");
            assertThat(told.faults()).isEmpty();
        }
    }

    @Test
    void aFeedWithRowsAndAnAnswer() throws IOException {
        service.close();
        service = serve(0, Authenticator.none());
        browser.look(WIDE, false);
        browser.open(url("/feeds/posts"));
        browser.awaitText("section[aria-labelledby='rows-heading'] tbody", "Planted");
        browser.write("textarea", "{\"selector\": {\"author.did\": \"did:example:ada\"}}");
        browser.click(".query button[type=submit]");
        browser.awaitText(".query .hint", "indexes");

        look(browser, "answer");
    }

    @Test
    void aLostServer() throws IOException {
        service.close();
        service = serve(0, Authenticator.none());
        browser.look(WIDE, false);
        browser.open(url("/"));
        browser.awaitText("table.feeds", "posts");
        int port = service.port();
        service.close();
        browser.awaitText(".banner", "Server lost");

        look(browser, "lost");
        service = serve(port, Authenticator.none());
    }

    private void check(String name, String route, String shown) throws IOException {
        check(browser, name, route, shown);
    }

    private void check(Chromium page, String name, String route, String shown) throws IOException {
        page.look(WIDE, false);
        page.open(url(route));
        awaitPage().until(() -> page.has(shown));
        look(page, name);
    }

    private static void look(Chromium page, String name) throws IOException {
        SoftAssertions softly = new SoftAssertions();
        for (boolean dark : new boolean[] {false, true}) {
            for (int width : new int[] {WIDE, PHONE}) {
                page.look(width, dark);
                String view = name + (dark ? "-dark-" : "-light-") + width;
                page.picture(Path.of("target", "page", view + ".png"), width);
                softly.assertThat(page.barriers()).as(view).isEmpty();
                softly.assertThat(page.overhang()).as(view + " is cut off").isZero();
            }
        }
        softly.assertAll();
    }
}
