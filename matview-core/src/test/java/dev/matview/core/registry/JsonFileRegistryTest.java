package dev.matview.core.registry;

import static dev.matview.core.registry.FeedDefinitionReaderTest.feed;
import static dev.matview.core.registry.FeedDefinitionReaderTest.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.feed.RegistryException;
import dev.matview.testkit.ManualScheduler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonFileRegistryTest {

    private static final Duration POLL = JsonFileRegistry.DEFAULT_POLL_INTERVAL;

    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<Contents> told = new ArrayList<>();
    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    private Path file;
    private int writes;

    @BeforeEach
    void captureTheLog() {
        file = directory.resolve("global-feeds.json");
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void releaseTheLog() {
        System.setErr(stderr);
    }

    private JsonFileRegistry openWith(String collection) {
        write(registryOf(collection));
        JsonFileRegistry registry = open();
        registry.watch(told::add);
        return registry;
    }

    private JsonFileRegistry open() {
        return JsonFileRegistry.open(file, scheduler);
    }

    /** Writes the file with a time of its own, however coarse the file system's clock is. */
    private void write(String content) {
        try {
            Files.writeString(file, content);
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L + 1_000L * ++writes));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String registryOf(String collection) {
        return "[" + feed("{'collectionName': '" + collection + "'}") + "]";
    }

    private static List<String> collections(Contents contents) {
        return contents.feeds().stream().map(FeedDefinition::collection).toList();
    }

    private List<String> warnings() {
        return log.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("WARN"))
                .toList();
    }

    @Nested
    class AtTheStart {

        @Test
        void theSeedsRegistryIsInForceAtOnce() throws IOException {
            Files.write(file, seed());

            try (JsonFileRegistry registry = JsonFileRegistry.open(file, scheduler)) {
                assertThat(collections(registry.contents())).containsExactly("posts", "events");
                assertThat(registry.contents().problems()).isEmpty();
            }
        }

        @Test
        void aMissingFileIsRefusedAtTheStart() {
            assertThatThrownBy(() -> JsonFileRegistry.open(file, scheduler))
                    .isInstanceOf(RegistryException.class)
                    .hasMessage("global-feeds.json: " + file + " does not exist");
            assertThat(scheduler.nextDue()).isEmpty();
        }

        @Test
        void aDirectoryIsRefusedAtTheStart() {
            assertThatThrownBy(() -> JsonFileRegistry.open(directory, scheduler))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageEndingWith(directory + " cannot be read: it is not a file");
        }

        @Test
        void aFileOfMoreThanAMebibyteIsRefused() throws IOException {
            Files.writeString(file, "[" + " ".repeat(JsonFileRegistry.MAX_BYTES - 1) + "]");

            assertThatThrownBy(() -> JsonFileRegistry.open(file, scheduler))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageEndingWith("is larger than the 1048576 bytes that a registry may have");

            Files.writeString(file, "[" + " ".repeat(JsonFileRegistry.MAX_BYTES - 2) + "]");
            assertThat(open().contents().feeds()).isEmpty();
        }

        @Test
        void allMistakesOfAFileAreInTheRefusal() {
            write("[" + feed("{'access': 'x'}") + ", 7]");

            assertThatThrownBy(() -> JsonFileRegistry.open(file, scheduler))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problems())
                                    .extracting(Problem::feed)
                                    .containsExactly("posts", "#2"))
                    .hasMessage("""
                            global-feeds.json: feed posts: access: must be "public" or "acl", not "x"
                            global-feeds.json: feed #2: must be an object, not 7""");
        }

        @Test
        void aPollIntervalMustBeLongerThanZero() {
            write("[]");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JsonFileRegistry.open(file, scheduler, Duration.ZERO))
                    .withMessageContaining("pollInterval");
        }
    }

    @Nested
    class AChangedFile {

        @Test
        void aChangedFileIsInForceAfterTheNextPoll() {
            JsonFileRegistry registry = openWith("posts");

            write(registryOf("news"));
            scheduler.advance(POLL.minusMillis(1));
            assertThat(collections(registry.contents())).containsExactly("posts");
            scheduler.advance(Duration.ofMillis(1));

            assertThat(collections(registry.contents())).containsExactly("news");
            assertThat(told).containsExactly(registry.contents());
        }

        @Test
        void aFileThatIsReplacedIsPickedUpAlsoWithTheSameSizeAndTime() throws IOException {
            JsonFileRegistry registry = openWith("posts");
            FileTime time = Files.getLastModifiedTime(file);

            Path replacement = directory.resolve("new.json");
            Files.writeString(replacement, registryOf("newss"));
            Files.setLastModifiedTime(replacement, time);
            scheduler.advance(POLL.multipliedBy(5));
            Files.move(replacement, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            scheduler.advance(POLL);

            assertThat(collections(registry.contents())).containsExactly("newss");
        }

        @Test
        void aSecondWriteInTheSameTickOfTheFilesClockIsPickedUp() throws IOException {
            JsonFileRegistry registry = openWith("posts");
            FileTime tick = FileTime.fromMillis(1_000);
            Files.writeString(file, registryOf("newsa"));
            Files.setLastModifiedTime(file, tick);
            scheduler.advance(POLL);

            Files.writeString(file, registryOf("newsb"));
            Files.setLastModifiedTime(file, tick);
            scheduler.advance(POLL);

            assertThat(collections(registry.contents())).containsExactly("newsb");
        }

        @Test
        void aFileThatIsOnlyTouchedTellsNobody() throws IOException {
            JsonFileRegistry registry = openWith("posts");
            Contents before = registry.contents();

            Files.setLastModifiedTime(file, FileTime.fromMillis(5_000));
            scheduler.advance(POLL.multipliedBy(3));

            assertThat(told).isEmpty();
            assertThat(registry.contents()).isSameAs(before);
        }
    }

    @Nested
    class ABrokenFile {

        @Test
        void aBrokenFileLeavesTheOldFeedsInForceAndSaysWhatIsWrong() {
            JsonFileRegistry registry = openWith("posts");

            write("[" + feed("{'collectionName': 'news', 'access': 'x'}") + "]");
            scheduler.advance(POLL);

            assertThat(collections(registry.contents())).containsExactly("posts");
            assertThat(registry.contents().problems())
                    .extracting(Problem::toString)
                    .containsExactly("global-feeds.json: feed news: access: must be \"public\" or \"acl\", not \"x\"");
            assertThat(told).containsExactly(registry.contents());
        }

        @Test
        void oneMistakeKeepsTheWholeFileOut() {
            JsonFileRegistry registry = openWith("posts");

            write(registryOf("news").replace("]", ", 7]"));
            scheduler.advance(POLL);

            assertThat(collections(registry.contents())).containsExactly("posts");
        }

        @Test
        void aMendedFileClearsTheProblems() {
            JsonFileRegistry registry = openWith("posts");
            String good = registryOf("posts");

            write(good.substring(0, good.length() / 2));
            scheduler.advance(POLL);
            assertThat(registry.contents().problems()).isNotEmpty();
            write(good);
            scheduler.advance(POLL);

            assertThat(registry.contents().problems()).isEmpty();
            assertThat(collections(registry.contents())).containsExactly("posts");
            assertThat(told).hasSize(2);
        }

        @Test
        void aVanishedFileIsAProblemUntilItIsBack() throws IOException {
            JsonFileRegistry registry = openWith("posts");

            Files.delete(file);
            scheduler.advance(POLL);
            assertThat(registry.contents().problems())
                    .extracting(Problem::message)
                    .containsExactly(file + " does not exist");
            assertThat(collections(registry.contents())).containsExactly("posts");

            write(registryOf("posts"));
            scheduler.advance(POLL);
            assertThat(registry.contents().problems()).isEmpty();
        }

        @Test
        void eachStateOfBrokennessIsLoggedAndToldOnce() throws IOException {
            JsonFileRegistry registry = openWith("posts");

            write("[7]");
            scheduler.advance(POLL.multipliedBy(10));
            write("[7 ]");
            scheduler.advance(POLL.multipliedBy(10));
            assertThat(warnings())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains(file.toString()));
            assertThat(told).hasSize(1);

            write("[8]");
            scheduler.advance(POLL.multipliedBy(10));
            Files.delete(file);
            scheduler.advance(POLL.multipliedBy(10));
            assertThat(warnings()).hasSize(3);
            assertThat(told).hasSize(3);
            assertThat(log.toString(StandardCharsets.UTF_8)).contains("feed #1: must be an object, not 8");
            assertThat(registry.contents().feeds()).hasSize(1);
        }
    }

    @Nested
    class Listeners {

        @Test
        void aListenerThatThrowsStopsNeitherTheOthersNorThePolling() {
            JsonFileRegistry registry = openWith("posts");
            registry.watch(contents -> {
                throw new IllegalStateException("a bug in a listener");
            });
            List<Contents> later = new ArrayList<>();
            registry.watch(later::add);

            write(registryOf("news"));
            scheduler.advance(POLL);
            write(registryOf("posts"));
            scheduler.advance(POLL);

            assertThat(later).hasSize(2);
        }

        @Test
        void aClosedSubscriptionHearsNothing() {
            JsonFileRegistry registry = openWith("posts");
            List<Contents> other = new ArrayList<>();
            registry.watch(other::add).close();

            write(registryOf("news"));
            scheduler.advance(POLL);

            assertThat(other).isEmpty();
            assertThat(told).hasSize(1);
        }

        @Test
        void aClosedRegistryLooksAtTheFileNoMore() {
            JsonFileRegistry registry = openWith("posts");

            registry.close();
            write(registryOf("news"));
            scheduler.advance(POLL.multipliedBy(3));

            assertThat(scheduler.nextDue()).isEmpty();
            assertThat(told).isEmpty();
            assertThat(collections(registry.contents())).containsExactly("posts");
        }
    }
}
