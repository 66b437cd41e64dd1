package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualSchedulerTest {

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .interval(Duration.ofMinutes(5))
            .build();

    private final ManualScheduler scheduler = new ManualScheduler();

    @Test
    void whatFallsDueRunsInItsOrderAtItsTime() {
        Instant begin = scheduler.instant();
        List<Duration> ran = new ArrayList<>();
        Runnable note = () -> ran.add(Duration.between(begin, scheduler.instant()));
        scheduler.schedule(Duration.ofSeconds(2), note);
        scheduler.schedule(Duration.ofSeconds(1), () -> {
            note.run();
            scheduler.schedule(Duration.ofSeconds(3), note);
        });
        scheduler.schedule(Duration.ofSeconds(3), note).close();

        scheduler.advance(Duration.ofSeconds(5));

        assertThat(ran).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(scheduler.instant()).isEqualTo(begin.plusSeconds(5));
        assertThat(scheduler.nextDue()).isEmpty();
    }

    @Test
    void followedFeedsAreRefreshedOnTimeWhenTheTimeHasMoved() {
        InMemoryDatabases databases = new InMemoryDatabases();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(POSTS))
                .aggregator(databases)
                .scheduler(scheduler)
                .build()) {
            feeds.start();
            scheduler.await(feeds.refresh("posts"));
            Subscription following = scheduler.follow(feeds);
            for (int i = 0; i < 50; i++) {
                databases.put("userdb-ada", "{\"_id\":\"p" + i + "\",\"type\":\"post\"}");

                scheduler.advance(Duration.ofMinutes(12));

                assertThat(feeds.query("posts", Query.all()).documents()).hasSize(i + 1);
                assertThat(feeds.status("posts").staleness()).isLessThan(Duration.ofMinutes(5));
            }
            following.close();
        }
    }
}
