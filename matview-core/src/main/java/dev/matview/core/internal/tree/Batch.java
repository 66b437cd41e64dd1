package dev.matview.core.internal.tree;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Removals and additions, taken from the first to the last by the nodes they fall into. For one thread. */
final class Batch<E> {

    private final E[] removals;
    private final E[] additions;
    private final Comparator<? super E> order;
    private int removed;
    private int added;

    Batch(E[] removals, E[] additions, Comparator<? super E> order) {
        this.removals = removals;
        this.additions = additions;
        this.order = order;
        requireOrder(removals, order, 0);
        requireOrder(additions, order, -1);
    }

    /** @param most what each may compare to the next to */
    static <E> void requireOrder(E[] elements, Comparator<? super E> order, int most) {
        for (int i = 1; i < elements.length; i++) {
            if (order.compare(elements[i - 1], elements[i]) > most) {
                throw new IllegalArgumentException("the elements are not in order");
            }
        }
    }

    Comparator<? super E> order() {
        return order;
    }

    /** The next element that comes or goes, or both; null when there is none before the bound. */
    @Nullable
    E next(@Nullable E bound) {
        E next = added < additions.length ? additions[added] : null;
        if (removed < removals.length && (next == null || order.compare(removals[removed], next) < 0)) {
            next = removals[removed];
        }
        return next == null || (bound != null && order.compare(next, bound) >= 0) ? null : next;
    }

    /**
     * Passes over what is equal to the element, which is the next.
     *
     * @return the addition; null when it only goes
     */
    @Nullable
    E take(E element) {
        while (removed < removals.length && order.compare(removals[removed], element) == 0) {
            removed++;
        }
        boolean comes = added < additions.length && order.compare(additions[added], element) == 0;
        return comes ? additions[added++] : null;
    }

    /** How many additions are before the bound. */
    int additionsBefore(@Nullable E bound) {
        int low = added;
        int high = additions.length;
        while (bound != null && low < high) {
            int middle = (low + high) >>> 1;
            if (order.compare(additions[middle], bound) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return high - added;
    }
}
