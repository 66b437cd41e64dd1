package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.ManualScheduler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subscribers of a feed whose rows certificate rules decide on, which say something else another time. */
@Timeout(60)
class RuledSubscriptionTest {

    private static final Caller CALLER = new Caller("did:a", "userdb-a");

    private volatile boolean allowed = true;

    private final CertificateRules rules = new CertificateRules() {
        @Override
        public boolean allows(JsonNode rule, Caller caller) {
            return allowed;
        }

        @Override
        public boolean denies(JsonNode rule, Caller caller) {
            return false;
        }
    };

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();

    @AutoClose
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                    .fields("_id", "n")
                    .access(Access.ACL)
                    .build()))
            .aggregator(databases)
            .scheduler(scheduler)
            .certificateRules(rules)
            .build();

    private final List<Integer> heard = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        databases.put("userdb-b", "{\"_id\":\"1\",\"n\":1,\"acl\":{\"read\":{\"allow\":[{\"of\":\"age\"}]}}}");
        databases.put("userdb-b", "{\"_id\":\"2\",\"n\":2,\"acl\":{\"read\":{\"allow\":[]}}}");
        feeds.start();
        scheduler.await(feeds.refresh("posts"));
        Query query =
                Query.builder().selector("{\"n\":{\"$gt\":0}}").caller(CALLER).build();
        feeds.subscribe("posts", query, new PageListener() {
            @Override
            public void answer(Page page) {
                heard.add(page.size());
            }

            @Override
            public void refused(QueryException reason) {
                throw new IllegalStateException(reason);
            }
        });
        await().until(() -> heard.equals(List.of(1)));
    }

    @Test
    void whatTheyLetThroughNoMoreIsTakenAwayByTheNextGeneration() {
        allowed = false;
        databases.put("userdb-b", "{\"_id\":\"2\",\"n\":3,\"acl\":{\"read\":{\"allow\":[]}}}");
        scheduler.await(feeds.refresh("posts"));

        await().until(() -> heard.equals(List.of(1, 0)));
    }

    /** The last row that they decide on: none that comes after says that there were any. */
    @Test
    void aRowThatTheyLetThroughAndThatLeavesIsTakenAway() {
        allowed = false;
        databases.delete("userdb-b", "1");
        scheduler.await(feeds.refresh("posts"));

        await().until(() -> heard.equals(List.of(1, 0)));
        assertThat(feeds.reads().liveQueries()).isEqualTo(1);
    }
}
