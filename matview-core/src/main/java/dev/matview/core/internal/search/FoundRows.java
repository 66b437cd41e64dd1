package dev.matview.core.internal.search;

import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.mango.Budget;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows in an order, put into it in portions as they are found, each paid for before: whatever a budget ends in, nothing is
 * lost, and what was done is done. What was copied shares what stays the same. Not thread-safe, but for the number of rows.
 *
 * @param <E> what is kept of a row
 */
final class FoundRows<E extends Comparable<? super E>> {

    /** How many entries are put among the rest together. */
    private static final int PORTION = 2_048;

    /** How many comparisons cost a step: they are quick. */
    private static final int COMPARED = 4;

    /** How many bytes of keys do, for each time that they may be compared: seldom is much of a long one looked at. */
    private static final int KEY_BYTES = 1_024;

    /** What a reference in a tree takes, with its part of the nodes. */
    private static final int REFERENCE = 6;

    private final RowOrder<E> order;
    private volatile OrderedTree<E> entries = OrderedTree.empty();
    /** What was found and is not among them yet. */
    private final List<E> pending = new ArrayList<>();

    private long pendingKeys;
    /** What all take, beside their rows and the references to themselves. */
    private long entryBytes;

    FoundRows(RowOrder<E> order) {
        this.order = order;
    }

    /** How much memory they take. */
    long bytes() {
        return entryBytes + (long) REFERENCE * size();
    }

    /** How many there are, also of those that have not been put into the order. */
    int size() {
        return entries.size() + pending.size();
    }

    /** Adds one that is not there. */
    void add(E entry, Budget budget) {
        if (pending.size() >= PORTION) {
            putPending(budget);
        }
        pending.add(entry);
        pendingKeys += order.keyLength(entry);
        entryBytes += order.bytes(entry);
    }

    /** Puts all that was added into the order; or, where the budget does not suffice, nothing of it. */
    void putPending(Budget budget) {
        if (pending.isEmpty()) {
            return;
        }
        pay(pending.size(), pendingKeys, budget);
        entries = entries.edit(order.array(List.of()), sorted(pending), Comparator.naturalOrder());
        pending.clear();
        pendingKeys = 0;
    }

    /** Those that are in the order, from a number up to another. */
    List<E> list(int from, int to) {
        return entries.list(from, to);
    }

    /** How many of those that are in the order are not after the entry. */
    int upTo(E entry) {
        return entries.upTo(entry);
    }

    void clear() {
        entries = OrderedTree.empty();
        pending.clear();
        pendingKeys = 0;
        entryBytes = 0;
    }

    /** The same rows, to be gone on with apart from these. */
    FoundRows<E> copy(Budget budget) {
        putPending(budget);
        FoundRows<E> copy = new FoundRows<>(order);
        copy.entries = entries;
        copy.entryBytes = entryBytes;
        return copy;
    }

    /** Keeps none but the first ones. */
    void cut(int most) {
        List<E> kept = entries.list(0, most);
        entries = OrderedTree.of(order.array(kept), Comparator.naturalOrder());
        entryBytes = kept.stream().mapToLong(order::bytes).sum();
    }

    /** Takes the ones away, of which not all need to be there, and puts the others in. */
    void change(List<E> leaving, List<E> coming, Budget budget) {
        putPending(budget);
        pay(leaving, budget);
        pay(coming, budget);
        for (E entry : leaving) {
            @Nullable E there = entries.find(entry);
            entryBytes -= there == null ? 0 : order.bytes(there);
        }
        coming.forEach(entry -> entryBytes += order.bytes(entry));
        entries = entries.edit(sorted(leaving), sorted(coming), Comparator.naturalOrder());
    }

    /** How much memory these take that the others do not share, about. Costs what differs. */
    long bytesBeside(FoundRows<E> others) {
        long[] own = {0};
        long references = entries.differences(others.entries, Comparator.naturalOrder(), (mine, theirs) -> {
            if (mine != null) {
                own[0] += order.bytes(mine);
            }
        });
        return own[0] + (long) Integer.BYTES * references;
    }

    private E[] sorted(List<E> all) {
        Collections.sort(all);
        return order.array(all);
    }

    private void pay(List<E> all, Budget budget) {
        pay(all.size(), all.stream().mapToLong(order::keyLength).sum(), budget);
    }

    /** For sorting so many, and putting them among the rest. */
    private void pay(int count, long keys, Budget budget) {
        long each = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(count, entries.size()));
        budget.spend(count * each / COMPARED + keys / KEY_BYTES * each);
    }
}
