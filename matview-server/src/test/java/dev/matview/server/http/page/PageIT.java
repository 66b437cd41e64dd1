package dev.matview.server.http.page;

import static dev.matview.server.http.page.Chromium.awaitPage;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** What an administrator sees on the page, and does there. */
class PageIT extends PageFixture {

    private static final String ROW = "table.feeds tbody tr:nth-child(1)";

    @AfterEach
    void nothingWasForbiddenOrWentWrong() {
        assertThat(browser.faults()).isEmpty();
    }

    @Test
    void aFeedFallsBehindAndHeals() {
        signIn("/");
        browser.awaitText(ROW, "posts", "Fresh");

        databases.fail("userdb-bela", new IOException("the disk is full"));
        post("bela", 4, "Sold out.");
        feeds.refresh("posts").join();

        browser.awaitText(ROW, "posts", "1 behind");
        browser.awaitText("section[aria-labelledby='behind-heading']", "posts", "userdb-bela", "the disk is full");
        browser.click(ROW + " a");
        browser.awaitText("section[aria-labelledby='behind-heading'] h2", "1 database behind");

        databases.recover("userdb-bela");
        feeds.refresh("posts").join();
        browser.awaitText(".title", "Fresh");
        assertThat(browser.has("section[aria-labelledby='behind-heading']")).isFalse();
        browser.awaitText("section[aria-labelledby='rows-heading'] tbody tr", "Sold out.");
    }

    @Test
    void rowsAreFollowedAndAreNeverMarkup() {
        signIn("/feeds/posts");

        browser.awaitText("section[aria-labelledby='rows-heading'] tbody", "<img src=x", "<b>bold</b>", "Planted");
        assertThat(browser.has("td img, td b")).isFalse();
        post("ada", 5, "And watered them.");
        feeds.refresh("posts").join();
        browser.awaitText("section[aria-labelledby='rows-heading'] tbody tr:first-child", "And watered them.");
        browser.awaitText("section[aria-labelledby='rows-heading'] .note", "Live: 4 rows");
    }

    @Test
    void aRefreshShowsHowFarItIsAndWhatItCameTo() {
        signIn("/feeds/posts");
        post("ada", 6, "New.");
        holdUp();

        browser.click(".action button");

        browser.awaitText(".action", "Refreshing", "0 of 3 databases");
        assertThat(browser.has("main progress")).isTrue();
        letPass();
        browser.awaitText(".action .outcome", "Generation", "1 database of 3 read");
        browser.awaitText("#said", "posts: Generation");
        browser.click(".action button");
        browser.awaitText(".action .outcome", "Nothing has changed");
    }

    @Test
    void aRefreshThatCanReadNothingSaysWhyAndIsNoSuccess() {
        signIn("/");
        for (String user : List.of("ada", "bela", "chidi")) {
            databases.fail("userdb-" + user, new IOException("no connection"));
        }

        browser.click(ROW + " button");

        String reason = "none of 3 databases could be read, for example userdb-ada: no connection";
        browser.awaitText(ROW, "None read", reason, "Nothing could be read: all 3 databases behind");
        browser.click(ROW + " a");
        browser.awaitText(
                "main .alert", "The last refresh could read nothing", reason, "What was there before is served.");
        browser.awaitText("section[aria-labelledby='refreshes-heading'] tbody tr:first-child .bad", reason);
        List.of("ada", "bela", "chidi").forEach(user -> databases.recover("userdb-" + user));
        feeds.refresh("posts").join();
        browser.awaitText(".title", "Fresh");
        assertThat(browser.text("main")).doesNotContain("could read nothing");
    }

    @Test
    void theQueryBoxTellsAnErrorAndWhichIndexWouldHelp() {
        signIn("/feeds/posts");
        awaitPage().until(() -> browser.has("textarea"));

        browser.write("textarea", "{\"selector\": {\"at\": {\"$almost\": 3}}}");
        browser.click(".query button[type=submit]");
        browser.awaitText(".query [role=alert]", "400 invalid_operator", "$almost");

        browser.write("textarea", "{\"selector\": ");
        browser.click(".query button[type=submit]");
        browser.awaitText(".query [role=alert]", "no JSON");

        browser.write("textarea", "{\"selector\": {\"author.did\": \"did:example:ada\"}}");
        browser.chord(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(".query .answer", "Planted tomatoes.");
        browser.awaitText(".query .outcome", "1 document,", "looked at", "compared with the selector");
        browser.awaitText(".query .hint", "\"indexes\": [[\"author.did\"]]");

        browser.write("textarea", "{\"limit\": 2}");
        browser.click(".query .buttons .plain");
        browser.awaitText(".query .outcome", "2 documents,");
        assertThat(browser.text(".query .outcome")).doesNotContain("looked at");
        browser.click(".query .outcome button");
        browser.awaitText(".query .answer", "Planted tomatoes.");
    }

    @Test
    void aRegistryThatIsWrongIsToldOnTheOverviewAndOnItsFeedUntilItIsMended() {
        signIn("/");
        browser.awaitText(ROW, "posts");
        assertThat(browser.text("main")).doesNotContain("Wrong in the registry");

        problem(
                new Problem("feeds/b", "<b>events</b>", "query", "is missing"),
                new Problem("feeds/posts", "posts", "query.sort", "must be an array"));

        browser.awaitText("main .alert", "Wrong in the registry", "<b>events</b>", "query.sort", "must be an array");
        browser.click(ROW + " a");
        browser.awaitText("main .alert", "Not in force", "query.sort", "must be an array");
        assertThat(browser.text("main")).doesNotContain("events");
        problem();
        awaitPage().untilAsserted(() -> assertThat(browser.text("main")).doesNotContain("Not in force"));
    }

    @Test
    void aLostServerIsUnmistakableAndItsReturnIsTold() throws IOException {
        signIn("/");
        browser.awaitText(ROW, "posts");
        int port = service.port();

        service.close();

        browser.awaitText(".banner", "Server lost since", "Next try in");
        browser.awaitText("#said", "does not answer");
        assertThat(browser.element("body").getAttribute("class")).contains("lost");
        assertThat(browser.text(ROW)).as("what was known").contains("posts");
        service = serve(port);
        browser.awaitText(".banner", "The server is back after");
        browser.awaitText("#said", "is back");
        assertThat(browser.element("body").getAttribute("class")).doesNotContain("lost");
    }

    @Test
    void aTokenIsKeptForTheTabUntilItsUserSignsOut() {
        signIn("/");
        browser.awaitText(ROW, "posts");

        browser.driver().navigate().refresh();

        browser.awaitText(ROW, "posts");
        assertThat(browser.has("#token")).isFalse();
        browser.click("#head button");
        awaitPage().until(() -> browser.has("#token"));
        browser.driver().navigate().refresh();
        awaitPage().until(() -> browser.has("#token"));
        assertThat(browser.text("main")).doesNotContain("posts");
    }

    @Test
    void aTokenThatIsRefusedOrExpiresIsTold() {
        browser.open(url("/"));
        awaitPage().until(() -> browser.has("#token"));
        browser.write("#token", Tokens.alice());
        browser.click("#signin button");
        browser.awaitText("#signin [role=alert]", "Only administrators");

        browser.write(
                "#token",
                Tokens.signed(new JWTClaimsSet.Builder()
                        .subject("did:example:root")
                        .claim("role", "admin")
                        .expirationTime(Date.from(time.instant().plusSeconds(600)))
                        .build()));
        browser.click("#signin button");
        browser.awaitText(ROW, "posts");
        time.advance(Duration.ofMinutes(11));
        browser.awaitText("#signin [role=alert]", "expired");
    }

    @Test
    void withoutAuthenticationNoTokenIsAsked() throws IOException {
        service.close();
        service = serve(0, Authenticator.none());

        browser.open(url("/feeds/posts"));

        browser.awaitText("section[aria-labelledby='rows-heading'] tbody", "Planted");
        assertThat(browser.has("#token")).isFalse();
        assertThat(browser.text("#head")).doesNotContain("Sign out");
    }

    @Test
    void aFeedThatDisappearsIsGoneAndANewOneComes() {
        signIn("/feeds/posts");
        browser.awaitText("section[aria-labelledby='rows-heading'] tbody", "Planted");

        registry.set(new Contents(List.of(NOTES), List.of()));
        browser.awaitText("main .alert", "The registry has no feed of this name");
        assertThat(browser.text("main")).doesNotContain("Planted");

        FeedDefinition profiles = FeedDefinition.builder("profiles")
                .selector("{\"_id\":\"profile\"}")
                .build();
        registry.set(new Contents(List.of(POSTS, NOTES, profiles), List.of()));
        browser.awaitText("section[aria-labelledby='rows-heading'] tbody", "Planted");
        browser.click(".up a");
        browser.awaitText("table.feeds", "profiles", "posts", "private");
    }

    @Test
    void whatIsLeftOutAndWhatNobodyUsesIsNamed() {
        databases.put("userdb-ada", "{\"_id\":\"<i>deep</i>\",\"a\":" + "[".repeat(1_500) + "]".repeat(1_500) + "}");
        store.commit(ViewDelta.whole("_global_retired", 0, new ViewHead(1, "f", Instant.EPOCH, 3, 0), List.of()));
        feeds.refresh("posts").join();

        signIn("/");

        browser.awaitText("section[aria-labelledby='leftOut-heading']", "userdb-ada", "<i>deep</i>", "nested deeper");
        browser.awaitText("section[aria-labelledby='unused-heading']", "_global_retired");
        browser.awaitText(ROW, "1 document left out");
    }

    @Test
    void theKeyboardIsEnough() {
        browser.look(1280, false);
        browser.open(url("/"));
        awaitPage().until(() -> browser.has("#token"));
        browser.tabTo("#token");
        browser.press(administrator(), Keys.ENTER);
        browser.awaitText(ROW, "posts");
        assertThat(browser.hasFocus("h1"))
                .as("the heading of what is shown now")
                .isTrue();

        browser.tabTo(ROW + " a");
        browser.press(Keys.ENTER);
        browser.awaitText("h1", "posts");
        assertThat(browser.hasFocus("h1")).isTrue();
        assertThat(browser.driver().getTitle()).isEqualTo("posts – matview");

        browser.tabTo(".action button");
        browser.press(Keys.ENTER);
        browser.awaitText(".action .outcome", "Nothing has changed");
        assertThat(browser.hasFocus(".action button")).as("the focus stays").isTrue();
        browser.tabTo("section[aria-labelledby='rows-heading'] .scroll");
        browser.tabTo("textarea");
        browser.chord(Keys.CONTROL, Keys.ENTER);
        browser.awaitText(".query .answer", "Planted");
        browser.driver().navigate().back();
        browser.awaitText("h1", "Feeds");
    }

    @Test
    void theFirstStopOfTheKeyboardSkipsWhatIsTheSameEverywhere() {
        signIn("/");
        browser.driver().navigate().refresh();
        browser.awaitText(ROW, "posts");

        browser.tabTo("#skip");
        browser.press(Keys.ENTER);

        assertThat(browser.hasFocus("main")).isTrue();
        assertThat(browser.driver().findElements(By.cssSelector(ROW))).isNotEmpty();
    }
}
