package dev.matview.core.internal.plan;

import dev.matview.core.internal.view.FieldIndex;
import dev.matview.core.internal.view.KeyRange;
import java.util.List;

/**
 * A way to answer a query by an index. Immutable.
 *
 * @param <I> where the index is kept
 * @param ranges which of the index's rows are looked at, in the order of the index; no two share a row
 * @param order in which order they come that way
 * @param isTested whether rows among them may not match the selector, so that each is to be tested
 * @param rows how many they are
 */
public record Plan<I extends FieldIndex>(I index, List<KeyRange> ranges, Order order, boolean isTested, int rows) {

    /** How the rows of the ranges stand to the order of the answer. */
    public enum Order {
        /** They are in the answer's order, which is the feed's, where equal keys are: those of one range. */
        OF_FEED,
        /** They are in the answer's order where equal keys are in that of ids. */
        FORWARD,
        /** The same from the last to the first, those of one group in the feed's order. */
        BACKWARD,
        /** They have to be put into it. */
        NONE
    }

    public Plan {
        ranges = List.copyOf(ranges);
    }

    /** Whether the rows come in the order of the answer. */
    public boolean isOrdered() {
        return order != Order.NONE;
    }
}
