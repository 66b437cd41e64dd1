package dev.matview.core.paged;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A generation as sorted sets. Never changes once it is committed, but for when it was replaced. */
final class SortedGeneration implements PagedGeneration {

    private static final Comparator<Entry> IN_ORDER = Comparator.<Entry, byte[]>comparing(
                    Entry::key, Arrays::compareUnsigned)
            .thenComparing(Entry::row);

    private final PagedInMemoryStore store;
    private final String view;
    private final ViewHead head;
    /** The number of the last generation that was made anew as a whole. */
    private final long wholeSince;

    private final TreeSet<Row> rows = new TreeSet<>();
    private final Map<String, TreeSet<Entry>> indexes = new HashMap<>();
    private final TreeMap<String, TreeMap<String, Row>> slices = new TreeMap<>();
    private final TreeMap<String, SliceState> states = new TreeMap<>();
    /** In which generation each slice changed last, also those that there are no more. */
    private final TreeMap<String, Long> changed = new TreeMap<>();

    private @Nullable Instant replacedAt;

    private SortedGeneration(PagedInMemoryStore store, ViewDelta delta, @Nullable SortedGeneration before) {
        this.store = store;
        this.view = delta.view();
        this.head = delta.head();
        this.wholeSince = before == null ? head.generation() : before.wholeSince;
        if (before != null) {
            rows.addAll(before.rows);
            before.indexes.forEach((name, entries) -> indexes.put(name, new TreeSet<>(entries)));
            before.slices.forEach((database, slice) -> slices.put(database, new TreeMap<>(slice)));
            states.putAll(before.states);
            changed.putAll(before.changed);
        }
    }

    static SortedGeneration whole(PagedInMemoryStore store, ViewDelta delta, Indexing indexing) {
        return new SortedGeneration(store, delta, null).with(delta, indexing);
    }

    SortedGeneration next(ViewDelta delta, Indexing indexing) {
        return new SortedGeneration(store, delta, this).with(delta, indexing);
    }

    private SortedGeneration with(ViewDelta delta, Indexing indexing) {
        for (String database : delta.dropped()) {
            List.copyOf(slices.getOrDefault(database, new TreeMap<>()).values()).forEach(this::remove);
            slices.remove(database);
            states.remove(database);
            changed.put(database, head.generation());
        }
        for (SliceDelta slice : delta.slices()) {
            String database = slice.database();
            Map<String, Row> held = slices.computeIfAbsent(database, name -> new TreeMap<>());
            Stream.concat(slice.removed().stream(), slice.put().stream().map(Row::id))
                    .map(held::get)
                    .filter(row -> row != null)
                    .distinct()
                    .toList()
                    .forEach(this::remove);
            for (Row row : slice.put()) {
                held.put(row.id(), row);
                rows.add(row);
                indexing.keys(row)
                        .forEach(key -> indexes.computeIfAbsent(key.index(), name -> new TreeSet<>(IN_ORDER))
                                .add(new Entry(key.key(), row)));
            }
            states.put(database, new SliceState(database, slice.position(), slice.leftOut(), held.size()));
            changed.put(database, head.generation());
        }
        return this;
    }

    private void remove(Row row) {
        slices.get(row.database()).remove(row.id());
        rows.remove(row);
        indexes.values().forEach(entries -> entries.removeIf(entry -> entry.row() == row));
    }

    void replaced(Instant now) {
        replacedAt = now;
    }

    boolean isPast(Instant since) {
        Instant at = replacedAt;
        return at != null && !at.isAfter(since);
    }

    @Override
    public String view() {
        return view;
    }

    @Override
    public ViewHead head() {
        return head;
    }

    @Override
    public long rows() {
        return rows.size();
    }

    @Override
    public LeftOut leftOut() {
        return states.values().stream().map(SliceState::leftOut).reduce(LeftOut.NOTHING, LeftOut::and);
    }

    private void asked() {
        store.count();
        store.requireKept(this);
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        asked();
        return (after == null ? rows : rows.tailSet(after, false))
                .stream().skip(skip).limit(limit).toList();
    }

    @Override
    public List<Entry> entries(Range range, @Nullable Entry after, boolean backwards, int limit) {
        asked();
        return in(range)
                .sorted(backwards ? IN_ORDER.reversed() : IN_ORDER)
                .filter(entry -> after == null
                        || (backwards ? IN_ORDER.compare(entry, after) < 0 : IN_ORDER.compare(entry, after) > 0))
                .limit(limit)
                .toList();
    }

    private Stream<Entry> in(Range range) {
        byte[] to = range.to();
        return indexes.getOrDefault(range.index(), new TreeSet<>(IN_ORDER)).stream()
                .filter(entry -> Arrays.compareUnsigned(entry.key(), range.from()) >= 0)
                .filter(entry -> to == null || Arrays.compareUnsigned(entry.key(), to) < 0);
    }

    @Override
    public long count(Range range, @Nullable Row last, long most) {
        asked();
        return in(range)
                .filter(entry -> last == null || entry.row().compareTo(last) <= 0)
                .limit(most + 1)
                .count();
    }

    @Override
    public long place(Row row) {
        asked();
        return rows.headSet(row).size();
    }

    @Override
    public @Nullable List<Row> notIn(long generation, int most) {
        asked();
        SortedGeneration other =
                store.kept(generation, view).orElseThrow(() -> new PastGenerationException(view, generation));
        List<Row> own = rows.stream().filter(row -> !other.has(row, this)).toList();
        return own.size() > most ? null : own;
    }

    private boolean has(Row row, SortedGeneration other) {
        Map<String, Row> slice = slices.get(row.database());
        return wholeSince == other.wholeSince && slice != null && slice.get(row.id()) == row;
    }

    @Override
    public List<SliceState> slices(long since, @Nullable String after, int limit) {
        store.count();
        store.requireCurrent(this);
        if (since > 0 && (since < wholeSince || since > head.generation())) {
            throw new PastGenerationException(view, since);
        }
        return states(since, after, limit);
    }

    /** Without looking whether this is what is current. */
    List<SliceState> states(long since, @Nullable String after, int limit) {
        return (after == null ? changed : changed.tailMap(after, false))
                .entrySet().stream()
                        .filter(slice -> slice.getValue() > since)
                        .filter(slice -> since > 0 || states.containsKey(slice.getKey()))
                        .map(slice -> states.getOrDefault(
                                slice.getKey(), new SliceState(slice.getKey(), null, LeftOut.NOTHING, 0)))
                        .limit(limit)
                        .toList();
    }

    @Override
    public List<Row> slice(String database) {
        asked();
        return rowsOf(database);
    }

    List<Row> rowsOf(String database) {
        return List.copyOf(slices.getOrDefault(database, new TreeMap<>()).values());
    }

    @Override
    public List<Row> find(Collection<RowId> wanted) {
        asked();
        return found(wanted);
    }

    List<Row> found(Collection<RowId> wanted) {
        return wanted.stream()
                .distinct()
                .map(one -> slices.getOrDefault(one.database(), new TreeMap<>()).get(one.id()))
                .filter(row -> row != null)
                .toList();
    }

    /** Without looking whether it is kept. */
    List<Row> pageOf(@Nullable Row after, int limit) {
        return (after == null ? rows : rows.tailSet(after, false))
                .stream().limit(limit).toList();
    }
}
