package dev.matview.core.internal.view;

import dev.matview.core.feed.FeedDefinition;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a generation beside its rows, so that they are found by something else than their place in the feed's order.
 * That of the next generation is made of the one before by the rows that differ, and shares the rest. Immutable.
 */
public final class ViewIndexes {

    private final Generation generation;

    private ViewIndexes(Generation generation) {
        this.generation = generation;
    }

    /**
     * The indexes of a generation.
     *
     * @param before those of another one of the same view; null for none
     */
    static ViewIndexes of(FeedDefinition feed, Generation generation, @Nullable ViewIndexes before) {
        return new ViewIndexes(generation);
    }

    /** How much memory they take beside the other's, in references. Costs what differs. */
    long referencesNotSharedWith(ViewIndexes other) {
        return 0;
    }
}
