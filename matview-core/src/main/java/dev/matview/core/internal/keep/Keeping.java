package dev.matview.core.internal.keep;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Base;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How one view is kept: how its generations are read from the store and committed there. For one thread at a time. */
public interface Keeping {

    /**
     * What the store has of the view.
     *
     * @param generation the number of the current generation, 0 for none
     * @param base that generation; null where there is none, or where it is of an older format and can be no base
     */
    record Found(long generation, Base.@Nullable Committed base) {
        static final Found NOTHING = new Found(0, null);
    }

    /**
     * Reads what the store has now.
     *
     * @param collection whose view it is
     * @param held the generation that is held, which is given back where it is the current one; null for none
     * @throws dev.matview.core.spi.ViewFormatException when a later version of matview wrote the view
     * @throws dev.matview.core.RefreshException when memory has no room for it
     * @throws dev.matview.core.spi.ViewStoreException when the store cannot be reached
     */
    Found read(String collection, Base.@Nullable Committed held);

    /**
     * Commits a delta.
     *
     * @param feed whose rows it puts
     * @param before the generation that it starts from, if it does; null where it is a whole one
     * @return the generation that it leads to; null when another one was committed meanwhile
     * @throws dev.matview.core.spi.ViewStoreException when it cannot be known whether it was committed
     */
    Base.@Nullable Committed commit(FeedDefinition feed, Base.@Nullable Committed before, ViewDelta delta);

    /**
     * The generation of that tag, where the store keeps earlier ones and the rows were made by that definition. Thread-safe.
     *
     * @throws dev.matview.core.spi.ViewStoreException when the store cannot be reached
     */
    Optional<Base.Committed> kept(FeedDefinition feed, String tag);

    /** Whether generations are held in the heap, so that the bytes of their rows count. */
    boolean isInHeap();

    /** Whether a row can be kept at all. Thread-safe. */
    boolean fits(FeedDefinition feed, Row row);
}
