package dev.matview.core;

import dev.matview.core.mango.SortOrder;
import java.util.Optional;

/**
 * An answer, and what it took to find it. Immutable.
 *
 * @param page the answer, as the query has it
 * @param source by what it was found
 * @param index the fields of the index that was gone by; empty where none was
 * @param looked how many rows were looked at; what was found for an earlier answer is not looked at again
 * @param tested how many of them were compared with the selector
 * @param isKept whether what was found is kept for the next who asks the same, also in later generations
 * @param helpful the index that would have it found with less; empty where none would
 */
public record Explanation(
        Page page,
        Source source,
        Optional<SortOrder> index,
        int looked,
        int tested,
        boolean isKept,
        Optional<SortOrder> helpful) {

    /** By what an answer is found. */
    public enum Source {
        /** The view is in the order of the answer, and all of its rows are in it that the caller may read. */
        VIEW,
        /** By an index that the feed lists. */
        INDEX,
        /** The rows of the view were searched. */
        SEARCH
    }
}
