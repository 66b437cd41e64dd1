package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.ManualScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What listing an index changes of a feed that is served, and what it does not. */
@Timeout(60)
class IndexedFeedTest {

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final AtomicInteger visits = new AtomicInteger();
    private final InMemoryFeedRegistry registry =
            new InMemoryFeedRegistry(feed("[]").build());
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(registry)
            .aggregator(new DelegatingAggregator(databases) {
                @Override
                public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
                    visits.incrementAndGet();
                    super.aggregate(demands, sink);
                }
            })
            .scheduler(scheduler)
            // A search of all rows is more than a query may cost.
            .settings(Settings.builder().querySteps(4_000).hotSteps(4_000).build())
            .build();

    private static FeedDefinition.Builder feed(String indexes) {
        return FeedDefinition.builder("posts").sort("[{\"at\":\"desc\"}]").indexes(indexes);
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    private void posts(int count) {
        for (int i = 0; i < count; i++) {
            databases.put(
                    "userdb-" + i % 7,
                    "{\"_id\":\"p%d\",\"at\":%d,\"author\":{\"did\":\"did:%d\"},\"likes\":%d,\"acl\":{\"read\":{\"allow\":[\"%s\"]}}}"
                            .formatted(i, i, i % 100, i % 10, i % 200 == 3 ? "did:me" : "*"));
        }
    }

    private static Query by(String author) {
        return Query.builder()
                .selector("{\"author.did\":\"" + author + "\"}")
                .limit(4)
                .build();
    }

    private List<FeedStatus.Index> indexes() {
        return feeds.status("posts").indexes();
    }

    private void redefine(FeedDefinition.Builder feed, int indexes) {
        registry.put(feed.build());
        await().untilAsserted(() -> assertThat(indexes()).hasSize(indexes));
    }

    private List<Integer> ats(Page page) {
        return page.documents().stream().map(post -> post.path("at").intValue()).toList();
    }

    @Test
    void anIndexThatIsAddedIsMadeOfTheRowsAndTheGenerationStays() {
        posts(3_000);
        feeds.start();
        scheduler.await(feeds.refresh("posts"));
        Page before = feeds.query("posts", Query.builder().limit(4).build());
        int visited = visits.get();
        Query all = by("did:42").toBuilder().limit(40).build();
        assertThatThrownBy(() -> feeds.query("posts", all)).isInstanceOf(QueryException.class);

        redefine(feed("[[\"author.did\"]]"), 1);

        assertThat(indexes().get(0).rows()).isEqualTo(3_000);
        assertThat(indexes().get(0).fields()).hasToString("[\"author.did\"]");
        assertThat(ats(feeds.query("posts", all))).hasSize(30).startsWith(2_942, 2_842, 2_742, 2_642);
        Page next = feeds.query(
                "posts", Query.builder().limit(4).bookmark(before.bookmark()).build());
        assertThat(ats(next)).containsExactly(2_995, 2_994, 2_993, 2_992);
        assertThat(feeds.query("posts", Query.builder().limit(4).build()).view().generation())
                .isEqualTo(before.view().generation());
        assertThat(visits).hasValue(visited);
    }

    @Test
    void bookmarksOfAnIndexedAnswerGoOnInTheirGenerationAlsoWhenTheIndexIsGone() {
        posts(500);
        registry.put(feed("[[\"author.did\"]]").build());
        feeds.start();
        scheduler.await(feeds.refresh("posts"));
        Page first = feeds.query("posts", by("did:42"));
        assertThat(ats(first)).containsExactly(442, 342, 242, 142);

        databases.put("userdb-0", "{\"_id\":\"new\",\"at\":7777,\"author\":{\"did\":\"did:42\"}}");
        databases.delete("userdb-0", "p42");
        scheduler.await(feeds.refresh("posts"));
        Query next = by("did:42").toBuilder().bookmark(first.bookmark()).build();
        assertThat(ats(feeds.query("posts", next))).containsExactly(42);
        assertThat(ats(feeds.query("posts", by("did:42")))).containsExactly(7_777, 442, 342, 242);

        redefine(feed("[]"), 0);
        Budget all = Budget.unlimited();
        assertThat(ats(feeds.query("posts", next, all))).containsExactly(42);
        assertThat(ats(feeds.query("posts", by("did:42"), all))).containsExactly(7_777, 442, 342, 242);
    }

    @Test
    void theNextGenerationHasTheIndexToo() {
        posts(3_000);
        registry.put(feed("[[\"author.did\"],[{\"likes\":\"desc\"},\"at\"]]").build());
        feeds.start();
        scheduler.await(feeds.refresh("posts"));
        databases.put("userdb-1", "{\"_id\":\"new\",\"at\":1,\"author\":{\"did\":\"did:42\"},\"likes\":99}");
        databases.put("userdb-1", "{\"_id\":\"other\",\"at\":2,\"likes\":100}");
        scheduler.await(feeds.refresh("posts"));

        assertThat(indexes()).extracting(FeedStatus.Index::rows).containsExactly(3_001, 3_002);
        Query liked = Query.builder()
                .sort(SortOrder.compile(Json.parse("[{\"likes\":\"desc\"},\"at\"]")))
                .limit(3)
                .build();
        assertThat(ats(feeds.query("posts", liked))).containsExactly(2, 1, 9);
    }

    @Test
    void whoMayReadLessSeesNoMoreByAnIndex() {
        posts(1_000);
        registry.put(feed("[[\"author.did\"]]").access(Access.ACL).build());
        feeds.start();
        scheduler.await(feeds.refresh("posts"));
        Query asked = by("did:3").toBuilder().limit(20).build();
        Budget all = Budget.unlimited();
        Page others = feeds.query("posts", asked, all);
        Page mine = feeds.query(
                "posts", asked.toBuilder().caller(new Caller("did:me", null)).build(), Budget.unlimited());

        assertThat(ats(others)).containsExactly(903, 703, 503, 303, 103);
        assertThat(ats(mine)).containsExactly(903, 803, 703, 603, 503, 403, 303, 203, 103, 3);
    }

    @Test
    void rowsBehindTheLimitOfAFeedAreNotFoundByAnIndexEither() {
        posts(1_000);
        registry.put(feed("[[\"author.did\"], [\"likes\"]]").limit(250).build());
        feeds.start();
        scheduler.await(feeds.refresh("posts"));

        assertThat(ats(feeds.query("posts", by("did:3"), Budget.unlimited()))).containsExactly(903, 803);
        List<Integer> all = new ArrayList<>();
        Query sorted = Query.builder()
                .sort(SortOrder.compile(Json.parse("[{\"likes\":\"desc\"}]")))
                .limit(100)
                .build();
        Page page = feeds.query("posts", sorted, Budget.unlimited());
        while (page.size() > 0) {
            all.addAll(ats(page));
            page = feeds.query(
                    "posts", sorted.toBuilder().bookmark(page.bookmark()).build(), Budget.unlimited());
        }
        assertThat(all).hasSize(250).allMatch(at -> at >= 750);
    }
}
