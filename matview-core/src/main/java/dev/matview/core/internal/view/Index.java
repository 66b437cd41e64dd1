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
 * The rows of a generation by fields that they show, those that lack one left out. Two trees over the same {@link IndexEntry}s
 * order equal keys in two ways: as the feed does, which is the order of a selector's answer; and by {@code _id}, as an
 * explicit sort does. They are one where that is the same. Rows of equal keys share the key, those of equal values before the
 * last field what they have in common. Immutable and thread-safe; that
 * of the next generation costs what differs, and shares the rest.
 */
public final class Index implements FieldIndex {

    private static final IndexEntry[] NONE = {};

    /** What a row takes beside its key: its object, and its place in each tree, with its part of the nodes. */
    private static final int ROW_BYTES = 24;

    private static final int PLACE_BYTES = 6;
    private static final int ARRAY_BYTES = 16;

    private static final int MOST_RANGES = 1_000;

    private static final Comparator<String> BYTES_OF_IDS = SortOrder.ofIds();

    private final Layout layout;
    private final OrderedTree<IndexEntry> inFeedOrder;
    private final OrderedTree<IndexEntry> byIds;
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

        /** The row with a key of its own; null when the row is not in the index. */
        @Nullable
        IndexEntry entry(Row row, Budget budget) {
            SortOrder.ValuesKey key = order.valuesKey(Json.parseObject(row.document(), budget), budget);
            return key == null ? null : new IndexEntry(key.head(), key.tail(), row);
        }

        /** Orders as an explicit sort does: equal keys by ids, then as the feed does. */
        int compareByIds(IndexEntry one, IndexEntry other) {
            int order = compareGroups(one, other);
            return order != 0 ? order : one.row().compareTo(other.row());
        }

        int compareGroups(IndexEntry one, IndexEntry other) {
            int order = one.compareKeys(other);
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

    Index(Layout layout, OrderedTree<IndexEntry> inFeedOrder, OrderedTree<IndexEntry> byIds, long keyBytes) {
        this.layout = layout;
        this.inFeedOrder = inFeedOrder;
        this.byIds = layout.isOne() ? inFeedOrder : byIds;
        this.keyBytes = keyBytes;
    }

    @Override
    public SortOrder order() {
        return layout.order();
    }

    @Override
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

    /** What a part of a key takes that is there; one that there is nothing of is no array of its own. */
    static long keyBytes(byte[] key, boolean isTail) {
        return isTail && key.length == 0 ? 0 : ARRAY_BYTES + ((key.length + 7L) & ~7L);
    }

    /** The row with its key, whether or not it is there; null when it lacks a field. */
    public @Nullable IndexEntry entry(Row row, Budget budget) {
        return layout.entry(row, budget);
    }

    @Override
    public int count(KeyRange range, Budget budget) {
        return Math.max(0, before(range.to()) - before(range.from()));
    }

    @Override
    public int mostRanges() {
        return MOST_RANGES;
    }

    /** How many rows are before a place. */
    public int before(KeyRange.Bound bound) {
        return inFeedOrder.before(bound);
    }

    /** Its rows, those of equal keys as the feed orders them. */
    public OrderedTree<IndexEntry> inFeedOrder() {
        return inFeedOrder;
    }

    /** Its rows, those of equal keys as an explicit sort orders them. */
    public OrderedTree<IndexEntry> byIds() {
        return byIds;
    }

    /** Where a row stands among {@link #byIds}, whether or not it is there. */
    public Comparable<IndexEntry> placeByIds(IndexEntry row) {
        return other -> layout.compareByIds(row, other);
    }

    /** A place before all rows that a sort cannot tell from this one: those of equal keys and equal ids. */
    public Comparable<IndexEntry> beforeGroup(IndexEntry row) {
        return other -> layout.compareGroups(row, other) <= 0 ? -1 : 1;
    }

    /** A place after all of those. */
    public Comparable<IndexEntry> afterGroup(IndexEntry row) {
        return other -> layout.compareGroups(row, other) < 0 ? -1 : 1;
    }

    /** Whether a sort by the index's fields cannot tell the two apart. */
    public boolean isOneGroup(IndexEntry one, IndexEntry other) {
        return layout.compareGroups(one, other) == 0;
    }

    /** That of a generation that differs so. */
    Index next(List<Row> leaving, List<Row> coming) {
        SharedKeys keys = new SharedKeys();
        IndexEntry[] removals = keys.entries(leaving);
        IndexEntry[] additions = keys.entries(coming);
        Arrays.sort(removals);
        Arrays.sort(additions);
        OrderedTree<IndexEntry> ordered = inFeedOrder.edit(removals, additions, Comparator.naturalOrder());
        OrderedTree<IndexEntry> sorted = ordered;
        if (!layout.isOne()) {
            Arrays.sort(removals, layout::compareByIds);
            Arrays.sort(additions, layout::compareByIds);
            sorted = byIds.edit(removals, additions, layout::compareByIds);
        }
        return new Index(layout, ordered, sorted, keyBytes + keys.bytes(ordered) - keys.bytes(inFeedOrder));
    }

    /** A place before all rows of that key. */
    private static Comparable<IndexEntry> beforeKey(IndexEntry key) {
        return other -> key.compareKeys(other) <= 0 ? -1 : 1;
    }

    /** The first row that is not before the place; null when there is none. */
    private static @Nullable IndexEntry first(OrderedTree<IndexEntry> tree, Comparable<IndexEntry> place) {
        int number = tree.before(place);
        return number < tree.size() ? tree.get(number) : null;
    }

    /** The keys of rows that come and go, as far as they are there already as they are there. For one edit. */
    private final class SharedKeys {

        private final Map<Key, byte[]> heads = new HashMap<>();
        /** By all of the key. */
        private final Map<List<Key>, IndexEntry> keys = new HashMap<>();

        IndexEntry[] entries(List<Row> rows) {
            IndexEntry[] entries = new IndexEntry[rows.size()];
            int size = 0;
            for (Row row : rows) {
                IndexEntry entry = layout.entry(row, Budget.unlimited());
                if (entry != null) {
                    entries[size++] = shared(entry).of(row);
                }
            }
            return size == 0 ? NONE : Arrays.copyOf(entries, size);
        }

        private IndexEntry shared(IndexEntry entry) {
            Key head = new Key(entry.head());
            byte[] known = heads.computeIfAbsent(head, absent -> held(entry.head()));
            return keys.computeIfAbsent(
                    List.of(head, new Key(entry.tail())),
                    absent -> held(new IndexEntry(known, entry.tail(), entry.row())));
        }

        private byte[] held(byte[] head) {
            IndexEntry there = first(inFeedOrder, KeyRange.Bound.before(head));
            return there != null && Arrays.equals(there.head(), head) ? there.head() : head;
        }

        private IndexEntry held(IndexEntry entry) {
            IndexEntry there = first(inFeedOrder, beforeKey(entry));
            return there != null && there.compareKeys(entry) == 0 ? there : entry;
        }

        /** What they take of the keys in that tree. */
        long bytes(OrderedTree<IndexEntry> tree) {
            long bytes = 0;
            for (byte[] head : heads.values()) {
                IndexEntry there = first(tree, KeyRange.Bound.before(head));
                bytes += there != null && Arrays.equals(there.head(), head) ? keyBytes(head, false) : 0;
            }
            for (IndexEntry key : keys.values()) {
                IndexEntry there = first(tree, beforeKey(key));
                bytes += there != null && there.compareKeys(key) == 0 ? keyBytes(key.tail(), true) : 0;
            }
            return bytes;
        }
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
