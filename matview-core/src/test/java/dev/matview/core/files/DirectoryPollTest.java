package dev.matview.core.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.event.Subscription;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryPollTest {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<String> told = new ArrayList<>();
    private Instant modified = Instant.parse("2020-01-01T00:00:00.5Z");
    private DirectoryPoll poll;

    @BeforeEach
    void open() {
        poll = new DirectoryPoll(new JsonLinesListing(directory), scheduler, INTERVAL, Runnable::run);
    }

    private void write(String database) throws IOException {
        modified = modified.plusSeconds(1);
        Path file = Files.writeString(directory.resolve(database + ".jsonl"), "");
        Files.setLastModifiedTime(file, FileTime.from(modified));
    }

    @Test
    void eachLookTellsWhatChangedSinceTheLast() throws Exception {
        write("a");
        write("b");
        poll.watch(told::add);
        write("b");
        write("c");
        assertThat(told).isEmpty();

        scheduler.advance(INTERVAL);
        assertThat(told).containsExactly("b", "c");

        scheduler.advance(INTERVAL.multipliedBy(3));
        assertThat(told).containsExactly("b", "c");

        Files.delete(directory.resolve("a.jsonl"));
        scheduler.advance(INTERVAL);
        assertThat(told).containsExactly("b", "c", "a");
    }

    @Test
    void nobodyLooksWhileNobodyWatches() throws Exception {
        assertThat(scheduler.nextDue()).isEmpty();
        Subscription first = poll.watch(told::add);
        Subscription second = poll.watch(told::add);
        assertThat(scheduler.nextDue()).isPresent();

        first.close();
        assertThat(scheduler.nextDue()).isPresent();
        second.close();
        second.close();
        assertThat(scheduler.nextDue()).isEmpty();
    }

    @Test
    void whatChangedWhileNobodyWatchedIsNotTold() throws Exception {
        poll.watch(told::add).close();
        write("a");
        poll.watch(told::add);
        scheduler.advance(INTERVAL);

        assertThat(told).isEmpty();
    }

    @Test
    void aDirectoryThatCannotBeListedForAWhileHidesNoChange() throws Exception {
        write("a");
        write("b");
        poll.watch(told::add);
        Path away = directory.resolveSibling(directory.getFileName() + "-away");
        Files.move(directory, away);
        scheduler.advance(INTERVAL);
        assertThat(told).isEmpty();

        Files.move(away, directory);
        write("b");
        scheduler.advance(INTERVAL);
        assertThat(told).containsExactly("b");
    }

    @Test
    void closingEndsTheLooking() {
        poll.watch(told::add);
        poll.close();

        assertThat(scheduler.nextDue()).isEmpty();
        poll.watch(told::add);
        assertThat(scheduler.nextDue()).isEmpty();
    }
}
