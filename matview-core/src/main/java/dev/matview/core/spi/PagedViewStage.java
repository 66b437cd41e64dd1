package dev.matview.core.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ViewStage} of a {@link PagedViewStore}: what is aside is asked for as a generation is, and is never read whole. For
 * whoever does not have the stage any more, what is asked fails with {@link PastGenerationException}. Thread-safe.
 */
public interface PagedViewStage extends ViewStage, PagedSlices {

    /** Puts more aside, as {@link #add(ViewDelta)} does, with the entries of its rows. */
    boolean add(ViewDelta delta, PagedViewStore.Indexing indexing);

    @Override
    default boolean add(ViewDelta delta) {
        return add(delta, PagedViewStore.Indexing.NONE);
    }

    /** Makes what is aside and the delta the current generation, as {@link #commit(ViewDelta)} does, with the entries of its rows. */
    boolean commit(ViewDelta delta, PagedViewStore.Indexing indexing);

    @Override
    default boolean commit(ViewDelta delta) {
        return commit(delta, PagedViewStore.Indexing.NONE);
    }

    /** How many rows are aside. Asks the store. */
    long rows();

    /** Rows that are aside, as {@link PagedGeneration#page} gives them: for what goes through all of them. */
    List<Row> page(@Nullable Row after, int limit);
}
