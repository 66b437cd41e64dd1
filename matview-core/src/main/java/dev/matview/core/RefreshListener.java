package dev.matview.core;

import java.time.Duration;

/**
 * Is told how refreshes of all feeds end, for metrics or a history. Calls come from many threads, those of one feed one after
 * another, before {@link GlobalFeeds#refresh} is done; they are quick. What it throws is logged.
 *
 * <p>A refresh that another process overtook with older work is repeated, and told when it has ended.
 */
public interface RefreshListener {

    /**
     * A refresh succeeded, whether it made a new generation or found nothing changed.
     *
     * @param took from when it was due and planned until it ended
     */
    void refreshed(RefreshResult result, Duration took);

    /**
     * A refresh failed; what was served before is served on, and it is tried again with backoff.
     *
     * @param reason what {@link FeedStatus#lastFailure} says then
     * @param took as above
     */
    void failed(String collection, String reason, Duration took);
}
