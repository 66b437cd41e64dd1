package dev.matview.core;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Is told how refreshes of all feeds end, for metrics or a history. Calls come from many threads, those of one feed one after
 * another, before {@link GlobalFeeds#refresh} is done; they are quick. What it throws is logged.
 *
 * <p>A refresh that another process overtook with older work is repeated, and told when it has ended.
 */
public interface RefreshListener {

    /**
     * A refresh succeeded, whether it made a new generation, found nothing changed, or could read no database: see {@link
     * RefreshResult#outcome}.
     */
    void refreshed(Run run, RefreshResult result);

    /**
     * A refresh failed; what was served before is served on, and it is tried again with backoff.
     *
     * @param reason what {@link FeedStatus#lastFailure} says then
     */
    void failed(Run run, String reason);

    /** What a refresh is begun for. */
    enum Why {
        /** It is the first since the start, or since the feed was registered. */
        FIRST,
        /** Its interval is over; or the refresh of another feed takes it along, a little earlier. */
        INTERVAL,
        /** A database changed, and the feed is continuous. */
        CHANGE,
        /** {@link GlobalFeeds#refresh} was called. */
        REQUEST,
        /** The last one failed, left databases behind, or was overtaken by another process. */
        RETRY,
        /** The feed's definition changed. */
        DEFINITION,
        /** A query asked for younger rows than are served. */
        READER
    }

    /**
     * A refresh that has ended.
     *
     * @param begunAt when it was due and planned, which is before it waits for a thread
     * @param took from then until it ended
     * @param delay how long ago the first change was noticed that it was to show, when it ended: of a continuous feed, the
     *     time from about a write to the feed that shows it. Null where no change was noticed
     */
    record Run(
            String collection,
            Why why,
            Instant begunAt,
            Duration took,
            @Nullable Duration delay) {}
}
