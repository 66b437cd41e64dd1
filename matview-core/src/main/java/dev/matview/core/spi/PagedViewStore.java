package dev.matview.core.spi;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A view store that serves pages itself: matview then holds no rows of its views in the heap. It keeps the rows in the feed's
 * order, and what else they are found by, as ordered entries; what a feed, a selector or an ACL is it need not know.
 *
 * <p>Beside the contract of {@link ViewStore} it keeps this one, which {@code PagedViewStoreContract} of matview-testkit checks:
 *
 * <ol>
 *   <li>Rows are ordered by {@link Row#compareTo}: by the sort key as unsigned bytes, then by the database and by the id, both as
 *       {@link String#compareTo} has it, by UTF-16 code units. Two rows of one database never have one sort key.
 *   <li>A row that is put has the {@linkplain Indexing entries} that the same commit says, until it is removed or another state of
 *       it is put. Entries of one index are ordered by their keys as unsigned bytes, those of equal keys as their rows.
 *   <li>All that is asked of a {@link PagedGeneration} is answered from exactly that generation, however many calls it takes and
 *       whatever is committed meanwhile. Where that cannot be done any more, a call fails with {@link PastGenerationException}:
 *       never is anything answered from two generations, or from another view of the name.
 *   <li>A generation that another has taken the place of is kept for at least as long as {@link #keepFor} says, also where the
 *       other is a {@linkplain ViewDelta#whole() whole} one. What is kept for earlier generations never makes pages of the current
 *       one dearer for good: it goes in the background.
 *   <li>Each call costs what it gives and passes over, and the logarithm of what there is; what is counted, as far as it is
 *       counted. A commit costs what its delta names.
 *   <li>No call takes or gives the whole of a view, but {@link #read} as {@link ViewStore} has it, which matview does not call here.
 * </ol>
 *
 * Rows, keys and lists that are given or returned are not changed by either side. Implementations are thread-safe; every call may
 * wait, for a time that is bounded, and fails with {@link ViewStoreException} when the store cannot be reached.
 */
public interface PagedViewStore extends ViewStore {

    /**
     * How many bytes a row's sort key and one of its keys in an index may have together, or its sort key alone; at least
     * {@value #LEAST_KEY}. Documents whose rows would have more are left out of the view, so that no such row comes here.
     */
    int longestKey();

    /** How long keys can be in every store. */
    int LEAST_KEY = 2_000;

    /** Has generations kept for at least that time after another has taken their place; the longest of all calls counts. */
    void keepFor(Duration time);

    /**
     * The current generation of a view. Costs the same however large the view is.
     *
     * @return nothing when the view has none
     * @throws ViewStoreException when the store cannot be reached or answers nonsense
     * @throws ViewFormatException as {@link #read}; a generation of an older format than {@link ViewHead#FORMAT} is given
     */
    Optional<PagedGeneration> current(String view);

    /**
     * The generation of that number, current or kept. Of a view that was dropped, and has come anew, none is.
     *
     * @throws ViewStoreException as {@link #current}
     * @throws ViewFormatException as {@link #current}
     */
    Optional<PagedGeneration> generation(String view, long number);

    /**
     * Makes the delta's head the current generation, as {@link #commit(ViewDelta)} does.
     *
     * @param indexing of the rows that the delta puts; asked once for each, on the calling thread, and quick
     */
    boolean commit(ViewDelta delta, Indexing indexing);

    /** The same, of rows that are in no index. */
    @Override
    default boolean commit(ViewDelta delta) {
        return commit(delta, Indexing.NONE);
    }

    /** As {@link #stage}, of which what is aside can be asked as well. A paged store can always put something aside. */
    Optional<PagedViewStage> pagedStage(String view, long base, String fingerprint);

    @Override
    default Optional<ViewStage> stage(String view, long base, String fingerprint) {
        return pagedStage(view, base, fingerprint).map(stage -> stage);
    }

    /** Says where a row is found beside its place in the feed's order. Thread-safe. */
    @FunctionalInterface
    interface Indexing {

        /** Of rows that are in no index. */
        Indexing NONE = row -> List.of();

        /** The row's entries: in each index a few at most, no two of them alike, in no order. */
        List<IndexKey> keys(Row row);
    }

    /**
     * Where a row is found in an index. Immutable, as long as nobody writes to the key.
     *
     * @param index one to 32 lower-case letters, digits and dashes
     * @param key any bytes, or none
     */
    record IndexKey(String index, byte[] key) {
        public IndexKey {
            Objects.requireNonNull(index, "index");
            Objects.requireNonNull(key, "key");
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof IndexKey one && index.equals(one.index) && Arrays.equals(key, one.key);
        }

        @Override
        public int hashCode() {
            return 31 * index.hashCode() + Arrays.hashCode(key);
        }
    }
}
