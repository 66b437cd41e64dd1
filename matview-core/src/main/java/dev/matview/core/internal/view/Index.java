package dev.matview.core.internal.view;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.Row;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a generation by fields that they show, those that lack one left out. Two trees over the same {@link KeyedRow}s
 * order equal keys in two ways: as the feed does, which is the order of a selector's answer; and by {@code _id}, as an
 * explicit sort does. They are one where that is the same. Rows of equal keys share the key. Immutable and thread-safe; that
 * of the next generation costs what differs, and shares the rest.
 */
public final class Index {

    private static final KeyedRow[] NONE = {};

    /** What a row takes beside its key: its object, and its place in each tree, with its part of the nodes. */
    private static final int ROW_BYTES = 24;

    private static final int PLACE_BYTES = 6;
    private static final int ARRAY_BYTES = 16;

    private static final Comparator<String> BYTES_OF_IDS = SortOrder.ofIds();

    private final Layout layout;
    private final OrderedTree<KeyedRow> inFeedOrder;
    private final OrderedTree<KeyedRow> byIds;
    /** What the distinct keys take. */
    private final long keyBytes;

    /**
     * How an index orders rows.
     *
     * @param showsIds whether rows show their ids: what they do not show, no sort goes by
     * @param isOne whether equal keys have one order in both trees
     */
    record Layout(SortOrder order, boolean showsIds, boolean isOne) {

        static Layout of(SortOrder order, FeedDefinition feed) {
            boolean showsIds = feed.fields().keeps(List.of("_id"));
            boolean feedGoesByIds = feed.sort().isNone() && !order.isDescendingAtEnd();
            return new Layout(order, showsIds, !showsIds || feedGoesByIds);
        }

        /** The index of the row; null when the row is not in it. */
        byte @Nullable [] key(Row row) {
            return order.valuesKey(Json.parseObject(row.document()), Budget.unlimited());
        }

        /** Orders as an explicit sort does: equal keys by ids, then as the feed does. */
        int compareByIds(KeyedRow one, KeyedRow other) {
            int order = compareGroups(one, other);
            return order != 0 ? order : one.row().compareTo(other.row());
        }

        int compareGroups(KeyedRow one, KeyedRow other) {
            int order = one.key() == other.key() ? 0 : Arrays.compareUnsigned(one.key(), other.key());
            if (order != 0 || !showsIds) {
                return order;
            }
            int ids = BYTES_OF_IDS.compare(one.row().id(), other.row().id());
            return this.order.isDescendingAtEnd() ? -ids : ids;
        }

        boolean isSame(Layout other) {
            return order.columns().equals(other.order.columns()) && showsIds == other.showsIds && isOne == other.isOne;
        }
    }

    Index(Layout layout, OrderedTree<KeyedRow> inFeedOrder, OrderedTree<KeyedRow> byIds, long keyBytes) {
        this.layout = layout;
        this.inFeedOrder = inFeedOrder;
        this.byIds = layout.isOne() ? inFeedOrder : byIds;
        this.keyBytes = keyBytes;
    }

    /** By what it orders. */
    public SortOrder order() {
        return layout.order();
    }

    /** Whether rows show their ids. */
    public boolean showsIds() {
        return layout.showsIds();
    }

    Layout layout() {
        return layout;
    }

    /** How many rows are in it. */
    public int rows() {
        return inFeedOrder.size();
    }

    /** How much memory it takes beside the rows themselves, about. */
    public long bytes() {
        return bytes(rows(), keyBytes, layout);
    }

    static long bytes(int rows, long keyBytes, Layout layout) {
        return (long) rows * (ROW_BYTES + (layout.isOne() ? 1 : 2) * PLACE_BYTES) + keyBytes;
    }

    /** What a key takes that is there. */
    static long keyBytes(byte[] key) {
        return ARRAY_BYTES + ((key.length + 7L) & ~7L);
    }

    /** How many rows are before a place. */
    public int before(KeyRange.Bound bound) {
        return inFeedOrder.before(bound);
    }

    /** Its rows, those of equal keys as the feed orders them. */
    public OrderedTree<KeyedRow> inFeedOrder() {
        return inFeedOrder;
    }

    /** Its rows, those of equal keys as an explicit sort orders them. */
    public OrderedTree<KeyedRow> byIds() {
        return byIds;
    }

    /** Where a row stands among {@link #byIds}, whether or not it is there. */
    public Comparable<KeyedRow> placeByIds(KeyedRow row) {
        return other -> layout.compareByIds(row, other);
    }

    /** A place before all rows that a sort cannot tell from this one: those of equal keys and equal ids. */
    public Comparable<KeyedRow> beforeGroup(KeyedRow row) {
        return other -> layout.compareGroups(row, other) <= 0 ? -1 : 1;
    }

    /** A place after all of those. */
    public Comparable<KeyedRow> afterGroup(KeyedRow row) {
        return other -> layout.compareGroups(row, other) < 0 ? -1 : 1;
    }

    /** Whether a sort by the index's fields cannot tell the two apart. */
    public boolean isOneGroup(KeyedRow one, KeyedRow other) {
        return layout.compareGroups(one, other) == 0;
    }

    /** That of a generation that differs so. */
    Index next(List<Row> leaving, List<Row> coming) {
        Map<Key, byte[]> shared = new HashMap<>();
        KeyedRow[] removals = keyed(leaving, shared);
        KeyedRow[] additions = keyed(coming, shared);
        Arrays.sort(removals);
        Arrays.sort(additions);
        OrderedTree<KeyedRow> ordered = inFeedOrder.edit(removals, additions, Comparator.naturalOrder());
        OrderedTree<KeyedRow> sorted = ordered;
        if (!layout.isOne()) {
            Arrays.sort(removals, layout::compareByIds);
            Arrays.sort(additions, layout::compareByIds);
            sorted = byIds.edit(removals, additions, layout::compareByIds);
        }
        long bytes = keyBytes;
        for (byte[] key : shared.values()) {
            bytes += (has(ordered, key) ? keyBytes(key) : 0) - (has(inFeedOrder, key) ? keyBytes(key) : 0);
        }
        return new Index(layout, ordered, sorted, bytes);
    }

    private KeyedRow[] keyed(List<Row> rows, Map<Key, byte[]> shared) {
        KeyedRow[] keyed = new KeyedRow[rows.size()];
        int size = 0;
        for (Row row : rows) {
            byte[] key = layout.key(row);
            if (key != null) {
                keyed[size++] = new KeyedRow(shared.computeIfAbsent(new Key(key), made -> held(key)), row);
            }
        }
        return size == 0 ? NONE : Arrays.copyOf(keyed, size);
    }

    /** The key, as it is held already where it is. */
    private byte[] held(byte[] key) {
        int place = inFeedOrder.before(KeyRange.Bound.before(key));
        if (place < inFeedOrder.size()) {
            byte[] there = inFeedOrder.get(place).key();
            return Arrays.equals(there, key) ? there : key;
        }
        return key;
    }

    private static boolean has(OrderedTree<KeyedRow> tree, byte[] key) {
        int place = tree.before(KeyRange.Bound.before(key));
        return place < tree.size() && Arrays.equals(tree.get(place).key(), key);
    }

    /** A key that can be looked up. */
    record Key(byte[] bytes) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /** How much memory it takes beside the other, which is of another generation, in references. Costs what differs. */
    long referencesNotSharedWith(Index other) {
        long[] own = {0};
        long references = inFeedOrder.differences(
                other.inFeedOrder, Comparator.naturalOrder(), (mine, theirs) -> own[0] += mine == null ? 0 : 1);
        if (!layout.isOne()) {
            references += byIds.differences(other.byIds, layout::compareByIds, (mine, theirs) -> {});
        }
        return references + own[0] * (ROW_BYTES + ARRAY_BYTES) / Integer.BYTES;
    }
}
