package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What holds of generations, wherever they are held. */
abstract class GenerationContract {

    protected static final String VIEW = "v";

    private static final List<String> DATABASES = List.of("userdb-a", "userdb-b", "userdb-c");
    private static final List<String> IDS = List.of("1", "2", "3", "4");

    /**
     * The generation that the delta leads to.
     *
     * @param base the one it starts from; that of a whole delta has no rows
     */
    abstract Generation next(Generation base, ViewDelta delta);

    /** A generation without rows. */
    abstract Generation first(ViewDelta whole);

    /** A database gets these documents, key by id; null drops it. */
    record Step(String database, Map<String, Integer> documents) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Map<String, Integer>> documents = Arbitraries.maps(
                        Arbitraries.of(IDS), Arbitraries.integers().between(0, 2))
                .ofMaxSize(4);
        return Combinators.combine(Arbitraries.of(DATABASES), documents.injectNull(0.1))
                .as(Step::new)
                .list()
                .ofMaxSize(8);
    }

    /** A generation, and what it has to say. */
    private record Expected(
            Generation generation, Map<String, Map<String, Row>> rows, Map<String, Position> positions) {

        List<Row> inOrder() {
            return rows.values().stream()
                    .flatMap(slice -> slice.values().stream())
                    .sorted()
                    .toList();
        }
    }

    @Property(tries = 150)
    void everyGenerationReadsAsItsSlicesMergedAlsoWhenLaterOnesFollow(@ForAll("steps") List<Step> steps) {
        for (Expected one : generations(steps)) {
            List<Row> rows = one.inOrder();
            ReadRows.assertRead(one.generation(), rows, absent(rows));
            assertThat(((Base) one.generation()).positions()).isEqualTo(one.positions());
            if (one.generation().isInHeap()) {
                assertThat(one.generation().bytes())
                        .isEqualTo(rows.stream().mapToLong(Row::bytes).sum());
            }
            for (String database : DATABASES) {
                for (String id : IDS) {
                    assertThat(one.generation().find(database, id))
                            .isEqualTo(
                                    one.rows().getOrDefault(database, Map.of()).get(id));
                }
            }
        }
    }

    @Property(tries = 150)
    void whatTwoGenerationsDoNotShareIsWhatLeadsFromOneToTheOther(@ForAll("steps") List<Step> steps) {
        List<Expected> all = generations(steps);
        for (Expected one : all) {
            for (Expected other : all) {
                List<Row> different = new ArrayList<>(one.inOrder());
                different.removeAll(other.inOrder());
                // What went and came back the same may be told or not.
                List<Row> readAnew = new ArrayList<>(one.inOrder());
                readAnew.removeIf(row -> other.inOrder().stream().anyMatch(same -> same == row));
                assertThat(one.generation().notSharedWith(other.generation()))
                        .doesNotHaveDuplicates()
                        .containsAll(different)
                        .isSubsetOf(readAnew);
            }
        }
    }

    private List<Expected> generations(List<Step> steps) {
        List<Expected> all = new ArrayList<>();
        all.add(new Expected(
                first(new ViewDelta(VIEW, 0, true, head(1), List.of(), Set.of())), new TreeMap<>(), new TreeMap<>()));
        for (Step step : steps) {
            Expected last = all.get(all.size() - 1);
            Map<String, Map<String, Row>> rows = new TreeMap<>(last.rows());
            Map<String, Position> positions = new TreeMap<>(last.positions());
            long base = last.generation().head().generation();
            ViewDelta delta;
            if (step.documents() == null) {
                rows.remove(step.database());
                positions.remove(step.database());
                delta = new ViewDelta(VIEW, base, false, head(base + 1), List.of(), Set.of(step.database()));
            } else {
                SliceDelta change = change(step, rows.getOrDefault(step.database(), Map.of()), base);
                Map<String, Row> slice = new HashMap<>(rows.getOrDefault(step.database(), Map.of()));
                slice.keySet().removeAll(change.removed());
                change.put().forEach(row -> slice.put(row.id(), row));
                rows.put(step.database(), slice);
                positions.put(step.database(), change.position());
                delta = new ViewDelta(VIEW, base, false, head(base + 1), List.of(change), Set.of());
            }
            all.add(new Expected(next(last.generation(), delta), rows, positions));
        }
        return all;
    }

    private static SliceDelta change(Step step, Map<String, Row> before, long seq) {
        List<Row> put = new ArrayList<>();
        step.documents().forEach((id, key) -> {
            Row row = row(step.database(), id, key);
            if (!row.equals(before.get(id))) {
                put.add(row);
            }
        });
        Set<String> removed = new HashSet<>(before.keySet());
        removed.removeAll(step.documents().keySet());
        return new SliceDelta(step.database(), new Position("" + seq, "0", "i"), put, removed);
    }

    private static List<Row> absent(List<Row> rows) {
        List<Row> absent = new ArrayList<>();
        for (String database : DATABASES) {
            for (int key = 0; key <= 2; key++) {
                absent.add(row(database, "2", key));
            }
        }
        absent.removeIf(row -> rows.stream().anyMatch(one -> one.compareTo(row) == 0));
        return absent;
    }

    protected static Row row(String database, String id, int key) {
        return new Row(
                database, id, new byte[] {(byte) key}, ("{\"k\":" + key + "}").getBytes(StandardCharsets.UTF_8), null);
    }

    protected static ViewHead head(long generation) {
        return new ViewHead(generation, "f", Instant.ofEpochSecond(generation), 3, 0);
    }

    @Test
    void whatIsLeftOutIsNamed() {
        LeftOut two = new LeftOut(2, List.of(new LeftOut.Example("userdb-b", "x", LeftOut.Reason.TOO_DEEP)));
        SliceDelta change = new SliceDelta(
                "userdb-b", new Position("1", "0", "i"), List.of(row("userdb-b", "1", 0)), Set.of(), two);

        Generation generation = first(new ViewDelta(VIEW, 0, true, head(1), List.of(change), Set.of()));

        assertThat(generation.leftOut()).isEqualTo(two);
    }

    @Test
    void aTagNamesTheGenerationAndItsTime() {
        Generation one = first(new ViewDelta(VIEW, 0, true, head(1), List.of(), Set.of()));
        Generation later = next(one, new ViewDelta(VIEW, 1, false, head(2), List.of(), Set.of()));
        ViewHead anew = new ViewHead(1, "f", Instant.ofEpochSecond(9), 3, 0);

        assertThat(List.of(
                        one.tag(),
                        later.tag(),
                        first(new ViewDelta(VIEW, 0, true, anew, List.of(), Set.of()))
                                .tag()))
                .doesNotHaveDuplicates();
        assertThat(one.view()).isEqualTo(VIEW);
    }

    /** More than is taken at a time. */
    @Test
    void aLargeGenerationIsGoneThroughFromTheFirstToTheLast() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            rows.add(row("userdb-a", String.format("%04d", i), 0));
        }
        SliceDelta change = new SliceDelta("userdb-a", new Position("1", "0", "i"), rows, Set.of());

        Generation generation = first(new ViewDelta(VIEW, 0, true, head(1), List.of(change), Set.of()));

        assertThat(generation).containsExactlyElementsOf(rows);
        assertThat(generation.first(2_000)).containsExactlyElementsOf(rows.subList(0, 2_000));
    }
}
