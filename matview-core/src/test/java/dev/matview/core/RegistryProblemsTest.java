package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.registry.JsonFileRegistry;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the front door tells of a registry that is wrong. */
class RegistryProblemsTest {

    private static final String POSTS = """
            [{"collectionName": "posts", "materializedViewName": "_global_posts", "aggregationInterval": "5m",
              "query": {"selector": {"type": "post", "owner": "hunter2"}}}]
            """;

    private final ManualScheduler scheduler = new ManualScheduler();

    @TempDir
    Path directory;

    @Test
    void aRegistryThatGoesWrongIsToldUntilItIsRightAgain() throws IOException {
        Path file = Files.writeString(directory.resolve("feeds.json"), POSTS);
        try (JsonFileRegistry registry = JsonFileRegistry.open(file, scheduler);
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(registry)
                        .aggregator(new InMemoryDatabases())
                        .scheduler(scheduler)
                        .build()) {
            feeds.start();
            assertThat(feeds.registryProblems()).isEmpty();

            write(file, POSTS.replace("\"5m\"", "\"soon\""));

            assertThat(feeds.registryProblems()).singleElement().satisfies(problem -> {
                assertThat(problem.source()).isEqualTo("feeds.json");
                assertThat(problem.feed()).isEqualTo("posts");
                assertThat(problem.key()).isEqualTo("aggregationInterval");
                assertThat(problem.toString()).doesNotContain("hunter2");
            });
            assertThat(feeds.status()).as("what was in force stays so").hasSize(1);

            write(file, POSTS);

            assertThat(feeds.registryProblems()).isEmpty();
        }
    }

    private void write(Path file, String json) throws IOException {
        Files.writeString(file, json);
        scheduler.advance(JsonFileRegistry.DEFAULT_POLL_INTERVAL);
        scheduler.advance(JsonFileRegistry.DEFAULT_POLL_INTERVAL);
    }
}
