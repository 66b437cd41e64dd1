package dev.matview.core.spi;

import dev.matview.core.event.Subscription;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The sink side of a backend: keeps views. It commits a generation atomically and reads it back. Implementations are
 * thread-safe and may be shared by several processes.
 *
 * <p>The contract, which {@code ViewStoreContract} of matview-testkit checks:
 *
 * <ol>
 *   <li>{@link #read} gives exactly one committed generation, whatever happens to commits under way: rows and positions
 *       belong together.
 *   <li>{@link #commit} is a compare-and-set on the generation. Of two commits from one base, one wins; nothing of the
 *       other is ever read.
 *   <li>What a commit costs depends on the delta, not on the view.
 *   <li>All processes on one store are given one {@link #secret}, which lasts as long as the store's views do.
 *   <li>A view whose current generation has a higher {@linkplain ViewHead#format() format} than {@link ViewHead#FORMAT} is
 *       left alone: {@link #read}, {@link #commit} and {@link #drop} fail with {@link ViewFormatException}, and nothing in
 *       the background touches it. So does a commit of a lower format than the current generation's.
 *   <li>What is {@linkplain #stage put aside} is in no generation before it is committed, by the same compare-and-set.
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
     * @throws ViewFormatException when a later version of matview wrote the view
     */
    Optional<ViewDelta> read(String view, long since);

    /**
     * What identifies the current generation of a view, whatever its format is; nothing when the view has none. Costs the
     * same however large the view is.
     *
     * @throws ViewStoreException as {@link #read}
     */
    Optional<ViewHead> head(String view);

    /**
     * The views that have a generation, in the order of their names; those too that no feed of anybody has any more.
     *
     * @throws ViewStoreException as {@link #read}
     */
    List<ViewEntry> views();

    /**
     * Makes the delta's head the current generation, if its base is the current one.
     *
     * @param delta to {@code base + 1}
     * @return true when the delta is committed; false when another generation is current, and nothing has changed
     * @throws ViewStoreException when it cannot be known whether the delta was committed: {@link #read} tells
     */
    boolean commit(ViewDelta delta);

    /**
     * Opens what is put aside of a view that is built for the first time, or anew: nothing yet, or what whoever had it before
     * left, who has it no more. What was put aside by another definition, in another format or before another generation
     * was committed is forgotten. Costs the same however much is aside.
     *
     * @param base the generation that is current, which the build takes the place of; 0 for none
     * @param fingerprint of the feed definition that the rows are made by
     * @return empty when the store puts nothing aside, or another generation is current
     * @throws ViewStoreException as {@link #read}
     */
    default Optional<ViewStage> stage(String view, long base, String fingerprint) {
        return Optional.empty();
    }

    /** Forgets the view with all its generations and what is aside for it. A view that is not there is fine. */
    void drop(String view);

    /**
     * Tells the listener the number of every generation committed from now on, by whomever; some may be left out when
     * they follow each other quickly, but never the last. The listener is quick and does not throw.
     */
    Subscription watch(String view, LongConsumer listener);

    /**
     * The secret of all who share this store. The first call of any of them makes it; nobody but administrators of the store
     * can read it.
     *
     * @throws ViewStoreException when the store cannot be reached or answers nonsense
     */
    StoreSecret secret();

    /**
     * Gives the secret a new seal, and says what it is then: {@link StoreSecret#rotated}. Of calls at one time, one may stand
     * for all. Other processes take the new one over within minutes, or when they are shown a bookmark that it closed.
     *
     * @throws ViewStoreException when it cannot be known whether it was rotated
     */
    StoreSecret rotateSecret();

    /** Ends what is under way; later calls fail. What is committed stays, as far as the store outlives the process. */
    @Override
    void close();
}
