package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A reader's copy of a view, kept by applying deltas one after the other; checks that each of them fits. */
public final class ViewModel {

    private final Map<String, Position> positions = new TreeMap<>();
    private final Map<String, Map<String, Row>> rows = new TreeMap<>();
    private final Map<String, LeftOut> leftOut = new TreeMap<>();
    private @Nullable ViewHead head;

    public static ViewModel of(ViewDelta whole) {
        return new ViewModel().apply(whole);
    }

    public ViewModel apply(ViewDelta delta) {
        if (delta.whole()) {
            positions.clear();
            rows.clear();
            leftOut.clear();
        } else {
            assertThat(delta.base()).as("the base of a delta").isEqualTo(generation());
        }
        head = delta.head();
        for (String database : delta.dropped()) {
            positions.remove(database);
            rows.remove(database);
            leftOut.remove(database);
        }
        for (SliceDelta slice : delta.slices()) {
            assertThat(delta.dropped()).doesNotContain(slice.database());
            positions.put(slice.database(), slice.position());
            leftOut.put(slice.database(), slice.leftOut());
            Map<String, Row> held = rows.computeIfAbsent(slice.database(), name -> new TreeMap<>());
            held.keySet().removeAll(slice.removed());
            for (Row row : slice.put()) {
                assertThat(row.database()).isEqualTo(slice.database());
                held.put(row.id(), row);
            }
        }
        return this;
    }

    public ViewModel copy() {
        ViewModel copy = new ViewModel();
        copy.head = head;
        copy.positions.putAll(positions);
        copy.leftOut.putAll(leftOut);
        rows.forEach((database, held) -> copy.rows.put(database, new TreeMap<>(held)));
        return copy;
    }

    public long generation() {
        return head == null ? 0 : head.generation();
    }

    /** What the generation says of itself; null before the first delta. */
    public @Nullable ViewHead head() {
        return head;
    }

    public Map<String, Position> positions() {
        return positions;
    }

    /** Rows by database and id. */
    public Map<String, Map<String, Row>> rows() {
        return rows;
    }

    /** The rows of a database, by id; there must be a slice of it. */
    Map<String, Row> rows(String database) {
        Map<String, Row> held = rows.get(database);
        if (held == null) {
            throw new AssertionError("the view has no slice of " + database);
        }
        return held;
    }

    /** The documents that are left out, by database. */
    public Map<String, LeftOut> leftOut() {
        return leftOut;
    }

    public void assertSameAs(ViewModel expected) {
        assertThat(head).isEqualTo(expected.head);
        assertThat(positions).isEqualTo(expected.positions);
        assertThat(rows).isEqualTo(expected.rows);
        assertThat(leftOut).isEqualTo(expected.leftOut);
    }
}
