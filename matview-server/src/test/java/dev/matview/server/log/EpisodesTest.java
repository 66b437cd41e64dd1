package dev.matview.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Episode;
import dev.matview.core.event.Repeats;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.registry.JsonFileRegistry;
import dev.matview.core.spi.AggregationException;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is amiss for a while is told when it begins, and when it is over; not at each attempt. */
class EpisodesTest {

    @RegisterExtension
    final CapturedLog log = new CapturedLog("dev.matview.core", Level.INFO);

    private final ManualScheduler scheduler = new ManualScheduler();

    @Test
    void anEpisodeIsToldTwiceHoweverOftenItIsMet() {
        Episode episode = new Episode(GlobalFeeds.class, scheduler);

        assertThat(episode.ends("{} is back", "it")).isFalse();
        for (int i = 0; i < 5; i++) {
            assertThat(episode.begins("{} is away: {}", "it", i)).isEqualTo(i == 0);
            scheduler.advance(Duration.ofMillis(5_600));
        }
        assertThat(episode.lasts()).isTrue();
        assertThat(episode.ends("{} is back", "it")).isTrue();
        assertThat(episode.ends("{} is back", "it")).isFalse();

        assertThat(log.lines()).containsExactly("WARN it is away: 0", "INFO it is back, after 28 s");
    }

    @Test
    void eachKindOfReasonIsToldOnceHoweverTheyTakeTurns() {
        Episode episode = new Episode(GlobalFeeds.class, scheduler);

        for (int i = 0; i < 5; i++) {
            episode.begins(new ConnectException("refused"), "{} is away: {}", "it", "refused");
            scheduler.advance(Duration.ofSeconds(14));
            assertThat(episode.begins(new SocketTimeoutException("late"), "{} is away: {}", "it", "late"))
                    .isFalse();
        }
        episode.ends("{} is back", "it");
        episode.begins(new ConnectException("refused"), "{} is away: {}", "it", "refused again");

        assertThat(log.lines())
                .containsExactly(
                        "WARN it is away: refused",
                        "WARN it is away: late (for 14 s, before for another reason)",
                        "INFO it is back, after 70 s",
                        "WARN it is away: refused again");
    }

    @Test
    void aFeedThatGoesOnToFailForAnotherReasonSaysSo() {
        AtomicReference<IOException> cause = new AtomicReference<>(new ConnectException("refused"));
        InMemoryDatabases databases = new InMemoryDatabases();
        List.of("userdb-a", "userdb-b").forEach(databases::create);
        FeedDefinition posts =
                FeedDefinition.builder("posts").interval(Duration.ofSeconds(10)).build();
        AtomicBoolean away = new AtomicBoolean();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(posts))
                .scheduler(scheduler)
                .aggregator(new DelegatingAggregator(databases) {
                    @Override
                    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
                        if (away.get()) {
                            throw new AggregationException(cause.get().getMessage(), cause.get());
                        }
                        super.aggregate(demands, sink);
                    }
                })
                .build()) {
            scheduler.follow(feeds);
            feeds.start();
            scheduler.advance(Duration.ofSeconds(1));
            log.clear();
            away.set(true);
            scheduler.advance(Duration.ofMinutes(10));
            cause.set(new SocketTimeoutException("no answer"));
            scheduler.advance(Duration.ofMinutes(10));

            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(0)).isEqualTo("WARN posts: the refresh failed: refused");
            assertThat(log.lines().get(1))
                    .matches("WARN posts: the refresh failed: no answer \\(for \\d+ min, before for another reason\\)");

            away.set(false);
            scheduler.advance(Duration.ofMinutes(6));
            log.clear();
            databases.fail("userdb-a", new ConnectException("refused"));
            databases.put("userdb-a", "{\"_id\": \"1\"}");
            scheduler.advance(Duration.ofMinutes(6));
            databases.fail("userdb-b", new SocketTimeoutException("no answer"));
            databases.put("userdb-b", "{\"_id\": \"1\"}");
            scheduler.advance(Duration.ofMinutes(6));
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(0)).endsWith("such as userdb-a: refused");
            assertThat(log.lines().get(1))
                    .contains("2 of 2 databases", "such as userdb-b: no answer (for ", "before for another reason)");
        }
    }

    @Test
    void whatIsRepeatedIsToldOnceAMinuteWithHowOftenItHappened() {
        Repeats repeats = new Repeats(GlobalFeeds.class, scheduler);

        for (int i = 0; i < 90; i++) {
            repeats.happened("number {}", i);
            scheduler.advance(Duration.ofSeconds(1));
        }

        assertThat(log.lines())
                .containsExactly("WARN number 0", "WARN number 60 (and 59 like it since it was last told)");
    }

    @Test
    void aFeedThatFailsAndOneThatIsBehindAreToldOnceAndHowLongItWas() {
        AtomicBoolean away = new AtomicBoolean();
        InMemoryDatabases databases = new InMemoryDatabases();
        List.of("userdb-a", "userdb-b", "userdb-c").forEach(databases::create);
        FeedDefinition posts =
                FeedDefinition.builder("posts").interval(Duration.ofSeconds(10)).build();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(posts))
                .scheduler(scheduler)
                .aggregator(new DelegatingAggregator(databases) {
                    @Override
                    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
                        if (away.get()) {
                            throw new AggregationException("nobody is there");
                        }
                        super.aggregate(demands, sink);
                    }
                })
                .build()) {
            scheduler.follow(feeds);
            feeds.start();
            scheduler.advance(Duration.ofSeconds(1));
            log.clear();

            databases.fail("userdb-b", new AggregationException("its disk is full"));
            databases.put("userdb-b", "{\"_id\": \"1\"}");
            scheduler.advance(Duration.ofSeconds(120));
            assertThat(log.lines())
                    .containsExactly("WARN posts: 1 of 3 databases could not be read and are behind, such as userdb-b:"
                            + " its disk is full");
            databases.recover("userdb-b");
            scheduler.advance(Duration.ofMinutes(6));
            assertThat(log.lines())
                    .hasSize(2)
                    .last()
                    .asString()
                    .matches("INFO posts: no database is behind any more, after .*");

            log.clear();
            away.set(true);
            scheduler.advance(Duration.ofMinutes(10));
            assertThat(log.lines()).containsExactly("WARN posts: the refresh failed: nobody is there");
            away.set(false);
            scheduler.advance(Duration.ofMinutes(6));
            assertThat(log.lines()).hasSize(2).last().asString().matches("INFO posts: refreshed again, after \\d+ min");
        }
    }

    @Test
    void aWrongRegistryIsToldForEachMistakeAndWhenItIsRightAgain(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("feeds.json"), "[]");
        try (JsonFileRegistry registry = JsonFileRegistry.open(file, scheduler)) {
            Files.writeString(file, "[{}]");
            scheduler.advance(Duration.ofSeconds(30));
            Files.writeString(file, "{\"feeds\": 1}");
            scheduler.advance(Duration.ofSeconds(30));
            Files.writeString(file, "[ ]");
            scheduler.advance(Duration.ofSeconds(30));
        }

        assertThat(log.lines()).hasSize(4);
        assertThat(log.lines().subList(0, 2))
                .allSatisfy(line -> assertThat(line).startsWith("WARN ").contains("cannot be used"));
        assertThat(log.lines().get(2)).startsWith("INFO ").contains("is loaded anew");
        assertThat(log.lines().get(3)).matches("INFO .*feeds\\.json can be used again, after \\d+ s");
    }
}
