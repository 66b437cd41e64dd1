package dev.matview.examples.testafeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the feed as it runs in production, over databases in memory: write documents, refresh, look at the feed. */
class EventsFeedTest {

    private final InMemoryDatabases users = new InMemoryDatabases();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(EventsFeed.definition()))
            .aggregator(users)
            .build();

    @BeforeEach
    void start() {
        feeds.start();
    }

    @AfterEach
    void close() {
        feeds.close();
        users.close();
    }

    @Test
    void theEventsOfAllUsersAreShownTheSoonestFirst() {
        users.put("userdb-alice", event("talk", "Talk", "2026-05-02T18:00:00Z", true));
        users.put("userdb-bob", event("picnic", "Picnic", "2026-05-01T12:00:00Z", true));
        users.put("userdb-bob", event("concert", "Concert", "2026-05-03T20:00:00Z", true));

        assertThat(titles()).containsExactly("Picnic", "Talk", "Concert");
    }

    @Test
    void twoUsersMayGiveTheirEventsTheSameId() {
        users.put("userdb-alice", event("talk", "Talk of Alice", "2026-05-01T18:00:00Z", true));
        users.put("userdb-bob", event("talk", "Talk of Bob", "2026-05-02T18:00:00Z", true));

        assertThat(titles()).containsExactly("Talk of Alice", "Talk of Bob");
    }

    @Test
    void aPrivateEventIsNotShown() {
        users.put("userdb-alice", event("surprise", "Surprise party", "2026-05-01T12:00:00Z", false));

        assertThat(feed()).isEmpty();
    }

    @Test
    void anEventThatIsMadePrivateLeavesTheFeed() {
        users.put("userdb-alice", event("talk", "Talk", "2026-05-01T12:00:00Z", true));
        assertThat(titles()).containsExactly("Talk");

        users.put("userdb-alice", event("talk", "Talk", "2026-05-01T12:00:00Z", false));

        assertThat(feed()).isEmpty();
    }

    @Test
    void anEventWithoutAStartIsNotShown() {
        users.put("userdb-alice", """
                {"_id": "someday", "type": "event", "isPublic": true, "title": "Someday"}""");

        assertThat(feed()).isEmpty();
    }

    @Test
    void onlyTitlePlaceAndStartAreShown() {
        users.put("userdb-alice", event("talk", "Talk", "2026-05-01T12:00:00Z", true));

        assertThat(feed())
                .singleElement()
                .satisfies(event ->
                        assertThat(event.fieldNames()).toIterable().containsExactly("title", "location", "startTime"));
    }

    @Test
    void otherDatabasesAreNotRead() {
        users.put("accounts", event("talk", "Talk", "2026-05-01T12:00:00Z", true));

        assertThat(feed()).isEmpty();
    }

    private List<ObjectNode> feed() {
        feeds.refresh("events").join();
        return feeds.query("events", Query.all()).documents();
    }

    private List<String> titles() {
        return feed().stream().map(event -> event.path("title").asText()).toList();
    }

    private static String event(String id, String title, String startTime, boolean isPublic) {
        return """
                {"_id": "%s", "type": "event", "isPublic": %s, "title": "%s", "location": "Town hall",
                 "startTime": "%s", "guests": ["did:example:dave"]}""".formatted(id, isPublic, title, startTime);
    }
}
