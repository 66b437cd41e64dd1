package dev.matview.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.SliceChange;
import dev.matview.testkit.DelegatingAggregator;
import dev.matview.testkit.SliceReader;
import dev.matview.testkit.SliceReader.Report;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of a file that changed, the lines that differ. */
class ChangedLinesTest extends JsonLinesFixture {

    private static final FeedDefinition EVEN =
            FeedDefinition.builder("even").selector("{\"n\":0}").build();

    private Instant time = LONG_AGO;

    /** At another time than before. */
    private void rewrite(String... lines) throws Exception {
        time = time.plusSeconds(1);
        write("userdb-a", String.join("\n", lines).getBytes(StandardCharsets.UTF_8), time);
    }

    private static SliceChange change(Report report) {
        assertThat(report.changed).containsOnlyKeys("userdb-a");
        return report.changed.get("userdb-a");
    }

    @Test
    void linesThatWereThereAreNotReadAgain() throws Exception {
        String many =
                IntStream.range(0, 500).mapToObj(i -> "{\"_id\":\"" + i + "\"}").collect(Collectors.joining("\n"));
        rewrite(many);
        reader.read(ALL);
        AtomicInteger rows = new AtomicInteger();
        reader.whenRow(rows::incrementAndGet);
        rewrite("{\"_id\":\"first\"}", many);

        SliceChange change = change(reader.read(ALL));

        assertThat(change.put()).extracting(Row::id).containsExactly("first");
        assertThat(change.others()).isEmpty();
        assertThat(rows).hasValue(1);
        assertThat(ids()).hasSize(501);
    }

    @Test
    void whileAnotherFeedIsToldTheWholeFile() throws Exception {
        rewrite("{\"_id\":\"1\",\"n\":0}", "{\"_id\":\"2\",\"n\":1}");
        reader.read(ALL);
        rewrite("{\"_id\":\"1\",\"n\":0}", "{\"_id\":\"2\",\"n\":0}");

        Map<String, Report> reports = reader.readAll(ALL, EVEN);

        assertThat(reports)
                .hasEntrySatisfying(
                        "all", report -> assertThat(change(report).ids()).containsExactly("2"));
        assertThat(reports)
                .hasEntrySatisfying("even", report -> assertThat(report.changed).isEmpty());
        assertThat(reader.rows(EVEN)).hasSize(2);
    }

    @Test
    void aLineInAnotherPlaceIsNoChange() throws Exception {
        rewrite("{\"_id\":\"1\"}", "{\"_id\":\"2\"}", "{\"_id\":\"3\"}");
        reader.read(ALL);
        rewrite("{\"_id\":\"3\"}", "", "{\"_id\":\"1\"}", "{\"_id\":\"2\"}");

        assertThat(change(reader.read(ALL)).ids()).isEmpty();
        assertThat(reader.read(ALL).unmoved).containsExactly("userdb-a");
    }

    @Test
    void whatIsNoMoreOrDeletedOrCannotBeReadIsToldByItsId() throws Exception {
        rewrite("{\"_id\":\"1\"}", "{\"_id\":\"2\"}", "{\"_id\":\"3\"}", "{\"_id\":\"4\"}");
        reader.read(ALL);
        rewrite(
                "{\"_id\":\"1\"}",
                "{\"_id\":\"2\",\"_deleted\":true}",
                "{\"_id\":\"3\",\"n\":" + "[".repeat(1_500) + "]".repeat(1_500) + "}");

        SliceChange change = change(reader.read(ALL));

        assertThat(change.put()).isEmpty();
        assertThat(change.others()).containsExactlyInAnyOrder("2", "3", "4");
        assertThat(change.leftOut().documents()).isEqualTo(1);
        assertThat(ids()).containsExactly("1");
    }

    @Test
    void aLineThatWasThereAndIsThereTwiceIsABadLine() throws Exception {
        rewrite("{\"_id\":\"1\"}", "{\"_id\":\"2\"}");
        reader.read(ALL);
        rewrite("{\"_id\":\"1\"}", "{\"_id\":\"2\"}", "{\"_id\":\"1\"}");

        assertThat(failure("userdb-a")).hasMessageEndingWith(":3: the _id is that of line 1 too");
        rewrite("{\"_id\":\"1\"}", "{\"_id\":\"3\"}");

        SliceChange change = change(reader.read(ALL));
        assertThat(change.ids()).as("since the last state that could be read").isEqualTo(Set.of("2", "3"));
    }

    /** Whoever reads first holds what was there a moment before, at the same position. */
    @Test
    void whatWasRightAfterAWriteIsNoStartOfAChange() throws Exception {
        Instant now = Instant.now().plusMillis(200);
        write("userdb-a", "{\"_id\":\"1\",\"n\":0}".getBytes(StandardCharsets.UTF_8), now);
        reader.read(ALL);
        Position fresh = reader.slices(ALL).get("userdb-a").position();
        write("userdb-a", "{\"_id\":\"2\",\"n\":0}".getBytes(StandardCharsets.UTF_8), now);
        reader.read(EVEN);
        assertThat(reader.slices(EVEN).get("userdb-a").position()).isEqualTo(fresh);

        await().atMost(Duration.ofSeconds(30))
                .until(() -> !reader.read(ALL).moved.isEmpty());

        assertThat(ids()).containsExactly("2");
    }

    @Test
    void aLineThatIsTooLongIsToldWithTheWholeFile() throws Exception {
        String tooLong = "{\"_id\":\"long\",\"text\":\"" + "x".repeat(JsonLinesParser.MAX_LINE);
        rewrite("{\"_id\":\"1\"}", tooLong + "1\"}");
        reader.read(ALL);
        rewrite("{\"_id\":\"1\"}", "{\"_id\":\"2\"}", tooLong + "2\"}");

        Report report = reader.read(ALL);

        assertThat(report.moved).containsOnlyKeys("userdb-a");
        assertThat(report.changed).isEmpty();
        assertThat(ids()).containsExactly("1", "2");
    }

    @Test
    void afterARestartAFileThatChangedIsToldWhole() throws Exception {
        rewrite("{\"_id\":\"1\"}", "{\"_id\":\"2\"}");
        try (JsonLinesDirectory restarted = JsonLinesDirectory.open(directory)) {
            AtomicReference<Aggregator> running = new AtomicReference<>(files);
            SliceReader reads = new SliceReader(new DelegatingAggregator(files) {
                @Override
                public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
                    running.get().aggregate(demands, sink);
                }
            });
            reads.read(ALL);
            running.set(restarted);
            assertThat(reads.read(ALL).unmoved).containsExactly("userdb-a");
            rewrite("{\"_id\":\"2\"}", "{\"_id\":\"3\"}");

            assertThat(reads.read(ALL).changed).isEmpty();
            assertThat(reads.rows(ALL)).extracting(Row::id).containsExactly("2", "3");
            rewrite("{\"_id\":\"3\"}");
            assertThat(reads.read(ALL).changed).as("known again").containsOnlyKeys("userdb-a");
        }
    }

    @Test
    void whichLinesAreRememberedIsBounded() {
        Position position = new Position("1", "0", "");
        FileLines.Builder builder = new FileLines.Builder(Long.MAX_VALUE);
        for (int i = 0; i < 100; i++) {
            builder.add("id-" + i, new FileLines.Digest(i, i));
        }
        FileLines lines = builder.build(position).orElseThrow();
        KnownLines known = new KnownLines(3 * lines.bytes());
        for (String database : List.of("a", "b", "c")) {
            known.put(database, lines);
        }
        known.put("b", lines);
        assertThat(known.get("a", Set.of(position))).isNotNull();
        known.put("d", lines);

        assertThat(known.get("c", Set.of(position))).as("used longest ago").isNull();
        assertThat(List.of("a", "b", "d"))
                .allSatisfy(database ->
                        assertThat(known.get(database, Set.of(position))).isSameAs(lines));
        assertThat(known.get("a", Set.of(new Position("2", "0", "")))).isNull();
    }

    /** Not only when they are all there. */
    @Test
    void ofAFileWithTooManyLinesNoneIsHeldWhileItIsRead() {
        FileLines.Builder builder = new FileLines.Builder(10_000);
        for (int i = 0; i < 1_000_000; i++) {
            builder.add("id", new FileLines.Digest(i, i));
        }

        assertThat(builder.build(new Position("1", "0", ""))).isEmpty();
    }
}
