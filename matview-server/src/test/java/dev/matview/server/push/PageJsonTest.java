package dev.matview.server.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.Settings;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The order and the presence of what stands beside the documents. */
class PageJsonTest {

    private static final Query OWN =
            Query.builder().caller(new Caller("did:x:a", "userdb-a")).limit(1).build();

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(FeedDefinition.builder("posts").build()))
            .aggregator(databases)
            .settings(Settings.builder().answerBytes(300).build())
            .build();

    @BeforeEach
    void start() {
        for (int n = 0; n < 5; n++) {
            databases.put("userdb-a", "{\"_id\":\"" + n + "\",\"text\":\"" + "x".repeat(100) + "\"}");
        }
        feeds.start();
        feeds.refresh("posts").join();
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    private static String text(Page page) {
        return new String(PageJson.whole(page), StandardCharsets.UTF_8);
    }

    @Test
    void aWarningFollowsTheBookmark() {
        Page page = feeds.query("posts", Query.all());

        assertThat(page.endsEarly()).isTrue();
        assertThat(text(page))
                .matches(
                        "(?s)\\{\"docs\":\\[.*],\"bookmark\":\"[^\"]+\",\"warning\":\"The answer ends early[^\"]+\","
                                + "\"view\":\\{\"generation\":1,\"refreshedAt\":\"[^\"]+\",\"rows\":5,\"databases\":1,\"behind\":0}}\n");
    }

    @Test
    void withoutOneThereIsNone() {
        assertThat(text(feeds.query("posts", Query.builder().limit(1).build()))).doesNotContain("warning");
    }

    @Test
    void rowsThatAreNotKnownAreLeftOut() {
        assertThat(text(feeds.queryOwn("posts", OWN))).contains("\"view\":{").doesNotContain("\"rows\"");
    }

    @Test
    void thePartsAreTheWhole() {
        Page page = feeds.query("posts", Query.all());
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        PageJson.parts(page).forEach(parts::writeBytes);

        assertThat(parts.toByteArray()).isEqualTo(PageJson.whole(page));
        assertThat(PageJson.parts(page)).anySatisfy(part -> assertThat(part).isSameAs(page.json()));
    }
}
