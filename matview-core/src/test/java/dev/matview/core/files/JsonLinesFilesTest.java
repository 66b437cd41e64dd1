package dev.matview.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.LeftOut.Example;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.testkit.SliceReader;
import dev.matview.testkit.SliceReader.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is special about user databases in files. */
class JsonLinesFilesTest {

    private static final FeedDefinition ALL = FeedDefinition.builder("all").build();
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00.5Z");

    @TempDir
    private Path directory;

    private JsonLinesDirectory files;
    private SliceReader reader;

    @BeforeEach
    void open() {
        files = JsonLinesDirectory.open(directory);
        reader = new SliceReader(files);
    }

    @AfterEach
    void close() {
        files.close();
    }

    private Path file(String database) {
        return directory.resolve(database + ".jsonl");
    }

    private void write(String database, String content) throws IOException {
        write(database, content.getBytes(StandardCharsets.UTF_8), LONG_AGO);
    }

    private void write(String database, byte[] content, Instant modified) throws IOException {
        Files.write(file(database), content);
        Files.setLastModifiedTime(file(database), FileTime.from(modified));
    }

    private List<String> ids() {
        return reader.rows(ALL).stream().map(Row::id).toList();
    }

    private Exception failure(String database) throws InterruptedException {
        Report report = reader.read(ALL);
        assertThat(report.failed).containsKey(database);
        return report.failed.get(database);
    }

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

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"secret":1}               | the document has no _id
            {"_id":7,"secret":1}       | _id must be a string that is not empty
            {"_id":null}               | _id must be a string that is not empty
            {"_id":""}                 | _id must be a string that is not empty
            ["secret"]                 | a document must be a JSON object
            "secret"                   | a document must be a JSON object
            null                       | a document must be a JSON object
            secret                     | not valid JSON, at column 1
            {"_id":"x","a":secret}     | not valid JSON, at column 16
            {"_id":"x","secret"}       | not valid JSON, at column 20
            {"_id":"x",                | not valid JSON, at column 12
            {"_id":"x"} {"_id":"y"}    | not valid JSON, at column 13
            {"_id":"x"} secret         | not valid JSON, at column 13
            {"_id":"x","a":NaN}        | not valid JSON, at column 19
            {'_id':"x"}                | not valid JSON, at column 2
            {"_id":"secret"}           | the _id is that of line 1 too
            """)
    void aBadLineIsNamedWithoutItsContent(String line, String reason) throws Exception {
        write("userdb-a", "{\"_id\":\"secret\"}\n\n" + line + "\n{\"_id\":\"ok\"}\n");

        Exception failure = failure("userdb-a");

        assertThat(failure).hasMessage(file("userdb-a") + ":3: " + reason);
        assertThat(failure).isInstanceOfSatisfying(BadLineException.class, bad -> {
            assertThat(bad.path()).isEqualTo(file("userdb-a"));
            assertThat(bad.line()).isEqualTo(3);
            assertThat(bad.reason()).isEqualTo(reason).doesNotContain("secret");
        });
        assertThatThrownBy(() -> files.fetch("userdb-a", Set.of("ok")))
                .isInstanceOf(AggregationException.class)
                .hasMessage(failure.getMessage());
    }

    @Test
    void whatIsNotUtf8IsABadLine() throws Exception {
        Map<String, byte[]> bad = Map.of(
                "latin1", new byte[] {(byte) 0xe9},
                "overlong", new byte[] {(byte) 0xc0, (byte) 0xaf},
                "surrogate", new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                "cut", new byte[] {(byte) 0xe2, (byte) 0x82});
        for (Map.Entry<String, byte[]> each : bad.entrySet()) {
            byte[] head = "{\"_id\":\"ok\"}\n{\"_id\":\"x\",\"t\":\"".getBytes(StandardCharsets.UTF_8);
            byte[] content = new byte[head.length + each.getValue().length + 2];
            System.arraycopy(head, 0, content, 0, head.length);
            System.arraycopy(each.getValue(), 0, content, head.length, each.getValue().length);
            content[content.length - 2] = '"';
            content[content.length - 1] = '}';
            write("userdb-" + each.getKey(), content, LONG_AGO);

            assertThat(failure("userdb-" + each.getKey()))
                    .hasMessage(file("userdb-" + each.getKey()) + ":2: not valid UTF-8");
        }
    }

    @Test
    void anotherEncodingIsNotGuessed() throws Exception {
        write("userdb-a", "{\"_id\":\"1\"}".getBytes(StandardCharsets.UTF_16BE), LONG_AGO);

        assertThat(failure("userdb-a")).hasMessageEndingWith(":1: not JSON in UTF-8: it has a zero byte");
    }

    @Test
    void aLineThatIsTooLongIsLeftOut() throws Exception {
        String head = "{\"_id\":\"1\",\"t\":\"";
        write("userdb-max", head + "x".repeat(JsonLinesParser.MAX_LINE - head.length() - 2) + "\"}\n{\"_id\":\"2\"}");
        for (int more : List.of(1, 70_000, 20_000_000)) {
            write(
                    "userdb-over" + more,
                    "{\"_id\":\"0\"}\n" + head + "x".repeat(JsonLinesParser.MAX_LINE - head.length() - 2 + more)
                            + "\"}\n{\"_id\":\"2\"}" + (more == 1 ? "\n" : ""));
        }

        Report report = reader.read(ALL);

        assertThat(report.failed).isEmpty();
        assertThat(report.moved.remove("userdb-max").rows()).hasSize(2);
        assertThat(report.moved).hasSize(3).allSatisfy((database, slice) -> {
            assertThat(slice.rows()).extracting(Row::id).containsExactlyInAnyOrder("0", "2");
            assertThat(slice.leftOut())
                    .isEqualTo(new LeftOut(1, List.of(new Example(database, "1", Reason.TOO_LARGE))));
        });
    }

    @Test
    void aLineThatIsTooLongAndWhoseIdIsNotToBeSeenIsABadLine() throws Exception {
        write("userdb-a", "{\"_id\":\"0\"}\n{\"t\":\"" + "x".repeat(JsonLinesParser.MAX_LINE) + "\",\"_id\":\"1\"}\n");

        assertThat(failure("userdb-a")).hasMessageEndingWith(":2: longer than 16000000 bytes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            TOO_DEEP       | [                         | 100000 | ]
            LONG_NUMBER    | 1                         | 20000  |
            HALF_CHARACTER | {"\\ud83d":               | 1      | 1}
            """)
    void whatIsJsonAndBeyondWhatIsReadIsLeftOut(Reason reason, String open, int times, String close) throws Exception {
        String value = open.repeat(times) + (close == null ? "" : close.repeat(times));
        write(
                "userdb-a",
                "{\"_id\":\"1\",\"a\":" + value + "}\n{\"_id\":\"2\"}\n{\"_id\":\"3\",\"_deleted\":true,\"a\":" + value
                        + "}");

        reader.read(ALL);

        assertThat(reader.slices(ALL).get("userdb-a").rows())
                .extracting(Row::id)
                .containsExactly("2");
        assertThat(reader.slices(ALL).get("userdb-a").leftOut())
                .isEqualTo(new LeftOut(1, List.of(new Example("userdb-a", "1", reason))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"_id":"1","a":%s     | not a JSON object
            {"a":%s}              | the document has no _id
            {"_id":7,"a":%s}      | the document has no _id
            {"_id":"x","a":%s}    | the _id is that of line 1 too
            """)
    void whatIsNoDocumentBesidesIsABadLine(String line, String reason) throws Exception {
        String deep = "[".repeat(1_500) + "]".repeat(1_500);
        write("userdb-a", "{\"_id\":\"x\"}\n" + line.formatted(deep));

        assertThat(failure("userdb-a")).hasMessageEndingWith(":2: " + reason);
    }

    @Test
    void aFileWithABadLineKeepsItsLastGoodState() throws Exception {
        write("userdb-a", "{\"_id\":\"1\"}\n");
        write("userdb-b", "{\"_id\":\"1\"}\n");
        reader.read(ALL);
        write("userdb-a", "{\"_id\":\"1\"}\n{\"_id\":\"2\"}\noops\n");
        Report report = reader.read(ALL);

        assertThat(report.failed).containsOnlyKeys("userdb-a");
        assertThat(report.unmoved).containsExactly("userdb-b");
        assertThat(reader.slices(ALL).get("userdb-a").rows())
                .extracting(Row::id)
                .containsExactly("1");

        write("userdb-a", "{\"_id\":\"1\"}\n{\"_id\":\"2\"}\n");
        reader.read(ALL);
        assertThat(reader.slices(ALL).get("userdb-a").rows())
                .extracting(Row::id)
                .containsExactly("1", "2");
    }

    @Test
    void aBadFileThatDidNotChangeIsNotReadAgain() throws Exception {
        write("userdb-a", "oops");
        Exception first = failure("userdb-a");

        assertThat(failure("userdb-a")).isSameAs(first);

        write("userdb-a", "oops!");
        assertThat(failure("userdb-a")).isNotSameAs(first);
    }

    @Test
    void whichBadFilesAreRememberedIsBounded() {
        BadFiles bad = new BadFiles();
        Position position = new Position("1", "0", "");
        BadLineException cause = new BadLineException(directory, 1, "bad");
        for (int i = 0; i <= BadFiles.MAX; i++) {
            bad.put("userdb-" + i, position, cause);
        }

        assertThat(bad.get("userdb-0", position)).isNull();
        assertThat(bad.get("userdb-1", position)).isSameAs(cause);
        assertThat(bad.get("userdb-" + BadFiles.MAX, position)).isSameAs(cause);
    }

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
