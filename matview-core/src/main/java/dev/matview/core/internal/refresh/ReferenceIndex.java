package dev.matview.core.internal.refresh;

import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Snapshot;
import org.jspecify.annotations.Nullable;

/** Keeps the {@link References} of one view for the generation that was last asked for. Thread-safe. */
final class ReferenceIndex {

    private @Nullable References latest;
    private @Nullable FeedDefinition of;

    /** The feed expands nothing any more. */
    synchronized void forget() {
        latest = null;
        of = null;
    }

    /** Costs what differs from the generation that was last asked for; all of it at the first call, or for another feed. */
    synchronized References of(Snapshot generation, FeedDefinition feed, UserDatabases users) {
        References known = latest;
        References next = known == null || of == null || !Provenance.isSame(of, feed)
                ? References.of(generation, feed, users)
                : known.of(generation);
        latest = next;
        of = feed;
        return next;
    }
}
