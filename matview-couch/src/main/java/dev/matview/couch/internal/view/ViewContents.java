package dev.matview.couch.internal.view;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what attempts wrote as the delta that it amounts to. Not thread-safe. */
final class ViewContents implements ViewReader.Content {

    private final @Nullable ViewIndex base;
    private final Map<String, Slice> slices = new HashMap<>();
    private final Set<String> dropped = new HashSet<>();

    private static final class Slice {
        private @Nullable Position position;
        private LeftOut leftOut = LeftOut.NOTHING;
        private final Map<String, Row> rows = new HashMap<>();
        private final Set<String> removed = new HashSet<>();
    }

    private ViewContents(@Nullable ViewIndex base) {
        this.base = base;
    }

    /** For a generation from its beginning. */
    static ViewContents whole() {
        return new ViewContents(null);
    }

    /** For what happened after the generation of the index. */
    static ViewContents since(ViewIndex base) {
        return new ViewContents(base);
    }

    private Slice slice(String database) {
        return slices.computeIfAbsent(database, name -> new Slice());
    }

    @Override
    public void dropped(String database) {
        slices.remove(database);
        dropped.add(database);
    }

    @Override
    public void removed(String database, String id) {
        Slice slice = slice(database);
        slice.rows.remove(id);
        if (base != null) {
            slice.removed.add(id);
        }
    }

    @Override
    public void position(String database, Position position, LeftOut leftOut) {
        Slice slice = slice(database);
        slice.position = position;
        slice.leftOut = leftOut;
        if (base != null && dropped.remove(database)) {
            // It is there again: what it had before is gone all the same.
            slice.removed.addAll(base.ids(database));
            slice.removed.removeAll(slice.rows.keySet());
        }
    }

    @Override
    public void row(Row row) {
        Slice slice = slice(row.database());
        slice.removed.remove(row.id());
        slice.rows.put(row.id(), row);
    }

    /** @throws IllegalStateException when rows were seen whose slice was not */
    ViewDelta delta(String view, long since, ViewHead head) {
        List<SliceDelta> changed = new ArrayList<>(slices.size());
        slices.forEach((database, slice) -> {
            if (slice.position == null) {
                throw new IllegalStateException("rows of " + database + " without its position");
            }
            changed.add(new SliceDelta(database, slice.position, rows(slice), slice.removed, slice.leftOut));
        });
        return base == null
                ? new ViewDelta(view, 0, true, head, changed, Set.of())
                : new ViewDelta(view, since, false, head, changed, dropped);
    }

    private static List<Row> rows(Slice slice) {
        Collection<Row> rows = slice.rows.values();
        return List.copyOf(rows);
    }
}
