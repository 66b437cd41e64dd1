package dev.matview.core.internal.view;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What leads from the rows that a feed shows of one generation to those that it shows of another: an earlier or a later one
 * of the view. Costs what differs.
 *
 * @param leaving rows of the first that the other does not show as they are there
 * @param coming rows of the other that the first does not show as they are here; one in whose place another state of it
 *     comes is in both lists
 */
public record RowChanges(List<Row> leaving, List<Row> coming) {

    private static final int CHUNK = 128;

    /** Whether the two can be told apart by their rows: both are of one view and were made by one definition. */
    public static boolean areComparable(Generation one, Generation other) {
        return one.view().equals(other.view())
                && one.head().fingerprint().equals(other.head().fingerprint());
    }

    /**
     * The changes that lead from one to the other.
     *
     * @param feed the definition that made both
     * @throws IllegalArgumentException when they are not {@linkplain #areComparable comparable}
     */
    public static RowChanges between(FeedDefinition feed, Generation before, Generation after) {
        return Objects.requireNonNull(between(feed, before, after, Integer.MAX_VALUE));
    }

    /**
     * The same, unless they are more than so many: then null, after no more work than for those.
     *
     * @throws IllegalArgumentException when they are not {@linkplain #areComparable comparable}
     */
    public static @Nullable RowChanges between(FeedDefinition feed, Generation before, Generation after, int most) {
        if (!areComparable(before, after)) {
            throw new IllegalArgumentException("generations of two definitions");
        }
        List<Row> gone = before.notSharedWith(after, most);
        List<Row> come = gone == null ? null : after.notSharedWith(before, most);
        if (gone == null || come == null || come.size() > most - gone.size()) {
            return null;
        }
        List<Row> leaving = new ArrayList<>(gone);
        List<Row> coming = new ArrayList<>(come);
        Row lastBefore = lastShown(feed, before);
        Row lastAfter = lastShown(feed, after);
        if (lastBefore != null) {
            leaving.removeIf(row -> row.compareTo(lastBefore) > 0);
        }
        if (lastAfter != null) {
            coming.removeIf(row -> row.compareTo(lastAfter) > 0);
        }
        // Rows that are in both, and beyond where the feed's limit cuts one of them.
        addShared(before, lastAfter, lastBefore, after, leaving);
        addShared(after, lastBefore, lastAfter, before, coming);
        return new RowChanges(leaving, coming);
    }

    /** The last row that is shown, where the feed's limit lets not all be; null where it does. */
    private static @Nullable Row lastShown(FeedDefinition feed, Generation generation) {
        return generation.visibleRows(feed) == generation.size()
                ? null
                : generation.visible(feed).last();
    }

    /**
     * Adds those that one shows and that are in the other, where it does not show them.
     *
     * @param after the last that the other shows; null where it shows all it has
     * @param last the last that the one shows; null where it shows all it has
     */
    private static void addShared(
            Generation one, @Nullable Row after, @Nullable Row last, Generation other, List<Row> into) {
        List<Row> chunk = after == null ? List.of() : one.page(after, 0, CHUNK);
        while (!chunk.isEmpty()) {
            for (Row row : chunk) {
                if (last != null && row.compareTo(last) > 0) {
                    return;
                }
                if (other.shares(row)) {
                    into.add(row);
                }
            }
            chunk = one.page(chunk.get(chunk.size() - 1), 0, CHUNK);
        }
    }
}
