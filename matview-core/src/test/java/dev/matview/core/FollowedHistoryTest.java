package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.awaitility.core.ConditionFactory;

/** After any history, what each subscriber was told last is what its query answers, whatever it was told of and when. */
class FollowedHistoryTest {

    private static final List<String> SELECTORS = List.of(
            "{}",
            "{\"tag\":\"a\"}",
            "{\"likes\":{\"$gt\":5}}",
            "{\"tag\":{\"$in\":[\"b\",\"c\"]},\"likes\":{\"$lte\":8}}",
            "{\"likes\":{\"$exists\":false}}");

    private static final List<String> SORTS =
            List.of("[]", "[]", "[{\"likes\":\"desc\"}]", "[\"tag\",\"likes\"]", "[\"n\"]");

    private static final ConditionFactory QUICKLY =
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));

    /** A subscriber and what it was told last. */
    private static final class Follower implements PageListener {
        private final Query query;
        private volatile List<ObjectNode> last = List.of();

        Follower(Query query) {
            this.query = query;
        }

        @Override
        public void answer(Page page) {
            last = page.documents();
        }

        @Override
        public void refused(QueryException reason) {
            last = List.of(Json.object().put("refused", reason.getMessage()));
        }
    }

    private static Query query(Random random) {
        Query.Builder query = Query.builder()
                .selector(SELECTORS.get(random.nextInt(SELECTORS.size())))
                .sort(SortOrder.compile(Json.parse(SORTS.get(random.nextInt(SORTS.size())))))
                .limit(1 + random.nextInt(5))
                .skip(random.nextInt(3) == 0 ? random.nextInt(5) : 0);
        int user = random.nextInt(4);
        if (user > 0) {
            query.caller(new Caller("did:" + user, "userdb-" + user));
        }
        return query.build();
    }

    private static void write(InMemoryDatabases databases, Random random) {
        String database = "userdb-" + (1 + random.nextInt(4));
        ObjectNode document = Json.object().put("_id", "p" + random.nextInt(30));
        if (random.nextInt(4) == 0) {
            databases.delete(database, document.get("_id").textValue());
            return;
        }
        document.put("n", random.nextInt(1_000));
        if (random.nextInt(4) > 0) {
            document.put("likes", random.nextInt(12));
        }
        document.put("tag", "" + (char) ('a' + random.nextInt(4)));
        ObjectNode read = document.putObject("acl").putObject("read");
        read.putArray("allow").add(random.nextBoolean() ? "*" : "did:" + random.nextInt(4));
        if (random.nextInt(4) == 0) {
            read.putArray("deny").add("did:" + random.nextInt(4));
        }
        databases.put(database, document.toString());
    }

    private static FeedDefinition feed(Random random) {
        FeedDefinition.Builder feed = FeedDefinition.builder("posts")
                .fields("_id", "n", "likes", "tag")
                .sort("[{\"n\":\"desc\"}]");
        if (random.nextBoolean()) {
            feed.limit(3 + random.nextInt(30));
        }
        if (random.nextBoolean()) {
            feed.indexes("[[\"tag\"],[\"tag\",{\"likes\":\"desc\"}],[{\"likes\":\"desc\"}],[\"n\"]]");
        }
        return feed.access(random.nextBoolean() ? Access.ACL : Access.PUBLIC).build();
    }

    @Property(tries = 15, shrinking = ShrinkingMode.OFF)
    void whatASubscriberWasToldLastIsWhatItsQueryAnswers(@ForAll long seed) {
        Random random = new Random(seed);
        ManualScheduler scheduler = new ManualScheduler();
        InMemoryDatabases databases = new InMemoryDatabases();
        FeedDefinition feed = feed(random);
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(feed))
                .aggregator(databases)
                .scheduler(scheduler)
                .build()) {
            feeds.start();
            scheduler.await(feeds.refresh("posts"));
            List<Follower> followers = new ArrayList<>();
            for (int round = 0; round < 20; round++) {
                for (int i = random.nextInt(3) == 0 ? 30 : 1; i > 0; i--) {
                    write(databases, random);
                }
                if (round % 2 == 0) {
                    Follower follower = new Follower(query(random));
                    followers.add(follower);
                    feeds.subscribe("posts", follower.query, follower);
                }
                scheduler.await(feeds.refresh("posts"));
                for (Follower follower : followers) {
                    List<ObjectNode> answered =
                            feeds.query("posts", follower.query).documents();
                    QUICKLY.untilAsserted(() -> assertThat(follower.last)
                            .as("%s %s of %s", follower.query.shape(), follower.query.caller(), feed.access())
                            .isEqualTo(answered));
                }
            }
        }
    }
}
