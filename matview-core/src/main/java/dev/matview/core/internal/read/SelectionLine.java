package dev.matview.core.internal.read;

import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.RowChanges;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.spi.Row;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one query has found, of the newest generation that it was asked of and of a few others. That of another generation is
 * made of the newest one's by the rows that differ, lazily, when it is first asked for. Thread-safe.
 */
final class SelectionLine {

    /** How many are kept beside the newest: bookmarks lead to them. */
    private static final int OTHERS = 8;

    private final BudgetedLock lock = new BudgetedLock();
    private final Map<String, Kept> others = new LinkedHashMap<>();
    private volatile @Nullable Kept newest;
    private volatile long othersBytes;

    /**
     * A selection of a generation.
     *
     * @param beside how much memory it takes beside the newest
     */
    private record Kept(String tag, long generation, Selection<?> selection, long beside) {

        Kept beside(Selection<?> newest, boolean shares) {
            long beside = shares ? selection.bytesBeside(newest) : selection.bytes();
            return new Kept(tag, generation, selection, beside);
        }
    }

    /** How much memory all take together, about. */
    long bytes() {
        Kept last = newest;
        return othersBytes + (last == null ? 0 : last.selection().bytes());
    }

    /**
     * The selection of the generation that is read.
     *
     * @param shown whether a row of it is shown to those who ask; null where others may be shown to them now without having
     *     changed, so that nothing can be carried on
     * @param anew makes one of which nothing is found yet
     */
    Selection<?> of(
            Served read, @Nullable Predicate<Row> shown, Function<Generation, Selection<?>> anew, Budget budget) {
        lock.lock(budget);
        try {
            Generation generation = read.generation();
            String tag = generation.tag();
            Kept last = newest;
            Kept known = last != null && last.tag().equals(tag) ? last : others.get(tag);
            return known == null ? next(read, shown, anew, budget) : known.selection();
        } finally {
            lock.unlock();
        }
    }

    private Selection<?> next(
            Served read, @Nullable Predicate<Row> shown, Function<Generation, Selection<?>> anew, Budget budget) {
        Generation generation = read.generation();
        Kept last = newest;
        try {
            Selection<?> carried =
                    last == null || shown == null ? null : carried(last.selection(), read, shown, budget);
            Selection<?> next = carried == null ? anew.apply(generation) : carried;
            keep(generation, next, carried != null);
            return next;
        } catch (BudgetSpentException e) {
            if (budget.mayWait() && e.reason() == BudgetSpentException.Reason.STEPS) {
                // A row may have come that nobody can pay for. A search is paid for in pieces, and fails only where it
                // is.
                keep(generation, anew.apply(generation), false);
            }
            throw e;
        }
    }

    private static <E extends Comparable<? super E>> @Nullable Selection<E> carried(
            Selection<E> from, Served read, Predicate<Row> shown, Budget budget) {
        Generation before = from.generation();
        Generation generation = read.generation();
        if (before == null || !RowChanges.areComparable(before, generation)) {
            return null;
        }
        ParsedChanges changes = ParsedChanges.of(RowChanges.between(read.feed(), before, generation));
        return from.carried(generation, changes, shown, budget);
    }

    private void keep(Generation generation, Selection<?> selection, boolean carried) {
        Kept last = newest;
        Kept next = new Kept(generation.tag(), generation.head().generation(), selection, 0);
        if (last == null || last.generation() <= next.generation()) {
            newest = next;
            if (last != null) {
                others.put(last.tag(), last.beside(selection, carried));
            }
        } else {
            others.put(next.tag(), next.beside(last.selection(), carried));
        }
        others.values().removeIf(kept -> kept.selection().generation() == null);
        if (others.size() > OTHERS) {
            others.remove(others.keySet().iterator().next());
        }
        othersBytes = others.values().stream().mapToLong(Kept::beside).sum();
    }
}
