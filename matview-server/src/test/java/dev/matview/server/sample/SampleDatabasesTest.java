package dev.matview.server.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SampleDatabasesTest {

    /** For the posts alone: the feeds have a time of their own. */
    private final ManualScheduler scheduler = new ManualScheduler();

    private final Instant now = scheduler.instant();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private GlobalFeeds feeds;

    @BeforeEach
    void start() {
        SampleDatabases.fill(databases, UserDatabases.standard(), now);
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(
                        whole("posts", "{\"type\":\"post\"}"),
                        whole("events", "{\"type\":\"event\"}"),
                        whole("others", "{\"type\":{\"$nin\":[\"post\",\"event\"]}}")))
                .aggregator(databases)
                .build();
        feeds.start();
    }

    private static FeedDefinition whole(String collection, String selector) {
        return FeedDefinition.builder(collection).selector(selector).build();
    }

    @AfterEach
    void stop() {
        feeds.close();
    }

    @Test
    void thereAreAtLeastTwelveUsers() {
        assertThat(databases.databases()).hasSizeGreaterThanOrEqualTo(12).allMatch(name -> name.startsWith("userdb-"));
    }

    @Test
    void everyUserHasPostsOfThePastAtDifferentTimes() {
        List<ObjectNode> posts = documents("posts");

        assertThat(posts).hasSize(SampleDatabases.USERS.size() * 4);
        assertThat(posts).extracting(post -> post.get("createdAt").textValue()).doesNotHaveDuplicates();
        assertThat(posts)
                .allMatch(
                        post -> Instant.parse(post.get("createdAt").textValue()).isBefore(now));
    }

    @Test
    void usersShareIds() {
        assertThat(documents("posts"))
                .filteredOn(post -> post.get("_id").textValue().equals("hello"))
                .hasSize(SampleDatabases.USERS.size())
                .extracting(post -> post.at("/author/did").textValue())
                .doesNotHaveDuplicates();
    }

    @Test
    void someEventsArePrivate() {
        List<ObjectNode> events = documents("events");

        assertThat(events)
                .allMatch(event ->
                        Instant.parse(event.get("startTime").textValue()).isAfter(now));
        assertThat(events)
                .extracting(event -> event.get("isPublic").booleanValue())
                .contains(true, false);
    }

    @Test
    void thereAreDocumentsThatNoBundledFeedShows() {
        assertThat(documents("others"))
                .extracting(document -> document.get("type").textValue())
                .contains("profile", "note");
    }

    private List<ObjectNode> documents(String collection) {
        feeds.refresh(collection).orTimeout(30, TimeUnit.SECONDS).join();
        return feeds.query(collection, Query.builder().limit(1_000).build()).documents();
    }

    @Test
    void aNewPostIsInTheFeedAfterASecondAndIsTheNewest() {
        int before = documents("posts").size();

        try (LivePosts live = LivePosts.start(databases, UserDatabases.standard(), feeds, scheduler)) {
            scheduler.advance(LivePosts.FIRST);

            List<ObjectNode> posts = documents("posts");
            assertThat(live).isNotNull();
            assertThat(posts).hasSize(before + 1);
            assertThat(posts)
                    .filteredOn(post -> post.get("createdAt")
                            .textValue()
                            .equals(now.plus(LivePosts.FIRST).toString()))
                    .hasSize(1);
        }
    }

    @Test
    void theOldestLivePostsMakeRoomForNewOnes() {
        int before = documents("posts").size();

        try (LivePosts live = LivePosts.start(databases, UserDatabases.standard(), feeds, scheduler)) {
            scheduler.advance(LivePosts.INTERVAL.multipliedBy(LivePosts.MAX_POSTS + 20));

            assertThat(live).isNotNull();
            assertThat(documents("posts")).hasSize(before + LivePosts.MAX_POSTS);
        }
    }

    @Test
    void nobodyPostsOnceItIsClosed() {
        LivePosts.start(databases, UserDatabases.standard(), feeds, scheduler).close();
        int before = documents("posts").size();

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(documents("posts")).hasSize(before);
    }
}
