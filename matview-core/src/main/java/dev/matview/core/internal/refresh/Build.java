package dev.matview.core.internal.refresh;

import dev.matview.core.internal.view.Base;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A view that is built for the first time, or anew: what was found of it so far, apart from what waits to be put aside. Thread-safe;
 * its lock is held while the store is asked: who has found more meanwhile waits, so that what waits is bounded.
 */
interface Build {

    /** What was found so far, without what waits; null for nothing. */
    @Nullable
    Base aside();

    /** Takes over what was put aside before, if there is room for it. */
    void resume(RowRoom room);

    /** Whether so much is to be put aside now; it is, too, when it waits for long. */
    boolean isDue(long bytes);

    /**
     * Puts changes of what is aside there; says how much more memory it takes then.
     *
     * @throws dev.matview.core.spi.ViewStoreException when it cannot, and nothing of the build is of use to this visit
     */
    long add(List<SliceDelta> changes, int databases);

    /**
     * Commits what is aside with the rest.
     *
     * @return what both amount to; null when another generation was committed meanwhile
     */
    Base.@Nullable Committed commit(ViewDelta rest);
}
