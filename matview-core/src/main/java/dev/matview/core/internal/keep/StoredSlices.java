package dev.matview.core.internal.keep;

import dev.matview.core.internal.view.Base;
import dev.matview.core.internal.view.Snapshot.Totals;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.PagedSlices;
import dev.matview.core.spi.PagedSlices.RowId;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.SliceChange;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Slices of which a store keeps the rows: they are asked for where a refresh has to compare, those of many slices together. */
abstract class StoredSlices implements Base {

    /** Where the slices stand. */
    abstract KnownSlices known();

    /** What is asked for rows. */
    abstract PagedSlices stored();

    @Override
    public boolean isInHeap() {
        return false;
    }

    @Override
    public Map<String, Position> positions() {
        return known().positions();
    }

    @Override
    public boolean holds(String database) {
        return known().find(database) != null;
    }

    @Override
    public String name(String database) {
        KnownSlices.Known held = known().find(database);
        return held == null ? database : held.database();
    }

    @Override
    public @Nullable Position position(String database) {
        KnownSlices.Known held = known().find(database);
        return held == null ? null : held.reflected();
    }

    @Override
    public LeftOut leftOut(String database) {
        KnownSlices.Known held = known().find(database);
        return held == null ? LeftOut.NOTHING : held.leftOut();
    }

    @Override
    public List<Row> slice(String database) {
        return holds(database) ? stored().slice(database) : List.of();
    }

    @Override
    public boolean hasSame(Slice slice) {
        if (!holds(slice.database()) || !leftOut(slice.database()).equals(slice.leftOut())) {
            return false;
        }
        Map<String, Row> held = byId(slice(slice.database()));
        return held.size() == slice.rows().size()
                && slice.rows().stream().allMatch(row -> {
                    Row known = held.get(row.id());
                    return known != null && known.isSameUnexpanded(row);
                });
    }

    private static Map<String, Row> byId(Collection<Row> rows) {
        Map<String, Row> byId = new HashMap<>();
        rows.forEach(row -> byId.put(row.id(), row));
        return byId;
    }

    @Override
    public SliceDelta difference(Slice slice) {
        if (!holds(slice.database())) {
            return SliceDelta.of(slice);
        }
        Map<String, Row> held = byId(slice(slice.database()));
        List<Row> put = new ArrayList<>();
        for (Row row : slice.rows()) {
            if (!row.equals(held.remove(row.id()))) {
                put.add(row);
            }
        }
        return new SliceDelta(slice.database(), slice.position(), put, held.keySet(), slice.leftOut());
    }

    @Override
    public SliceDelta changed(String database, @Nullable SliceChange change, Collection<Row> put) {
        return differences(
                        List.of(),
                        change == null ? Map.of() : Map.of(database, change),
                        put.isEmpty() && change != null ? Map.of() : Map.of(database, List.copyOf(put)))
                .get(0);
    }

    /** All rows that it needs of slices that are not whole are asked for at once. */
    @Override
    public List<SliceDelta> differences(
            Collection<Slice> whole, Map<String, SliceChange> changes, Map<String, List<Row>> others) {
        List<SliceDelta> all = new ArrayList<>();
        whole.forEach(slice -> all.add(difference(slice)));
        Set<String> databases = new HashSet<>(changes.keySet());
        databases.addAll(others.keySet());
        Set<RowId> wanted = new HashSet<>();
        others.values().forEach(rows -> rows.forEach(row -> wanted.add(RowId.of(row))));
        changes.forEach((database, change) -> change.ids().forEach(id -> wanted.add(new RowId(database, id))));
        Map<RowId, Row> held = new HashMap<>();
        if (!wanted.isEmpty()) {
            stored().find(wanted).forEach(row -> held.put(RowId.of(row), row));
        }
        for (String database : databases) {
            all.add(changed(database, changes.get(database), others.getOrDefault(database, List.of()), held));
        }
        return all;
    }

    private SliceDelta changed(
            String database, @Nullable SliceChange change, Collection<Row> others, Map<RowId, Row> held) {
        Map<String, Row> put = byId(others);
        Set<String> removed = new HashSet<>();
        if (change != null) {
            change.put().forEach(row -> put.put(row.id(), row));
            change.others().stream()
                    .filter(id -> held.containsKey(new RowId(database, id)))
                    .forEach(removed::add);
        }
        put.values().removeIf(row -> row.equals(held.get(RowId.of(row))));
        return new SliceDelta(
                database,
                change == null ? Objects.requireNonNull(position(database), "a slice that is held") : change.position(),
                List.copyOf(put.values()),
                removed,
                change == null ? leftOut(database) : change.leftOut());
    }

    /** The memory that rows take is the store's. */
    @Override
    public Totals totalsAfter(Collection<SliceDelta> changes, Set<String> dropped) {
        int left = known().documentsLeftOut();
        for (String database : dropped) {
            left -= leftOut(database).documents();
        }
        for (SliceDelta change : changes) {
            left += change.leftOut().documents() - leftOut(change.database()).documents();
        }
        return new Totals(left, 0);
    }
}
