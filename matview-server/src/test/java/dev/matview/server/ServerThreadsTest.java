package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.Http;
import dev.matview.server.http.HttpSettings;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A server in a program of somebody's: no thread is left of it, and none keeps the program from ending. */
class ServerThreadsTest {

    @Test
    void noThreadIsLeftAndAllAreDaemons() throws Exception {
        ask();
        Set<Thread> before = threads();

        Set<Thread> ours = ask();

        assertThat(ours).isNotEmpty().allMatch(Thread::isDaemon);
        ours.removeAll(before);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(ours).filteredOn(Thread::isAlive).isEmpty());
    }

    /** Serves and is asked once; gives the threads that this makes. */
    private static Set<Thread> ask() throws Exception {
        Set<Thread> before = threads();
        // A client of the JDK has threads too, and they stay.
        try (InMemoryDatabases databases = new InMemoryDatabases();
                Scheduler scheduler = Scheduler.system();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(
                                FeedRegistry.of(FeedDefinition.builder("posts").build()))
                        .aggregator(databases)
                        .scheduler(scheduler)
                        .build();
                MatviewServer server =
                        MatviewServer.start(feeds, Authenticator.none(), HttpSettings.of("127.0.0.1", 0), scheduler)) {
            server.buildViews();
            assertThat(new Http(server.port())
                            .query("/data/posts/query?global=true", "{}")
                            .statusCode())
                    .isEqualTo(200);
            Set<Thread> made = threads();
            made.removeAll(before);
            made.removeIf(thread -> thread.getName().startsWith("HttpClient"));
            return made;
        }
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }
}
