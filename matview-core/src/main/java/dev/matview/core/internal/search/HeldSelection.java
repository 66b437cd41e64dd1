package dev.matview.core.internal.search;

import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.spi.Row;
import java.lang.ref.WeakReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a live query has found: the rows of its page, and some behind it, so that the page stays full when rows leave it. It is
 * of the newest generation that the query was asked of, or found unconcerned by, and is kept as long as the query lives; the
 * generation is not.
 *
 * <p>When few are left behind the page, more are found beside it ({@link #refill}), while it goes on to serve. Thread-safe.
 */
public final class HeldSelection implements Selections {

    /** So many rows may be kept, however few the page has. */
    static final int MOST = 1_000;

    /** How many rows the query passes over and shows. */
    private final int page;

    private final int limit;

    private final BudgetedLock lock = new BudgetedLock();

    /** Guarded by the lock, as is the other. */
    private volatile @Nullable State state;

    /** What a refill has found that was not ended. */
    private @Nullable State begun;

    private record State(WeakReference<Generation> generation, Selection<?> selection) {

        static State of(Generation generation, Selection<?> selection) {
            return new State(new WeakReference<>(generation), selection);
        }

        boolean isOf(Generation other) {
            return generation.get() == other;
        }

        /** Also where nobody keeps this one's any more. */
        boolean isBefore(Generation other) {
            Generation own = generation.get();
            return own == null || other.isAfter(own);
        }
    }

    /**
     * @param skip how many rows the query passes over
     * @param limit how many it shows
     */
    public HeldSelection(int skip, int limit) {
        this.page = (int) Math.min(Integer.MAX_VALUE, (long) skip + limit);
        this.limit = limit;
    }

    /** How much memory what it has found takes, about. */
    public long bytes() {
        State last = state;
        return last == null ? 0 : last.selection().bytes();
    }

    private int wanted() {
        return (int) Math.min(Integer.MAX_VALUE, page + 2L * limit);
    }

    @Override
    public Selection<?> of(Served read, @Nullable Predicate<Row> shown, Supplier<Selection<?>> anew, Budget budget) {
        lock.lock(budget);
        try {
            State last = state;
            Generation generation = read.generation();
            if (last != null && last.isOf(generation)) {
                return last.selection();
            }
            State next = State.of(generation, next(last, read, shown, anew, budget));
            if (last == null || last.isBefore(generation)) {
                state = next;
            }
            return next.selection();
        } finally {
            lock.unlock();
        }
    }

    private Selection<?> next(
            @Nullable State last,
            Served read,
            @Nullable Predicate<Row> shown,
            Supplier<Selection<?>> anew,
            Budget budget) {
        try {
            Selection<?> carried = carried(last, read, shown, budget);
            return carried == null ? anew.get() : carried;
        } catch (BudgetSpentException e) {
            if (budget.mayWait() && e.reason() == BudgetSpentException.Reason.STEPS) {
                // A search is paid for in pieces.
                state = State.of(read.generation(), anew.get());
            }
            throw e;
        }
    }

    private static @Nullable Selection<?> carried(
            @Nullable State from, Served read, @Nullable Predicate<Row> shown, Budget budget) {
        return from == null || shown == null
                ? null
                : from.selection().carried(from.generation().get(), read, shown, budget);
    }

    /**
     * Nothing that the query finds differs between the two generations.
     *
     * @return false when that is of no use, as somebody is at work here
     */
    public boolean unchanged(Generation from, Generation to) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            State last = state;
            // Of another one it cannot be gone on with; where it is of a later one, it will be.
            if (last != null && last.isOf(from)) {
                state = State.of(to, last.selection());
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of rows that are far behind the page, unless somebody is at work here. */
    public void trim() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            State last = state;
            if (last != null && last.selection().size() > 2L * most()) {
                state = trimmed(last, Budget.unlimited());
            }
        } finally {
            lock.unlock();
        }
    }

    private State trimmed(State full, Budget budget) {
        return new State(full.generation(), full.selection().trimmed(most(), budget));
    }

    @Override
    public int most() {
        return Math.max(MOST, wanted());
    }

    /** Whether so few rows are left behind the page that others should be looked for. */
    public boolean isShort() {
        State last = state;
        return last != null && last.selection().hasMore() && last.selection().size() < page + limit;
    }

    /**
     * Finds rows behind the page, without holding up who asks for it. By one thread at a time.
     *
     * @param source the rows of the generation that are shown to those who ask
     * @throws dev.matview.core.mango.BudgetSpentException when the budget does not suffice; the next goes on from there
     */
    void refill(
            Served read,
            @Nullable Predicate<Row> shown,
            Supplier<Selection<?>> anew,
            OrderedRows source,
            Budget budget) {
        State work = State.of(read.generation(), toRefill(read, shown, anew, budget));
        begun = work;
        work.selection().search(source, wanted(), budget);
        lock.lock(budget);
        try {
            State last = state;
            // The feed has gone on meanwhile: the next refill has not much left to do.
            if (last == null || last.isOf(read.generation())) {
                state = trimmed(work, budget);
                begun = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private Selection<?> toRefill(
            Served read, @Nullable Predicate<Row> shown, Supplier<Selection<?>> anew, Budget budget) {
        Selection<?> going = carried(begun, read, shown, budget);
        return going == null ? of(read, shown, anew, budget).copied(budget) : going;
    }
}
