package dev.matview.core.internal.view;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewHead;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One complete state of a view, for whatever reads: pages, indexes, bookmarks, pushes. {@link Snapshot} holds all of it in
 * the heap; nothing here asks for that.
 *
 * <p>A generation never changes, and can be read as long as somebody has it. Reading a page costs the page; telling two
 * generations apart costs what differs.
 */
public interface Generation extends OrderedRows {

    /** The name of the view. */
    String view();

    /** What it was committed as. */
    ViewHead head();

    /** The row of that identity; null when this generation has none. */
    @Nullable
    Row find(String database, String id);

    /** The same, by who may wait for it only as long as the budget says. */
    default @Nullable Row find(String database, String id, Budget budget) {
        return find(database, id);
    }

    /** Whether it has the row just as the other generation has it that the row is of. */
    boolean shares(Row row);

    /** Whether its rows are held here: then indexes of them are as well. */
    boolean isInHeap();

    /**
     * The rows that the other generation of the view does not have as they are here: asked of the earlier one, what has
     * left since, by going or by changing; asked of the later one, what has come. Costs what differs.
     * In no order. What went and came back the same may be among them.
     *
     * @param other of the same view, held in the same way
     */
    default List<Row> notSharedWith(Generation other) {
        return Objects.requireNonNull(notSharedWith(other, Integer.MAX_VALUE));
    }

    /** Whether this was made after the other, which may be of another view. */
    default boolean isAfter(Generation other) {
        int time = head().refreshedAt().compareTo(other.head().refreshedAt());
        return !view().equals(other.view())
                || time > 0
                || (time == 0 && head().generation() > other.head().generation());
    }

    /** The same, unless they are more than so many: then null, after no more work than for those. */
    @Nullable
    List<Row> notSharedWith(Generation other, int most);

    /** The documents that could not be read, and so have no row. */
    LeftOut leftOut();

    /** How much memory it takes, whether or not that is shared with another generation. */
    long bytes();

    /**
     * How much memory holding this generation takes beside the other, in references and without the rows: what the other
     * does not share of that which leads to them. Costs what differs.
     *
     * @param other of the same view, held in the same way
     */
    long referencesNotSharedWith(Generation other);

    /** The rows that the feed shows: the first ones, where it has a limit. */
    default OrderedRows visible(FeedDefinition feed) {
        return first(feed.limit().orElse(Integer.MAX_VALUE));
    }

    /** How many rows the feed shows. */
    default int visibleRows(FeedDefinition feed) {
        return Math.min(size(), feed.limit().orElse(Integer.MAX_VALUE));
    }

    /**
     * Names this generation among all that any view of this name ever has: a store that starts anew counts from 1 again,
     * so the time is part of it.
     */
    default String tag() {
        return Long.toString(head().generation(), 36)
                + '-'
                + Long.toString(head().refreshedAt().toEpochMilli(), 36);
    }

    /** The number in a {@link #tag}; empty for what is none. */
    static OptionalLong number(String tag) {
        int end = tag.indexOf('-');
        try {
            return end < 0 ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(tag.substring(0, end), 36));
        } catch (NumberFormatException noTag) {
            return OptionalLong.empty();
        }
    }
}
