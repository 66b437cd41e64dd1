package dev.matview.core.internal.view;

import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.internal.view.Index.Key;
import dev.matview.core.spi.Row;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes an index of all rows of a generation, as long as there is room for it. For one thread, once. */
final class IndexBuilder {

    /** How many keys are looked up while rows come; of more, equal ones are found when they are side by side. */
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
        KeyedRow[] keyed = keyed(generation);
        if (keyed == null) {
            return null;
        }
        // They are in the feed's order, and those of equal keys stay in it.
        Arrays.sort(
                keyed, (one, other) -> one.key() == other.key() ? 0 : Arrays.compareUnsigned(one.key(), other.key()));
        share(keyed);
        excess = Index.bytes(keyed.length, keyBytes, layout) - room;
        if (excess > 0) {
            return null;
        }
        OrderedTree<KeyedRow> inFeedOrder = OrderedTree.of(keyed, Comparator.naturalOrder());
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
    private KeyedRow @Nullable [] keyed(Generation generation) {
        KeyedRow[] keyed = new KeyedRow[generation.size()];
        int size = 0;
        int looked = 0;
        long least = 0;
        for (Row row : generation) {
            byte[] key = layout.key(row);
            looked++;
            if (key != null) {
                byte[] known = known(key);
                least += known == key && shared.size() < MOST_KEYS ? Index.keyBytes(key) : 0;
                keyed[size++] = new KeyedRow(known, row);
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

    /** Has rows of equal keys share the key, and counts what the keys take. */
    private void share(KeyedRow[] keyed) {
        for (int i = 0; i < keyed.length; i++) {
            byte[] key = keyed[i].key();
            byte[] before = i == 0 ? null : keyed[i - 1].key();
            if (before == null || !Arrays.equals(before, key)) {
                keyBytes += Index.keyBytes(key);
            } else if (before != key) {
                keyed[i] = new KeyedRow(before, keyed[i].row());
            }
        }
    }
}
