package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.LeftOut.Example;
import dev.matview.core.spi.LeftOut.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Documents that cannot be read, as a feed and its administrators see them. */
class LeftOutTest extends WorkerFixture {

    private static final FeedDefinition ALL =
            FeedDefinition.builder("all").expand(List.of("author")).build();

    private void deep(String user, String id, int levels) {
        aggregator.databases.put(
                user,
                "{\"_id\":\"" + id + "\",\"acl\":{\"read\":{\"allow\":[\"*\"]}},\"a\":" + "[".repeat(levels - 1)
                        + "]".repeat(levels - 1) + "}");
    }

    private RefreshResult refresh() {
        return scheduler.await(feeds.refresh("all"));
    }

    private FeedStatus status() {
        return feeds.status("all");
    }

    @Test
    void theyAreCountedNamedAndKeepNothingBack() {
        post("userdb-a", "p1", 1);
        deep("userdb-a", "deep", 1_500);
        deep("userdb-b", "deeper", 1_600);
        start(ALL);

        RefreshResult result = refresh();

        assertThat(result.rows()).isEqualTo(1);
        assertThat(result.behindCount()).isZero();
        assertThat(result.documentsLeftOut()).isEqualTo(2);
        assertThat(status().leftOut())
                .isEqualTo(new LeftOut(
                        2,
                        List.of(
                                new Example("userdb-a", "deep", Reason.TOO_DEEP),
                                new Example("userdb-b", "deeper", Reason.TOO_DEEP))));
        assertThat(store.head("_global_all").orElseThrow().documentsLeftOut()).isEqualTo(2);
    }

    @Test
    void theCountFollowsTheDatabases() {
        for (String user : List.of("userdb-a", "userdb-b", "userdb-c")) {
            deep(user, "one", 1_500);
            deep(user, "two", 1_500);
        }
        start(ALL);
        assertThat(refresh().documentsLeftOut()).isEqualTo(6);

        deep("userdb-a", "one", 10);
        assertThat(refresh().documentsLeftOut()).isEqualTo(5);
        aggregator.databases.drop("userdb-b");
        assertThat(refresh().documentsLeftOut()).isEqualTo(3);
        deep("userdb-d", "one", 1_500);
        assertThat(refresh().documentsLeftOut()).isEqualTo(4);
        assertThat(status().leftOut().examples())
                .extracting(Example::database)
                .containsExactly("userdb-a", "userdb-c", "userdb-c", "userdb-d");
    }

    @Test
    void aRestartKnowsThem() {
        deep("userdb-a", "deep", 1_500);
        start(ALL);
        refresh();
        LeftOut before = status().leftOut();

        try (GlobalFeeds restarted = node(new InMemoryFeedRegistry(ALL))) {
            start(restarted);

            assertThat(restarted.status("all").leftOut()).isEqualTo(before).isNotEqualTo(LeftOut.NOTHING);
            assertThat(scheduler.await(restarted.refresh("all")).documentsLeftOut())
                    .isEqualTo(1);
        }
    }

    @Test
    void aReferenceToOneStaysAsItIsAndSetsNobodyBack() {
        aggregator.databases.put("userdb-a", "{\"_id\":\"p1\",\"author\":{\"did\":\"did:x:b\",\"ref\":\"deep\"}}");
        deep("userdb-b", "deep", 1_500);
        start(ALL);

        RefreshResult result = refresh();

        assertThat(result.behindCount()).isZero();
        assertThat(json("all")).contains("\"author\":{\"did\":\"did:x:b\",\"ref\":\"deep\"}");
    }

    /** As deep as is read, and one in the other. */
    @Test
    void whatIsReadCanBeShown() {
        deep("userdb-b", "deep", 1_000);
        aggregator.databases.put(
                "userdb-a",
                "{\"_id\":\"p1\",\"author\":{\"did\":\"did:x:b\",\"ref\":\"deep\"},\"a\":" + "[".repeat(999)
                        + "]".repeat(999) + "}");
        start(ALL);

        assertThat(refresh().rows()).isEqualTo(2);
        assertThat(json("all")).contains("\"author\":{\"_id\":\"deep\"");
        String sorted = new String(
                feeds.query("all", Query.builder().selector("{\"_id\":\"p1\"}").build())
                        .json());
        assertThat(sorted).contains("\"_id\":\"p1\"");
    }
}
