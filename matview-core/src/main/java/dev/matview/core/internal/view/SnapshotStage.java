package dev.matview.core.internal.view;

import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewStage;

/**
 * A stage of a store that keeps views in this heap: it takes a generation over as whoever builds it has it, instead of making
 * it of the deltas once more.
 */
public interface SnapshotStage extends ViewStage {

    /**
     * Puts aside what {@link #add} with all deltas so far would.
     *
     * @return as {@link #add}
     */
    boolean hold(Snapshot all);

    /**
     * Commits as {@link #commit(ViewDelta)} does.
     *
     * @param whole what that amounts to
     */
    boolean commit(ViewDelta delta, Snapshot whole);
}
