package dev.matview.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.testkit.SliceReader.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Files that change between two readings, or during one. */
class ChangingFilesTest extends JsonLinesFixture {

    @Test
    void anotherFileOfTheSameSizeAndTimeIsAChange() throws Exception {
        write("userdb-a", "{\"_id\":\"1\"}");
        reader.read(ALL);
        write("userdb-aside", "{\"_id\":\"2\"}");
        Files.move(file("userdb-aside"), file("userdb-a"), StandardCopyOption.REPLACE_EXISTING);

        assertThat(reader.read(ALL).moved).containsOnlyKeys("userdb-a");
        assertThat(ids()).containsExactly("2");
    }

    /** The clock that stamps files moves in steps: two writes within one can leave the same stamp. */
    @Test
    void aSecondWriteWithinOneStepOfTheFileClockIsFound() throws Exception {
        Instant now = Instant.now();
        write("userdb-a", "{\"_id\":\"1\"}".getBytes(StandardCharsets.UTF_8), now.plusMillis(200));
        reader.read(ALL);
        assertThat(ids()).containsExactly("1");
        write("userdb-a", "{\"_id\":\"2\"}".getBytes(StandardCharsets.UTF_8), now.plusMillis(200));

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            reader.read(ALL);
            return ids().equals(List.of("2"));
        });
    }

    @Test
    void aFileThatChangesWhileItIsReadIsReadAgain() throws Exception {
        write("userdb-a", "{\"_id\":\"1\"}\n{\"_id\":\"2\"}\n");
        AtomicInteger appended = new AtomicInteger();
        reader.whenRow(() -> {
                    if (appended.getAndIncrement() == 0) {
                        append("userdb-a", "{\"_id\":\"late\"}\n");
                    }
                })
                .read(ALL);
        Report later = reader.read(ALL);

        assertThat(ids()).containsExactly("1", "2", "late");
        assertThat(later.failed).isEmpty();
    }

    @Test
    void aFileThatKeepsChangingIsReportedAsFailed() throws Exception {
        write("userdb-a", "{\"_id\":\"1\"}\n");
        write("userdb-b", "{\"_id\":\"b\"}\n");
        AtomicInteger appended = new AtomicInteger();
        reader.whenRow(() -> append("userdb-a", "{\"_id\":\"late" + appended.incrementAndGet() + "\"}\n"));

        Report report = reader.read(ALL);

        assertThat(report.failed).containsOnlyKeys("userdb-a");
        assertThat(report.failed.get("userdb-a")).hasMessageContaining("keeps changing");
        assertThat(report.moved).containsOnlyKeys("userdb-b");
    }

    @Test
    void aFileDeletedWhileItIsReadIsGone() throws Exception {
        write("userdb-a", "{\"_id\":\"1\"}\n");
        reader.read(ALL);
        write("userdb-a", "{\"_id\":\"1\"}\n{\"_id\":\"2\"}\n");

        Report report = reader.whenRow(() -> delete("userdb-a")).read(ALL);

        assertThat(report.gone).containsExactly("userdb-a");
    }

    private void append(String database, String line) {
        try {
            Files.writeString(file(database), line, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void delete(String database) {
        try {
            Files.deleteIfExists(file(database));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
