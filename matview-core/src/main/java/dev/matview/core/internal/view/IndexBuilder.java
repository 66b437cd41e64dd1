package dev.matview.core.internal.view;

import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.internal.view.Index.Key;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes an index of all rows of a generation, as long as there is room for it. For one thread, once. */
final class IndexBuilder {

    /** How many keys are looked up while rows come; of more, those that are equal are found side by side. */
    private static final int MOST_KEYS = 1 << 16;

    private final Index.Layout layout;
    private final long room;
    private final Map<Key, byte[]> shared = new HashMap<>();
    private long keyBytes;
    private long excess;

    /** @param room how many bytes the index may take */
    IndexBuilder(Index.Layout layout, long room) {
        this.layout = layout;
        this.room = room;
    }

    /** The index; null when it takes more than there is room for. */
    @Nullable
    Index build(Generation generation) {
        IndexEntry[] keyed = keyed(generation);
        if (keyed == null) {
            return null;
        }
        // They are in the feed's order, and those of equal keys stay in it.
        Arrays.sort(keyed, IndexEntry::compareKeys);
        share(keyed);
        excess = Index.bytes(keyed.length, keyBytes, layout) - room;
        if (excess > 0) {
            return null;
        }
        OrderedTree<IndexEntry> inFeedOrder = OrderedTree.of(keyed, Comparator.naturalOrder());
        if (layout.isOne()) {
            return new Index(layout, inFeedOrder, inFeedOrder, keyBytes);
        }
        Arrays.sort(keyed, layout::compareByIds);
        return new Index(layout, inFeedOrder, OrderedTree.of(keyed, layout::compareByIds), keyBytes);
    }

    /** How many bytes more than there is room for it takes that was not made, about. */
    long excess() {
        return excess;
    }

    /** The rows that have a key; null when they have more of them than there is room for. */
    private IndexEntry @Nullable [] keyed(Generation generation) {
        IndexEntry[] keyed = new IndexEntry[generation.size()];
        int size = 0;
        int looked = 0;
        long least = 0;
        for (Row row : generation) {
            IndexEntry entry = layout.entry(row, Budget.unlimited());
            looked++;
            if (entry != null) {
                byte[] head = known(entry.head());
                least += head == entry.head() && shared.size() < MOST_KEYS ? Index.keyBytes(head, false) : 0;
                keyed[size++] = new IndexEntry(head, entry.tail(), row);
                if (Index.bytes(size, least, layout) > room) {
                    excess = (long) ((double) room * generation.size() / looked) - room;
                    return null;
                }
            }
        }
        return Arrays.copyOf(keyed, size);
    }

    private byte[] known(byte[] key) {
        return shared.size() < MOST_KEYS
                ? shared.computeIfAbsent(new Key(key), absent -> key)
                : shared.getOrDefault(new Key(key), key);
    }

    /** Has rows share what their keys have in common, and counts what the keys take. */
    private void share(IndexEntry[] keyed) {
        for (int i = 0; i < keyed.length; i++) {
            IndexEntry entry = keyed[i];
            if (i > 0 && Arrays.equals(keyed[i - 1].head(), entry.head())) {
                IndexEntry before = keyed[i - 1];
                boolean isSame = Arrays.equals(before.tail(), entry.tail());
                keyed[i] = isSame ? before.of(entry.row()) : new IndexEntry(before.head(), entry.tail(), entry.row());
                keyBytes += isSame ? 0 : Index.keyBytes(entry.tail(), true);
            } else {
                keyBytes += Index.keyBytes(entry.head(), false) + Index.keyBytes(entry.tail(), true);
            }
        }
    }
}
