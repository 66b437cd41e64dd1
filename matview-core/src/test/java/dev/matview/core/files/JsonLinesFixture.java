package dev.matview.core.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Row;
import dev.matview.testkit.SliceReader;
import dev.matview.testkit.SliceReader.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A directory of user databases, and what is read of it. */
abstract class JsonLinesFixture {

    static final FeedDefinition ALL = FeedDefinition.builder("all").build();
    static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00.5Z");

    @TempDir
    Path directory;

    JsonLinesDirectory files;
    SliceReader reader;

    @BeforeEach
    void open() {
        files = JsonLinesDirectory.open(directory);
        reader = new SliceReader(files);
    }

    @AfterEach
    void close() {
        files.close();
    }

    Path file(String database) {
        return directory.resolve(database + ".jsonl");
    }

    void write(String database, String content) throws IOException {
        write(database, content.getBytes(StandardCharsets.UTF_8), LONG_AGO);
    }

    void write(String database, byte[] content, Instant modified) throws IOException {
        Files.write(file(database), content);
        Files.setLastModifiedTime(file(database), FileTime.from(modified));
    }

    List<String> ids() {
        return reader.rows(ALL).stream().map(Row::id).toList();
    }

    Exception failure(String database) throws InterruptedException {
        Report report = reader.read(ALL);
        assertThat(report.failed).containsKey(database);
        return report.failed.get(database);
    }
}
