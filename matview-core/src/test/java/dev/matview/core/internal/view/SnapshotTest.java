package dev.matview.core.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SnapshotTest extends GenerationContract {

    @Override
    Generation first(ViewDelta whole) {
        return Snapshot.of(whole);
    }

    @Override
    Generation next(Generation base, ViewDelta delta) {
        return ((Snapshot) base).apply(delta);
    }

    private static Slice slice(Map<String, Integer> documents, long seq) {
        List<Row> rows = new ArrayList<>();
        documents.forEach((id, key) -> rows.add(row("userdb-a", id, key)));
        return new Slice("userdb-a", new Position("" + seq, "0", "i"), rows);
    }

    @Test
    void theDifferenceNamesOnlyRowsThatChanged() {
        Slice before = slice(Map.of("1", 1, "2", 2, "3", 3), 1);
        Snapshot snapshot = Snapshot.of(ViewDelta.whole(VIEW, 0, head(1), List.of(before)));

        SliceDelta change = snapshot.difference(slice(Map.of("1", 1, "2", 9, "4", 4), 2));

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
