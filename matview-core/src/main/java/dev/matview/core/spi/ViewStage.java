package dev.matview.core.spi;

import java.util.Optional;

/**
 * A whole generation that is being put aside for one view, portion after portion: of a view that is built for the first
 * time, or anew by another definition. Nobody reads it before it is committed, and a process that dies leaves it to the next
 * one that {@linkplain ViewStore#stage opens} it. Whoever opens it last has it: for all who had it before, {@link #add} and
 * {@link #commit} say false from then on. Thread-safe.
 */
public interface ViewStage {

    /** What identifies what is aside, as it was last {@linkplain #add added}; nothing when nothing is. */
    Optional<ViewHead> head();

    /**
     * All that is aside, as a whole delta; an empty one with nothing in it is never given.
     *
     * @throws ViewStoreException when the store cannot be reached or answers nonsense
     * @throws IllegalStateException when nothing is aside
     */
    ViewDelta read();

    /**
     * Puts more aside: all of the delta or nothing.
     *
     * @param delta a whole one, as {@link #commit} takes it; its head says what is aside after it
     * @return false when the stage is of no use any more, to this caller: somebody else has it, or the generation it was
     *     begun on is not current
     * @throws ViewStoreException when it cannot be known whether it is aside: then the stage is to be opened again
     */
    boolean add(ViewDelta delta);

    /**
     * Makes what is aside and the delta the current generation, if the delta's base is the current one.
     *
     * @param delta a whole one, to {@code base + 1}: its slices change those that are aside, as those of a delta that is not
     *     whole change those of its base; its dropped databases are dropped out of them. Together they are all there is
     * @return true when it is committed; false when another generation is current or the stage is of no use any more, and
     *     nothing has changed
     * @throws ViewStoreException when it cannot be known whether it was committed: {@link ViewStore#read} tells
     * @throws ViewFormatException as {@link ViewStore#commit}
     */
    boolean commit(ViewDelta delta);
}
