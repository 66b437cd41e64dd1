package dev.matview.core;

import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The sink side of a backend: keeps views. It commits a generation atomically and reads it back. Implementations are
 * thread-safe and may be shared by several processes.
 *
 * <p>The contract, which {@code ViewStoreContract} in the test-jar checks:
 *
 * <ol>
 *   <li>{@link #read} gives exactly one committed generation, whatever happens to commits under way: rows and positions
 *       belong together.
 *   <li>{@link #commit} is a compare-and-set on the generation. Of two commits from one base, one wins; nothing of the
 *       other is ever read.
 *   <li>What a commit costs depends on the delta, not on the view.
 * </ol>
 */
public interface ViewStore extends AutoCloseable {

    /**
     * Reads the current generation of a view.
     *
     * @param since a generation the caller holds, or 0 for none
     * @return the delta from {@code since}, or a {@linkplain ViewDelta#whole whole} one where the store cannot tell the
     *     difference; an empty delta when {@code since} is current; nothing when the view has no generation
     * @throws ViewStoreException when the store cannot be reached or answers nonsense
     */
    Optional<ViewDelta> read(String view, long since);

    /**
     * Makes the delta's head the current generation, if its base is the current one.
     *
     * @param delta to {@code base + 1}
     * @return true when the delta is committed; false when another generation is current, and nothing has changed
     * @throws ViewStoreException when it cannot be known whether the delta was committed: {@link #read} tells
     */
    boolean commit(ViewDelta delta);

    /** Forgets the view with all its generations. A view that is not there is fine. */
    void drop(String view);

    /**
     * Tells the listener the number of every generation committed from now on, by whomever; some may be left out when
     * they follow each other quickly, but never the last. The listener is quick and does not throw.
     */
    Subscription watch(String view, LongConsumer listener);

    /** Ends what is under way; later calls fail. What is committed stays, as far as the store outlives the process. */
    @Override
    void close();
}
