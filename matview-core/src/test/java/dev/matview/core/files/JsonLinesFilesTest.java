package dev.matview.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.AggregationException;
import dev.matview.testkit.SliceReader;
import dev.matview.testkit.SliceReader.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are user databases, and how they are read. */
class JsonLinesFilesTest extends JsonLinesFixture {

    @Test
    void aFileIsADatabaseAndALineIsADocument() throws Exception {
        write("userdb-a", "{\"_id\":\"1\"}\n\n  \t\r\n{\"_id\":\"2\"}\r\n   {\"_id\" : \"3\"}  \n{\"_id\":\"4\"}");
        write("userdb-empty", "");
        write("userdb-blank", "\n\n");

        Report report = reader.read(ALL);

        assertThat(report.moved).containsOnlyKeys("userdb-a", "userdb-empty", "userdb-blank");
        assertThat(ids()).containsExactly("1", "2", "3", "4");
    }

    @Test
    void deletedDocumentsAreNotThere() throws Exception {
        write("userdb-a", "{\"_id\":\"1\",\"_deleted\":true}\n{\"_id\":\"2\",\"_deleted\":false}\n");
        reader.read(ALL);

        assertThat(ids()).containsExactly("2");
        assertThat(files.fetch("userdb-a", Set.of("1", "2"))).containsOnlyKeys("2");
    }

    @Test
    void otherFilesAndDirectoriesAreIgnored() throws Exception {
        write("userdb-a", "{\"_id\":\"1\"}");
        Files.writeString(directory.resolve("userdb-b.json"), "not a document");
        Files.writeString(directory.resolve("userdb-c.jsonl.swp"), "not a document");
        Files.writeString(directory.resolve(".jsonl"), "not a document");
        Files.createDirectory(directory.resolve("userdb-d.jsonl"));
        Files.createSymbolicLink(directory.resolve("userdb-e.jsonl"), directory.resolve("nowhere"));
        Files.createDirectory(directory.resolve("sub"));
        Files.writeString(directory.resolve("sub").resolve("userdb-f.jsonl"), "{\"_id\":\"1\"}");

        FeedDefinition every = FeedDefinition.builder("all").databases("*").build();
        Report report = reader.read(every);

        assertThat(report.moved).containsOnlyKeys("userdb-a");
        assertThat(report.covers).isEqualTo(1);
        assertThat(report.failed).isEmpty();
        assertThat(files.fetch("sub/userdb-f", Set.of("1"))).isEmpty();
        assertThat(files.fetch("userdb-d", Set.of("1"))).isEmpty();
    }

    @Test
    void aLinkToAFileIsADatabase(@TempDir Path elsewhere) throws Exception {
        Path target = Files.writeString(elsewhere.resolve("a"), "{\"_id\":\"1\"}");
        Files.createSymbolicLink(file("userdb-a"), target);
        reader.read(ALL);

        assertThat(ids()).containsExactly("1");
    }

    @Test
    void aMissingDirectoryIsSaid() {
        Path missing = directory.resolve("missing");
        try (JsonLinesDirectory none = JsonLinesDirectory.open(missing)) {
            assertThatThrownBy(() -> new SliceReader(none).read(ALL))
                    .isInstanceOf(AggregationException.class)
                    .hasMessageContaining("no directory " + missing);
        }
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsSaid() throws Exception {
        write("userdb-a", "");
        try (JsonLinesDirectory none = JsonLinesDirectory.open(file("userdb-a"))) {
            assertThatThrownBy(() -> new SliceReader(none).read(ALL))
                    .isInstanceOf(AggregationException.class)
                    .hasMessageContaining("no directory " + file("userdb-a"));
        }
    }

    @Test
    void manyFilesAreReadByFewThreads() throws Exception {
        for (int i = 0; i < 300; i++) {
            write("userdb-" + i, "{\"_id\":\"1\"}\n{\"_id\":\"2\"}\n");
        }
        Set<String> threads = ConcurrentHashMap.newKeySet();
        SliceReader observing = new SliceReader(files)
                .whenMoved((feed, slice) -> threads.add(Thread.currentThread().getName()));
        Report report = observing.read(ALL);

        assertThat(report.moved).hasSize(300);
        assertThat(threads).hasSizeBetween(1, 2).allMatch(name -> name.startsWith("matview-files-"));
    }

    @Test
    void closingEndsAVisitUnderWay() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            lines.add("{\"_id\":\"" + i + "\"}");
        }
        write("userdb-a", String.join("\n", lines));
        AtomicInteger seen = new AtomicInteger();

        reader.whenRow(() -> {
            if (seen.incrementAndGet() == 10) {
                files.close();
            }
        });

        assertThatThrownBy(() -> reader.read(ALL))
                .isInstanceOf(AggregationException.class)
                .hasMessageContaining("closed");
        assertThat(seen.get()).isEqualTo(10);
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        JsonLinesDirectory.Builder builder = JsonLinesDirectory.builder(directory);

        assertThatThrownBy(() -> builder.readers(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.pollInterval(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }
}
