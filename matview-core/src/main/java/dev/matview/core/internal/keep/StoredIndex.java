package dev.matview.core.internal.keep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.FieldIndex;
import dev.matview.core.internal.view.KeyRange;
import dev.matview.core.internal.view.KeyRange.Bound;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An index over fields that a store keeps with a generation. Immutable and thread-safe. */
public final class StoredIndex implements FieldIndex {

    /** So many rows are counted, and more are taken for one more. */
    public static final int MOST_COUNTED = 10_000;

    private static final int MOST_RANGES = 50;

    private final StoredGeneration generation;
    private final SortOrder order;
    private final int number;
    private final boolean showsIds;

    private StoredIndex(StoredGeneration generation, SortOrder order, int number, boolean showsIds) {
        this.generation = generation;
        this.order = order;
        this.number = number;
        this.showsIds = showsIds;
    }

    /** Those that the feed lists. */
    public static List<StoredIndex> all(StoredGeneration generation, FeedDefinition feed) {
        boolean showsIds = feed.fields().keeps(List.of("_id"));
        List<StoredIndex> all = new ArrayList<>();
        for (int i = 0; i < feed.indexes().size(); i++) {
            all.add(new StoredIndex(generation, feed.indexes().get(i), i, showsIds));
        }
        return all;
    }

    @Override
    public SortOrder order() {
        return order;
    }

    @Override
    public boolean showsIds() {
        return showsIds;
    }

    @Override
    public int mostRanges() {
        return MOST_RANGES;
    }

    @Override
    public int count(KeyRange range, Budget budget) {
        Range keys = range(range, true);
        return keys == null
                ? 0
                : StoredGeneration.ask(budget, () -> (int) generation.pages().count(keys, null, MOST_COUNTED));
    }

    /** The generation that it is of. */
    public StoredGeneration generation() {
        return generation;
    }

    /**
     * The entries whose values are in the range; null when there can be none.
     *
     * @param inFeedOrder whether those of equal values are to be as the feed orders them, and not as a sort does
     */
    public @Nullable Range range(KeyRange range, boolean inFeedOrder) {
        byte[] from = begin(range.from());
        return from == null ? null : new Range(name(inFeedOrder), from, begin(range.to()));
    }

    private String name(boolean inFeedOrder) {
        return inFeedOrder ? RowIndexing.inFeedOrder(number) : RowIndexing.byIds(number, showsIds);
    }

    /** The first key that is not before the place; null when there is none. */
    private static byte @Nullable [] begin(Bound bound) {
        return bound.isAfter() ? Range.after(bound.prefix()) : bound.prefix();
    }

    /** The entries of exactly that key. */
    public Range range(byte[] key, boolean inFeedOrder) {
        return new Range(name(inFeedOrder), key, Arrays.copyOf(key, key.length + 1));
    }

    /** The key of a row; null when it lacks a field. */
    public byte @Nullable [] key(Row row, boolean inFeedOrder, Budget budget) {
        ObjectNode document = Json.parseObject(row.document(), budget);
        return inFeedOrder || !showsIds ? RowIndexing.values(order, document) : order.key(document, budget);
    }
}
