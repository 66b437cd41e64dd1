package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SnapshotTest {

    private static final String VIEW = "v";

    /** A database gets these documents (key by id), or is dropped where there are none at all. */
    record Step(String database, Map<String, Integer> documents) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<String> database = Arbitraries.of("userdb-a", "userdb-b", "userdb-c");
        Arbitrary<Map<String, Integer>> documents = Arbitraries.maps(
                        Arbitraries.of("1", "2", "3", "4", "5"),
                        Arbitraries.integers().between(0, 3))
                .ofMaxSize(5);
        return Combinators.combine(database, documents).as(Step::new).list().ofMaxSize(25);
    }

    @Property
    void applyingDifferencesIsTheSameAsMergingEverythingAnew(@ForAll("steps") List<Step> steps) {
        Snapshot snapshot = Snapshot.of(ViewDelta.whole(VIEW, 0, head(1), List.of()));
        Map<String, Slice> model = new TreeMap<>();
        for (Step step : steps) {
            long base = snapshot.head().generation();
            if (step.documents().isEmpty()) {
                model.remove(step.database());
                snapshot = snapshot.apply(
                        new ViewDelta(VIEW, base, false, head(base + 1), List.of(), Set.of(step.database())));
            } else {
                Slice slice = slice(step, base);
                model.put(step.database(), slice);
                SliceDelta change = snapshot.difference(slice);
                snapshot = snapshot.apply(new ViewDelta(VIEW, base, false, head(base + 1), List.of(change), Set.of()));
            }
            assertThat(snapshot.rows()).containsExactly(merged(model));
            assertThat(snapshot.positions().keySet()).isEqualTo(model.keySet());
        }
    }

    private static Row[] merged(Map<String, Slice> model) {
        return model.values().stream()
                .flatMap(slice -> slice.rows().stream())
                .sorted()
                .toArray(Row[]::new);
    }

    private static Slice slice(Step step, long seq) {
        List<Row> rows = new ArrayList<>();
        step.documents().forEach((id, key) -> rows.add(row(step.database(), id, key)));
        return new Slice(step.database(), new Position("" + seq, "0", "i"), rows);
    }

    private static Row row(String database, String id, int key) {
        return new Row(database, id, new byte[] {(byte) key}, ("{\"k\":" + key + "}").getBytes(), null);
    }

    private static ViewHead head(long generation) {
        return new ViewHead(generation, "f", Instant.EPOCH, 3, 0);
    }

    @Test
    void theDifferenceNamesOnlyRowsThatChanged() {
        Step before = new Step("userdb-a", Map.of("1", 1, "2", 2, "3", 3));
        Snapshot snapshot = Snapshot.of(ViewDelta.whole(VIEW, 0, head(1), List.of(slice(before, 1))));

        SliceDelta change = snapshot.difference(slice(new Step("userdb-a", Map.of("1", 1, "2", 9, "4", 4)), 2));

        assertThat(change.put().stream().map(Row::id)).containsExactlyInAnyOrder("2", "4");
        assertThat(change.removed()).containsExactly("3");
        assertThat(change.position().updateSeq()).isEqualTo("2");
    }

    @Test
    void aDeltaFromAnotherGenerationOrViewIsRefused() {
        Snapshot snapshot = Snapshot.of(ViewDelta.whole(VIEW, 0, head(1), List.of()));
        Stream.of(
                        new ViewDelta(VIEW, 2, false, head(3), List.of(), Set.of()),
                        new ViewDelta("w", 1, false, head(2), List.of(), Set.of()))
                .forEach(delta -> assertThatThrownBy(() -> snapshot.apply(delta))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("generation"));
    }
}
