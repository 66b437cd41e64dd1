package dev.matview.core;

import dev.matview.core.error.FailureKind;
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
 * @param behind databases that could not be read lately, by their names; at most {@link RefreshResult#MAX_BEHIND}. Of several
 *     processes that share a view each names what it saw itself: those that another saw alone are counted, and not named
 * @param behindKinds how many databases that could not be read lately there are of each kind of failure, all of them
 * @param leftOut documents that cannot be read and so are not in the view: how many, and some of them
 * @param bytes how much memory the rows of the served generation take, by their own sizes
 * @param aclBytes how much memory the index takes that says who may read which row, about; 0 for a feed that all may read
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
        List<Behind> behind,
        Map<FailureKind, Integer> behindKinds,
        LeftOut leftOut,
        long bytes,
        long aclBytes,
        List<Index> indexes) {

    public FeedStatus {
        behind = List.copyOf(behind);
        behindKinds = Map.copyOf(behindKinds);
        indexes = List.copyOf(indexes);
    }

    /**
     * A user database that could not be read lately, and shows its last rows, if it had any.
     *
     * @param database its name; or where databases would be that are not known, such as the URL of a CouchDB that is away
     * @param reason of the last attempt, in words
     * @param since when the first of the attempts that failed, one after another, began; as far as this process knows
     */
    public record Behind(String database, FailureKind kind, String reason, Instant since) {}

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
     * @param why what it was begun for
     * @param begunAt when it was due and planned
     * @param done databases visited
     * @param total databases to visit, as far as is known
     * @param left about how long the rest will take, by the last half minute; null where that cannot be told yet
     */
    public record Progress(
            RefreshListener.Why why,
            Instant begunAt,
            int done,
            int total,
            @Nullable Duration left) {}
}
