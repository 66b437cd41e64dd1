package dev.matview.testkit.paged;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.PagedGeneration.Entry;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.PagedSlices.SliceState;
import dev.matview.core.spi.PagedViewStore.IndexKey;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a generation has, as lists that are gone through. */
final class PagedModel {

    static final Comparator<Entry> IN_ORDER = Comparator.<Entry, byte[]>comparing(Entry::key, Arrays::compareUnsigned)
            .thenComparing(Entry::row);

    final ViewHead head;
    final Map<String, Map<String, Row>> rows = new TreeMap<>();
    final Map<String, SliceState> states = new TreeMap<>();

    private PagedModel(ViewHead head) {
        this.head = head;
    }

    static PagedModel whole(ViewDelta delta) {
        return new PagedModel(delta.head()).with(delta);
    }

    PagedModel next(ViewDelta delta) {
        if (delta.whole()) {
            return whole(delta);
        }
        return changed(delta);
    }

    /** With a portion of what is aside. */
    PagedModel changed(ViewDelta delta) {
        PagedModel next = new PagedModel(delta.head());
        rows.forEach((database, slice) -> next.rows.put(database, new TreeMap<>(slice)));
        next.states.putAll(states);
        return next.with(delta);
    }

    private PagedModel with(ViewDelta delta) {
        for (String database : delta.dropped()) {
            rows.remove(database);
            states.remove(database);
        }
        for (SliceDelta slice : delta.slices()) {
            Map<String, Row> held = rows.computeIfAbsent(slice.database(), name -> new TreeMap<>());
            held.keySet().removeAll(slice.removed());
            slice.put().forEach(row -> held.put(row.id(), row));
            states.put(
                    slice.database(), new SliceState(slice.database(), slice.position(), slice.leftOut(), held.size()));
        }
        return this;
    }

    List<Row> inOrder() {
        return rows.values().stream()
                .flatMap(slice -> slice.values().stream())
                .sorted()
                .toList();
    }

    int documentsLeftOut() {
        return states.values().stream()
                .map(SliceState::leftOut)
                .mapToInt(LeftOut::documents)
                .sum();
    }

    /** Where a row is found: under its id, under what it shows, under nothing, and under bytes of all kinds. */
    static List<IndexKey> keys(Row row) {
        byte[] id = row.id().getBytes(StandardCharsets.UTF_8);
        int shown = row.document()[row.document().length - 2] & 0xff;
        List<IndexKey> keys = new ArrayList<>();
        keys.add(new IndexKey("id", id));
        keys.add(new IndexKey("shown", new byte[] {(byte) (shown % 3 - 1)}));
        keys.add(new IndexKey("shown", new byte[] {(byte) (shown % 3 - 1), 0}));
        if (shown % 2 == 0) {
            keys.add(new IndexKey("none-1", new byte[0]));
            keys.add(new IndexKey("none-1", new byte[] {(byte) 0xff, (byte) 0xff}));
        }
        return keys;
    }

    List<Entry> in(Range range) {
        byte[] to = range.to();
        List<Entry> entries = new ArrayList<>();
        for (Row row : inOrder()) {
            for (IndexKey key : keys(row)) {
                if (key.index().equals(range.index())
                        && Arrays.compareUnsigned(key.key(), range.from()) >= 0
                        && (to == null || Arrays.compareUnsigned(key.key(), to) < 0)) {
                    entries.add(new Entry(key.key(), row));
                }
            }
        }
        entries.sort(IN_ORDER);
        return entries;
    }
}
