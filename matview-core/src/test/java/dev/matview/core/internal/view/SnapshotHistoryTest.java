package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** Snapshots after long histories of views large enough for trees of several heights, against views made anew from documents. */
class SnapshotHistoryTest {

    private static final String VIEW = "v";

    /** What a database holds: documents by id, how many of them cannot be read, and how often it was written. */
    private record Contents(Map<String, Row> rows, int leftOut, int seq) {

        Position position() {
            return new Position(seq + "-g1AAAAC" + (char) ('A' + seq % 26), "0-g1AAAA", "1700000000");
        }

        LeftOut left(String database) {
            List<LeftOut.Example> examples = new ArrayList<>();
            for (int i = 0; i < leftOut; i++) {
                examples.add(new LeftOut.Example(database, "bad" + i, LeftOut.Reason.TOO_DEEP));
            }
            return new LeftOut(leftOut, examples);
        }
    }

    private record State(Snapshot snapshot, TreeMap<String, Contents> databases) {

        List<Row> rows() {
            return databases.values().stream()
                    .flatMap(contents -> contents.rows().values().stream())
                    .sorted()
                    .toList();
        }
    }

    private static Row row(String database, Random random) {
        int document = random.nextInt(2_000);
        // Few keys: the database and the id decide on many places.
        byte[] key = {(byte) random.nextInt(200)};
        byte[] json = ("{\"n\":" + random.nextInt(1_000) + "}").getBytes(StandardCharsets.UTF_8);
        return new Row(database, "p" + document, key, json, null);
    }

    private static SliceDelta change(String database, Contents before, Contents after) {
        List<Row> put = new ArrayList<>(after.rows().values());
        put.removeIf(row -> before.rows().get(row.id()) == row);
        Set<String> removed = new HashSet<>(before.rows().keySet());
        removed.removeAll(after.rows().keySet());
        return new SliceDelta(database, after.position(), put, removed, after.left(database));
    }

    private static State first() {
        ViewDelta empty = new ViewDelta(VIEW, 0, true, GenerationContract.head(1), List.of(), Set.of());
        return new State(Snapshot.of(empty), new TreeMap<>());
    }

    /** One row of one database; or many of several, databases dropped, all emptied or filled anew. */
    private static State next(State last, Random random) {
        TreeMap<String, Contents> databases = new TreeMap<>(last.databases());
        List<SliceDelta> changes = new ArrayList<>();
        Set<String> dropped = new HashSet<>();
        int most = random.nextBoolean() ? 1 : 30;
        for (int i = 0; i < most; i++) {
            String database = "userdb-" + random.nextInt(i == 0 ? 3 : 300);
            if (changes.stream().anyMatch(change -> change.database().equals(database)) || dropped.contains(database)) {
                continue;
            }
            Contents before = databases.getOrDefault(database, new Contents(Map.of(), 0, 0));
            if (random.nextInt(6) == 0) {
                dropped.add(database);
                databases.remove(database);
            } else {
                Contents after = edited(database, before, random);
                changes.add(change(database, before, after));
                databases.put(database, after);
            }
        }
        long base = last.snapshot().head().generation();
        ViewDelta delta = new ViewDelta(VIEW, base, false, GenerationContract.head(base + 1), changes, dropped);
        return new State(last.snapshot().apply(delta), databases);
    }

    private static Contents edited(String database, Contents before, Random random) {
        Map<String, Row> rows = new HashMap<>(before.rows());
        int edits = random.nextInt(3) == 0 ? random.nextInt(1_500) : random.nextInt(3);
        for (int i = 0; i < edits; i++) {
            Row row = row(database, random);
            if (random.nextInt(3) == 0) {
                rows.remove(row.id());
            } else {
                rows.put(row.id(), row);
            }
        }
        if (random.nextInt(10) == 0) {
            rows.clear();
        }
        return new Contents(rows, random.nextInt(4) == 0 ? random.nextInt(3) : 0, before.seq() + 1);
    }

    private static List<State> history(long seed) {
        Random random = new Random(seed);
        List<State> states = new ArrayList<>(List.of(first()));
        for (int i = 0; i < 15; i++) {
            states.add(next(states.get(i), random));
        }
        return states;
    }

    @Property(tries = 8, shrinking = ShrinkingMode.OFF)
    void everySnapshotReadsAsAViewMadeAnewAlsoWhenLaterOnesFollow(@ForAll long seed) {
        for (State state : history(seed)) {
            Snapshot snapshot = state.snapshot();
            List<Row> rows = state.rows();
            assertThat(snapshot.size()).isEqualTo(rows.size());
            assertThat(List.copyOf(snapshot.page(null, 0, Integer.MAX_VALUE))).isEqualTo(rows);
            assertThat(snapshot).containsExactlyElementsOf(rows);
            assertThat(snapshot.bytes())
                    .isEqualTo(rows.stream().mapToLong(Row::bytes).sum());
            Random random = new Random(seed);
            for (int i = 0; i < 20 && !rows.isEmpty(); i++) {
                int place = random.nextInt(rows.size());
                int skip = random.nextInt(200);
                Row row = rows.get(place);
                assertThat(snapshot.place(row)).isEqualTo(place);
                assertThat(snapshot.find(row.database(), row.id())).isSameAs(row);
                assertThat(snapshot.contains(row)).isTrue();
                assertThat(snapshot.page(row, skip, 100))
                        .isEqualTo(rows.subList(
                                Math.min(rows.size(), place + 1 + skip), Math.min(rows.size(), place + 101 + skip)));
            }
            assertThat(snapshot.find("userdb-1", "never")).isNull();
            assertSlices(state);
        }
    }

    private static void assertSlices(State state) {
        Snapshot snapshot = state.snapshot();
        Map<String, Position> positions = new HashMap<>();
        LeftOut leftOut = LeftOut.NOTHING;
        for (Map.Entry<String, Contents> database : state.databases().entrySet()) {
            String name = database.getKey();
            Contents contents = database.getValue();
            positions.put(name, contents.position());
            leftOut = leftOut.and(contents.left(name));
            assertThat(snapshot.holds(name)).isTrue();
            assertThat(snapshot.position(name)).isEqualTo(contents.position());
            assertThat(snapshot.positions()).containsEntry(name, contents.position());
            assertThat(snapshot.leftOut(name)).isEqualTo(contents.left(name));
            assertThat(snapshot.slice(name)).hasSize(contents.rows().size());
            assertThat(snapshot.slice(name)).containsExactlyElementsOf(new TreeMap<>(contents.rows()).values());
        }
        assertThat(snapshot.positions().keySet())
                .containsExactlyElementsOf(state.databases().keySet());
        assertThat(snapshot.positions()).isEqualTo(positions);
        assertThat(snapshot.leftOut()).isEqualTo(leftOut);
        assertThat(snapshot.positions()).doesNotContainKey("userdb-never");
        assertThat(snapshot.holds("userdb-never")).isFalse();
        assertThat(snapshot.position("userdb-never")).isNull();
        assertThat(snapshot.leftOut("userdb-never")).isEqualTo(LeftOut.NOTHING);
        assertThat(snapshot.slice("userdb-never")).isEmpty();
        assertThat(snapshot.slice("userdb-never")).isEmpty();
    }

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void whicheverEarlierSnapshotOneHasTheDifferenceLeadsFromThere(@ForAll long seed) {
        List<State> states = history(seed);
        State last = states.get(states.size() - 1);
        for (State earlier : states) {
            ViewDelta delta = last.snapshot().since(earlier.snapshot());
            Snapshot led = earlier.snapshot().apply(delta);
            assertThat(List.copyOf(led.page(null, 0, Integer.MAX_VALUE))).isEqualTo(last.rows());
            assertSlices(new State(led, last.databases()));

            Set<Row> own = identities(last.snapshot());
            own.removeAll(identities(earlier.snapshot()));
            int fewer = own.size() - 1;
            assertThat(fewer < 0 ? null : last.snapshot().notSharedWith(earlier.snapshot(), fewer))
                    .isNull();
            assertThat(last.snapshot().notSharedWith(earlier.snapshot()))
                    .hasSize(own.size())
                    .allMatch(own::contains);
        }
        Snapshot anew = Snapshot.of(last.snapshot().whole());
        assertSlices(new State(anew, last.databases()));
    }

    private static Set<Row> identities(Snapshot snapshot) {
        Set<Row> rows = Collections.newSetFromMap(new IdentityHashMap<>());
        snapshot.forEach(rows::add);
        return rows;
    }

    /** A slice of 50,000 rows, others beside it, and one row that changes, however the generation is asked. */
    @Test
    void oneRowOfALargeSliceKeepsAFewHundredReferencesBesideTheNextGeneration() {
        List<SliceDelta> slices = new ArrayList<>();
        for (int database = 0; database < 2_000; database++) {
            slices.add(slice("userdb-" + database, 1));
        }
        slices.add(slice("userdb-large", 50_000));
        ViewDelta whole = new ViewDelta(VIEW, 0, true, GenerationContract.head(1), slices, Set.of());
        Snapshot before = Snapshot.of(whole);
        Row changed = GenerationContract.row("userdb-large", "p01234", 7);
        SliceDelta change = new SliceDelta("userdb-large", new Position("2", "0", "i"), List.of(changed), Set.of());
        Snapshot after =
                before.apply(new ViewDelta(VIEW, 1, false, GenerationContract.head(2), List.of(change), Set.of()));

        assertThat(before.notSharedWith(after)).hasSize(1);
        assertThat(after.notSharedWith(before)).containsExactly(changed);
        assertThat(before.referencesNotSharedWith(after)).isLessThan(1_500);
        assertThat(after.referencesNotSharedWith(before)).isLessThan(1_500);
        assertThat(after.since(before).slices()).containsExactly(change);
        assertThat(before.referencesNotSharedWith(before)).isZero();
    }

    /** What only leaves is told from both sides. */
    @Test
    void changesAreToldUpToAsManyAsAreWanted() {
        FeedDefinition feed = FeedDefinition.builder("posts").sort("[\"n\"]").build();
        Snapshot before = Snapshot.of(new ViewDelta(
                VIEW,
                0,
                true,
                GenerationContract.head(1),
                List.of(slice("userdb-a", 100), slice("userdb-b", 100)),
                Set.of()));
        Snapshot after =
                before.apply(new ViewDelta(VIEW, 1, false, GenerationContract.head(2), List.of(), Set.of("userdb-a")));

        assertThat(RowChanges.between(feed, before, after, 100)).isNotNull();
        assertThat(RowChanges.between(feed, after, before, 100)).isNotNull();
        assertThat(RowChanges.between(feed, before, after, 99)).isNull();
        assertThat(RowChanges.between(feed, after, before, 99)).isNull();
    }

    private static SliceDelta slice(String database, int rows) {
        List<Row> all = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            all.add(GenerationContract.row(database, "p%05d".formatted(i), i % 100));
        }
        return SliceDelta.of(new Slice(database, new Position("1", "0", "i"), all));
    }
}
