package dev.matview.core.memory;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A slice as the store keeps it.
 *
 * @param rows an immutable list, which is one array; often the very list that was committed
 */
record StoredSlice(Position position, List<Row> rows, LeftOut leftOut) {

    static StoredSlice after(@Nullable StoredSlice before, SliceDelta change) {
        if (before == null || before.rows.isEmpty()) {
            return new StoredSlice(change.position(), change.put(), change.leftOut());
        }
        if (change.put().isEmpty() && change.removed().isEmpty()) {
            return new StoredSlice(change.position(), before.rows, change.leftOut());
        }
        Set<String> replaced = new HashSet<>(change.removed());
        change.put().forEach(row -> replaced.add(row.id()));
        List<Row> rows = new ArrayList<>(before.rows.size() + change.put().size());
        for (Row row : before.rows) {
            if (!replaced.contains(row.id())) {
                rows.add(row);
            }
        }
        rows.addAll(change.put());
        return new StoredSlice(change.position(), List.copyOf(rows), change.leftOut());
    }

    /** The change that makes this slice of the one before. */
    SliceDelta since(String database, @Nullable StoredSlice before) {
        if (before == null) {
            return new SliceDelta(database, position, rows, Set.of(), leftOut);
        }
        Map<String, Row> left = new HashMap<>();
        before.rows.forEach(row -> left.put(row.id(), row));
        List<Row> put = new ArrayList<>();
        for (Row row : rows) {
            if (!row.equals(left.remove(row.id()))) {
                put.add(row);
            }
        }
        return new SliceDelta(database, position, put, left.keySet(), leftOut);
    }
}
