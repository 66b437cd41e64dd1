package dev.matview.core;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.LeftOut;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a feed is doing, at one moment.
 *
 * @param feed the definition in force
 * @param view the generation served; null before the first one
 * @param staleness the time since the served generation was known to match its sources; null before the first one
 * @param progress how far the refresh under way is; null when none is
 * @param nextRefresh when the next refresh is due; null while one is under way
 * @param failures how many refreshes failed since the last one that did not
 * @param lastFailure why the last refresh failed; null when it did not
 * @param behind databases that could not be read lately, with the reason; at most {@link RefreshResult#MAX_BEHIND}
 * @param leftOut documents that cannot be read and so are not in the view: how many, and some of them
 * @param bytes how much memory the rows of the served generation take, by their own sizes
 * @param indexes those of the served generation: of those that the feed lists, the ones that are made and have room
 */
public record FeedStatus(
        FeedDefinition feed,
        Page.@Nullable View view,
        @Nullable Duration staleness,
        @Nullable Progress progress,
        @Nullable Instant nextRefresh,
        int failures,
        @Nullable String lastFailure,
        Map<String, String> behind,
        LeftOut leftOut,
        long bytes,
        List<Index> indexes) {

    public FeedStatus {
        behind = Map.copyOf(behind);
        indexes = List.copyOf(indexes);
    }

    /**
     * An index of the served generation.
     *
     * @param fields by what it orders, as the feed lists it
     * @param rows how many rows are in it: those that show all of its fields
     * @param bytes how much memory it takes beside the rows, about
     */
    public record Index(SortOrder fields, int rows, long bytes) {}

    /**
     * How far a refresh is.
     *
     * @param done databases visited
     * @param total databases to visit, as far as is known
     */
    public record Progress(int done, int total) {}
}
