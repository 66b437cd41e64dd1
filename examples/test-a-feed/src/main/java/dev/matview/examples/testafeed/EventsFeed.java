package dev.matview.examples.testafeed;

import dev.matview.core.feed.FeedDefinition;
import java.time.Duration;

/** The public events of all users, the soonest first. */
public final class EventsFeed {

    private EventsFeed() {}

    public static FeedDefinition definition() {
        return FeedDefinition.builder("events")
                .selector("{\"type\": \"event\", \"isPublic\": true}")
                .fields("title", "location", "startTime")
                .sort("[{\"startTime\": \"asc\"}]")
                .interval(Duration.ofMinutes(10))
                .build();
    }
}
