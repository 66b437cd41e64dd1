package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.BookmarkExpiredException;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.access.Access;
import dev.matview.core.feed.FeedRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** What readers see of a feed whose definition changes. */
class ChangedDefinitionTest extends WorkerFixture {

    private static final String ROW = "[{\"_id\":\"1\",\"n\":1}]";

    private void served() {
        post("userdb-a", "1", 1);
        start(POSTS);
        advance(Duration.ZERO);
        assertThat(json("posts")).isEqualTo(ROW);
    }

    private void assertNotReady(GlobalFeeds node, String collection) {
        assertThatThrownBy(() -> node.query(collection, Query.all())).isInstanceOf(ViewNotReadyException.class);
    }

    @Test
    void aChangedDefinitionIsRebuiltAsideAndSwappedIn() {
        post("userdb-a", "1", 1);
        start(POSTS);
        advance(Duration.ZERO);
        Semaphore gate = aggregator.closeGate();
        registry.put(feed("posts").fields("m").build());
        awaitVisits(2);
        assertThat(json("posts")).isEqualTo("[{\"_id\":\"1\",\"n\":1}]");

        gate.release();
        settle();

        assertThat(json("posts")).isEqualTo("[{\"m\":7}]");
    }

    @Test
    void aDefinitionThatChangesDuringARefreshIsAppliedByTheNextOneAtOnce() {
        post("userdb-a", "1", 1);
        start(POSTS);
        Semaphore gate = aggregator.closeGate();
        scheduler.advance(Duration.ZERO);
        CompletableFuture<RefreshResult> refresh = feeds.refresh("posts");
        await().until(() -> visits() == 1);
        registry.put(feed("posts").fields("m").build());
        gate.release(2);
        settle();
        advance(Duration.ZERO);

        assertThat(json("posts")).isEqualTo("[{\"m\":7}]");
        // Those who wait are told after the rows are served.
        assertThat(refresh).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void aChangedIntervalNeedsNoRebuild() {
        post("userdb-a", "1", 1);
        start(POSTS);
        advance(Duration.ZERO);

        registry.put(feed("posts").interval(Duration.ofSeconds(20)).build());
        advance(Duration.ZERO);
        assertThat(visits()).isEqualTo(1);
        advance(Duration.ofSeconds(20));

        assertThat(visits()).isEqualTo(2);
        assertThat(feeds.status("posts").view().generation()).isEqualTo(1);
    }

    @Test
    void aViewThatGetsAnotherNameIsServedFromTheOldOneUntilTheNewOneIsThere() {
        post("userdb-a", "1", 1);
        start(POSTS);
        advance(Duration.ZERO);
        Semaphore gate = aggregator.closeGate();
        registry.put(feed("posts").viewName("elsewhere").build());
        awaitVisits(2);
        assertThat(json("posts")).contains("\"1\"");
        gate.release();
        settle();

        assertThat(json("posts")).contains("\"1\"");
        assertThat(store.read("elsewhere", 0)).isPresent();
        await().until(() -> store.read("_global_posts", 0).isEmpty());
    }

    @Test
    void aRestartWithAChangedDefinitionShowsNothingUntilTheViewIsRebuilt() {
        served();
        GatedAggregator own = new GatedAggregator(aggregator.databases);
        FeedRegistry changed = FeedRegistry.of(feed("posts").fields("m").build());
        try (GlobalFeeds restarted = node(changed, own, nodeStore)) {
            own.failure = new IllegalStateException("no route to the cluster");
            start(restarted);
            await().until(() -> {
                scheduler.advance(Duration.ofSeconds(1));
                return restarted.status("posts").failures() > 1;
            });
            assertNotReady(restarted, "posts");

            own.failure = null;
            RefreshResult result = scheduler.await(restarted.refresh("posts"));

            assertThat(json(restarted, "posts")).isEqualTo("[{\"m\":7}]");
            assertThat(result.generation()).isEqualTo(2);
        }
    }

    @Test
    void aFeedThatTakesOverAViewDoesNotShowTheRowsOfTheFeedThatHadIt() {
        aggregator.databases.put(
                "userdb-a", "{\"_id\":\"private\",\"type\":\"post\",\"acl\":{\"read\":{\"allow\":[\"did:bob\"]}}}");
        start(feed("private").viewName("view").access(Access.ACL).build());
        advance(Duration.ZERO);
        GatedAggregator own = new GatedAggregator(aggregator.databases);
        own.closeGate();
        FeedRegistry changed = FeedRegistry.of(feed("posts").viewName("view").build());
        try (GlobalFeeds restarted = node(changed, own, nodeStore)) {
            start(restarted);

            assertNotReady(restarted, "posts");
        }
    }

    @Test
    void aFeedThatAsksForAclsShowsNoRowMadeWithoutThem() {
        served();
        Query.Builder query = Query.builder().limit(1);
        String bookmark = feeds.query("posts", query.build()).bookmark();
        Semaphore gate = aggregator.closeGate();

        registry.put(feed("posts").access(Access.ACL).build());
        assertNotReady(feeds, "posts");
        assertThat(feeds.status("posts").view()).isNull();

        awaitVisits(2);
        gate.release();
        settle();
        assertThat(json("posts")).as("the row has no acl: it is its owner's").isEqualTo("[]");
        assertThatThrownBy(() -> feeds.query("posts", query.bookmark(bookmark).build()))
                .isInstanceOf(BookmarkExpiredException.class);
    }

    @Test
    void aRefreshUnderWayDoesNotShowRowsWithoutTheAclsThatTheFeedAsksForByNow() {
        post("userdb-a", "1", 1);
        start(POSTS);
        Semaphore gate = aggregator.closeGate();
        awaitVisits(1);

        registry.put(feed("posts").access(Access.ACL).build());
        gate.release();
        settle();

        assertThat(store.read("_global_posts", 0)).isPresent();
        assertNotReady(feeds, "posts");
    }

    @Test
    void rowsMadeWithAclsKeepThemUntilAFeedThatAsksForNoneIsRebuilt() {
        post("userdb-a", "1", 1);
        start(feed("posts").access(Access.ACL).build());
        advance(Duration.ZERO);
        assertThat(json("posts")).isEqualTo("[]");
        Semaphore gate = aggregator.closeGate();

        registry.put(POSTS);
        awaitVisits(2);
        assertThat(json("posts")).isEqualTo("[]");

        gate.release();
        settle();
        assertThat(json("posts")).isEqualTo(ROW);
    }
}
