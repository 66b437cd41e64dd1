package dev.matview.couch;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.RawCouch;
import dev.matview.couch.harness.Tool;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;

/**
 * Reading what changed equals reading all, after histories as replication makes them: revisions that others wrote, which
 * win or lose, of documents that are there, were deleted, or never were.
 */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorChangesHistoryTest {

    private static final RawCouch RAW = ChangesFixture.RAW;
    private static final int STEPS = 35;
    private static final int IDS = 12;

    private final ChangesFixture test = new ChangesFixture();
    private final String bob = test.bob;

    @AfterEach
    void close() {
        test.close();
    }

    @RepeatedTest(3)
    void slicesAreAsIfTheirDatabaseWereReadWhole(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        Feeds posts = new Feeds(FeedDefinition.builder("posts")
                .selector("{\"type\":\"post\"}")
                .fields("_id", "_rev", "n", "_attachments")
                .databases(test.databases.pattern())
                .build());
        for (int step = 0; step < STEPS; step++) {
            for (int i = random.nextInt(3); i >= 0; i--) {
                change(random);
            }
            switch (random.nextInt(4)) {
                case 0 -> test.feed.visit(test.aggregator);
                case 1 -> posts.visit(test.aggregator);
                default -> {
                    Feeds.visit(test.aggregator, test.feed, posts);
                    test.assertAsReadWhole(test.feed);
                    test.assertAsReadWhole(posts);
                }
            }
        }
    }

    private void change(Random random) {
        String id = "p" + random.nextInt(IDS);
        String type = random.nextInt(3) > 0 ? "post" : "draft";
        String members = "\"type\":\"" + type + "\",\"n\":" + random.nextInt(100);
        switch (random.nextInt(9)) {
            case 0, 1 -> test.replicate(id, rev(random), members);
            case 2 -> test.replicate(id, rev(random), members + ",\"_deleted\":true");
            case 3 -> deleteIfThere(id);
            case 4 -> RAW.json("POST", RAW.path(bob, "_compact"), "{}");
            case 5 -> test.put("_design/d" + random.nextInt(3), members);
            case 6 ->
                test.put(
                        id,
                        members + ",\"_attachments\":{\"a\":{\"content_type\":\"text/plain\",\"data\":\"aGVsbG8=\"}}");
            default -> test.put(id, members);
        }
    }

    private static String rev(Random random) {
        return (1 + random.nextInt(6)) + "-" + String.format("%032x", random.nextLong() & Long.MAX_VALUE);
    }

    private void deleteIfThere(String id) {
        if (RAW.send("HEAD", RAW.path(bob, id), null).statusCode() == 200) {
            RAW.delete(bob, id);
        }
    }
}
