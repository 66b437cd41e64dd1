package dev.matview.server.http.history;

import dev.matview.core.FeedStatus;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a feed was at a time. Immutable.
 *
 * @param staleness null before the first generation, as {@code rows}
 * @param refresh how long the last refresh took that ended since the sample before; null when none did
 * @param behind how many databases could not be read lately
 */
public record Sample(
        Instant at,
        @Nullable Duration staleness,
        @Nullable Integer rows,
        @Nullable Duration refresh,
        int behind) {

    static Sample of(FeedStatus status, @Nullable Duration refresh, Instant now) {
        return new Sample(
                now,
                status.staleness(),
                status.view() == null ? null : status.view().rows(),
                refresh,
                status.view() == null ? 0 : status.view().behind());
    }
}
