package dev.matview.core.internal.view;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.LiveView.Served;
import org.jspecify.annotations.Nullable;

/** Generations as they are served, one after another. */
public final class ServedGenerations {

    private ServedGenerations() {}

    /** @param before what is served before it; null for nothing */
    public static Served of(FeedDefinition feed, Snapshot generation, @Nullable Served before) {
        return Served.of(feed, generation, Coverage.of(generation.head()), before, Long.MAX_VALUE);
    }
}
