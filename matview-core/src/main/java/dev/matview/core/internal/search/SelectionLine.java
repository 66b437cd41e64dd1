package dev.matview.core.internal.search;

import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.spi.Row;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one query has found, of the newest generation that it was asked of and of a few others. That of another generation is
 * made of the newest one's by the rows that differ, lazily, when it is first asked for. Generations are not kept by it: once
 * nobody else keeps the newest, the next one is searched anew. Thread-safe.
 */
final class SelectionLine implements Selections {

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
    private record Kept(String tag, WeakReference<Generation> generation, Selection<?> selection, long beside) {

        static Kept of(Generation generation, Selection<?> selection) {
            return new Kept(generation.tag(), new WeakReference<>(generation), selection, 0);
        }

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

    @Override
    public Selection<?> of(Served read, @Nullable Predicate<Row> shown, Supplier<Selection<?>> anew, Budget budget) {
        lock.lock(budget);
        try {
            String tag = read.generation().tag();
            Kept last = newest;
            Kept known = last != null && last.tag().equals(tag) ? last : others.get(tag);
            return known == null ? next(read, shown, anew, budget) : known.selection();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int most() {
        return Integer.MAX_VALUE;
    }

    private Selection<?> next(Served read, @Nullable Predicate<Row> shown, Supplier<Selection<?>> anew, Budget budget) {
        Generation generation = read.generation();
        Kept last = newest;
        try {
            Selection<?> carried = last == null || shown == null
                    ? null
                    : last.selection().carried(last.generation().get(), read, shown, budget);
            Selection<?> next = carried == null ? anew.get() : carried;
            keep(generation, next, carried != null);
            return next;
        } catch (BudgetSpentException e) {
            if (budget.mayWait() && e.reason() == BudgetSpentException.Reason.STEPS) {
                // A row may have come that nobody can pay for. A search is paid for in pieces, and fails only where it
                // is.
                keep(generation, anew.get(), false);
            }
            throw e;
        }
    }

    /** Also where nobody keeps the other any more. */
    private static boolean isAfter(Generation generation, Kept last) {
        Generation other = last.generation().get();
        return other == null || generation.isAfter(other);
    }

    private void keep(Generation generation, Selection<?> selection, boolean carried) {
        Kept last = newest;
        Kept next = Kept.of(generation, selection);
        if (last == null || isAfter(generation, last)) {
            newest = next;
            if (last != null) {
                others.put(last.tag(), last.beside(selection, carried));
            }
        } else {
            others.put(next.tag(), next.beside(last.selection(), carried));
        }
        others.values().removeIf(kept -> kept.generation().get() == null);
        if (others.size() > OTHERS) {
            others.remove(others.keySet().iterator().next());
        }
        othersBytes = others.values().stream().mapToLong(Kept::beside).sum();
    }
}
