package dev.matview.core.internal.search;

import dev.matview.core.Query;
import dev.matview.core.QueryTooLargeException;
import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.internal.view.RowChanges;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.Selector;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one generation that a query's selector and sort leave, found as far as pages have asked for them. All
 * askers of one query share one selection, so that it is searched once; a budget that ends keeps what was found, and the
 * next asker goes on from there. Thread-safe: one searches, others wait.
 *
 * <p>That of another generation is made of it by the rows that differ, as far as they are rows that were looked at, and
 * shares the rest.
 *
 * <p>A row that takes more steps than an asker has, all by itself, is remembered with what it took: who has no more than
 * that fails at once. So such a row fails everybody whose page leads past it, each time, and costs its steps once. One
 * whose regular expressions cost too much does likewise.
 *
 * <p>Selector and sort see the projected document, never the one it was made from: a field that the feed does not list
 * must not be guessable through what matches.
 *
 * @param <E> what is kept of a row
 */
final class Selection<E extends Comparable<? super E>> {

    /** How many rows are taken from the source together. */
    private static final int AHEAD = 128;

    /** So many of the rows that were looked at may differ, for it to be less work than a search. */
    private static final int PART = 8;

    private static final int OVERHEAD = 400;

    private final Selector selector;
    private final RowOrder<E> order;
    private final int most;
    private final long mostBytes;

    private final BudgetedLock searching = new BudgetedLock();

    /** Guarded by the lock, as is all that follows; but for its size. */
    private final FoundRows<E> found;

    /** Where it is not null, no row behind it is among them, and others may be there. */
    private volatile @Nullable E bound;

    /** The last row that was looked at. */
    private @Nullable Row searched;

    private int looked;
    /** Rows around it: those from that number on are to be looked at. */
    private List<Row> ahead = List.of();

    private int next;
    private volatile boolean complete;
    /** The row to be looked at next takes more steps than this. */
    private long tooFew;

    private @Nullable RuntimeException refusal;

    private volatile long bytes = OVERHEAD;

    private Selection(Selector selector, RowOrder<E> order, FoundRows<E> found, int most, long mostBytes) {
        this.most = most;
        this.selector = selector;
        this.order = order;
        this.found = found;
        this.mostBytes = mostBytes;
    }

    /** @param mostBytes how much memory it may take */
    static Selection<?> of(Query query, long mostBytes) {
        return of(query, Integer.MAX_VALUE, mostBytes);
    }

    /** @param most how many rows of a sort are wanted: only the first are kept, so many or twice that */
    static Selection<?> of(Query query, int most, long mostBytes) {
        return query.sort().isNone()
                ? anew(query.selector(), RowOrder.OF_FEED, most, mostBytes)
                : anew(query.selector(), RowOrder.by(query.sort()), most, mostBytes);
    }

    private static <E extends Comparable<? super E>> Selection<E> anew(
            Selector selector, RowOrder<E> order, int most, long mostBytes) {
        return new Selection<>(selector, order, new FoundRows<>(order), most, mostBytes);
    }

    /** How much memory this takes, whether or not it is shared with another one. */
    long bytes() {
        return bytes;
    }

    private long measured() {
        return OVERHEAD + found.bytes();
    }

    /**
     * That of another generation: the same rows, but for those that differ.
     *
     * @param before the generation that this is of; null when nobody keeps it any more
     * @param read the other one
     * @param shown whether a row of that is shown to those who ask
     * @return null when this cannot be carried on, or searching anew is no more work
     * @throws BudgetSpentException when the budget does not suffice; nothing is done then
     */
    @Nullable
    Selection<E> carried(@Nullable Generation before, Served read, Predicate<Row> shown, Budget budget) {
        Generation after = read.generation();
        if (before == null || !RowChanges.areComparable(before, after)) {
            return null;
        }
        if (before == after) {
            return this;
        }
        int most = Math.max(AHEAD, looked(budget) / PART);
        RowChanges between = RowChanges.between(read.feed(), before, after, most);
        if (between == null) {
            return null;
        }
        ParsedChanges changes = ParsedChanges.of(between);
        searching.lock(budget);
        try {
            if (refusal != null) {
                return null;
            }
            Selection<E> next = copy(budget);
            next.change(changes, shown, budget);
            return next.bytes > mostBytes ? null : next;
        } catch (MangoException costly) {
            // A row has come whose regular expressions cost too much: it fails those whose page leads there.
            return null;
        } finally {
            searching.unlock();
        }
    }

    private Selection<E> copy(Budget budget) {
        Selection<E> copy = new Selection<>(selector, order, found.copy(budget), most, mostBytes);
        copy.bound = bound;
        copy.searched = searched;
        copy.looked = looked;
        copy.complete = complete;
        copy.bytes = bytes;
        return copy;
    }

    private void change(ParsedChanges changes, Predicate<Row> shown, Budget budget) {
        List<E> leaving = entries(changes.leaving(), row -> true, budget);
        List<E> coming = entries(changes.coming(), shown, budget);
        if (!leaving.isEmpty() || !coming.isEmpty()) {
            found.change(leaving, coming, budget);
            bytes = measured();
        }
    }

    private List<E> entries(List<ParsedRow> rows, Predicate<Row> wanted, Budget budget) {
        List<E> entries = new ArrayList<>();
        for (ParsedRow row : rows) {
            budget.spend(1);
            boolean lookedAt = complete || searched != null && row.row().compareTo(searched) <= 0;
            if (lookedAt && selector.matches(row.document(budget), budget) && wanted.test(row.row())) {
                E entry = order.entry(row, budget);
                if (entry != null && !isBehindBound(entry)) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    /** Another object with the first of these rows, so many at most; more are found by searching on. */
    Selection<E> trimmed(int most, Budget budget) {
        searching.lock(budget);
        try {
            Selection<E> first = copy(budget);
            if (first.found.size() <= most) {
                return first;
            }
            E last = first.found.list(most - 1, most).get(0);
            first.found.cut(most);
            first.bytes = first.measured();
            if (sorts()) {
                first.bound = last;
            } else {
                first.searched = order.row(last);
                first.complete = false;
            }
            return first;
        } finally {
            searching.unlock();
        }
    }

    /** How many rows were looked at for them. */
    int looked(Budget budget) {
        searching.lock(budget);
        try {
            return looked;
        } finally {
            searching.unlock();
        }
    }

    /** Another object with the same rows. */
    Selection<E> copied(Budget budget) {
        return trimmed(Integer.MAX_VALUE, budget);
    }

    /** How many rows are found. */
    int size() {
        return found.size();
    }

    /** Whether there may be more than are found. */
    boolean hasMore() {
        return !complete || bound != null;
    }

    /** Finds so many rows, if there are. */
    void search(OrderedRows source, int count, Budget budget) {
        found(source, count, 0, budget);
    }

    private boolean sorts() {
        return order != RowOrder.OF_FEED;
    }

    /**
     * How much memory this takes that the other does not share, about. Costs what differs.
     *
     * @param other one of the same query, of which this was made, or which was made of this
     */
    @SuppressWarnings("unchecked") // All of one query are in one order.
    long bytesBeside(Selection<?> other) {
        return OVERHEAD + found.bytesBeside(((Selection<E>) other).found);
    }

    /**
     * The rows, for one asker.
     *
     * <p>While they are gone through:
     *
     * @param source all rows of the generation that are shown to those who ask
     * @throws BudgetSpentException when the budget ends before they are found
     * @throws MangoException when a row on the way costs too much for the selector's regular expressions
     * @throws QueryTooLargeException when what is sorted by takes too much memory
     */
    RowList over(OrderedRows source) {
        return (after, skip, budget) ->
                new FoundRun(this, source, after, skip, after == null ? 0 : follower(source, after, budget));
    }

    /** The rows from that number on, as many as there are up to the limit. */
    List<Row> found(OrderedRows source, int from, int limit, Budget budget) {
        long end = (long) from + limit;
        searching.lock(budget);
        try {
            searchUntil(source, () -> found.size() >= end, budget);
            found.putPending(budget);
            int begin = Math.min(from, found.size());
            return found.list(begin, (int) Math.min(end, found.size())).stream()
                    .map(order::row)
                    .toList();
        } finally {
            bytes = measured();
            searching.unlock();
        }
    }

    /** How many of these rows are before that one, which is one of the generation's, or are it. */
    private int follower(OrderedRows source, Row row, Budget budget) {
        searching.lock(budget);
        try {
            searchUntil(source, () -> searched != null && searched.compareTo(row) >= 0, budget);
            found.putPending(budget);
            E entry = order.entry(new ParsedRow(row), budget);
            // A row that lacks the field is in no list: a place after it is a place before all.
            return entry == null ? 0 : found.upTo(entry);
        } finally {
            bytes = measured();
            searching.unlock();
        }
    }

    /** The row before that number, or the last of those found when they are fewer; null when there is none. */
    @Nullable
    Row before(int number, Budget budget) {
        searching.lock(budget);
        try {
            found.putPending(budget);
            int end = Math.min(number, found.size());
            return end == 0 ? null : order.row(found.list(end - 1, end).get(0));
        } finally {
            searching.unlock();
        }
    }

    private void searchUntil(OrderedRows source, BooleanSupplier enough, Budget budget) {
        if (complete && bound != null && !enough.getAsBoolean()) {
            beginAgain();
        }
        while (!complete && (sorts() || !enough.getAsBoolean())) {
            if (next == ahead.size()) {
                ahead = source.page(searched, 0, AHEAD, budget);
                next = 0;
            }
            if (ahead.isEmpty()) {
                found.putPending(budget);
                complete = true;
                return;
            }
            Row row = ahead.get(next);
            look(row, budget);
            searched = row;
            looked++;
            next++;
            tooFew = 0;
        }
    }

    /** What was behind the bound is not known, and can only be found with all that is before it. */
    private void beginAgain() {
        found.clear();
        bound = null;
        searched = null;
        looked = 0;
        ahead = List.of();
        next = 0;
        complete = false;
    }

    private void look(Row row, Budget budget) {
        if (refusal != null) {
            throw refusal;
        }
        long steps = budget.stepsLeft();
        if (steps <= tooFew) {
            // No use in taking them again.
            budget.spend(tooFew + 1);
        }
        try {
            ParsedRow parsed = new ParsedRow(row);
            if (selector.matches(parsed.document(budget), budget)) {
                keep(parsed, budget);
            }
        } catch (BudgetSpentException e) {
            if (e.reason() == BudgetSpentException.Reason.STEPS) {
                tooFew = Math.max(tooFew, steps);
            }
            throw e;
        } catch (MangoException | QueryTooLargeException e) {
            refusal = e;
            throw e;
        }
    }

    private void keep(ParsedRow row, Budget budget) {
        E entry = order.entry(row, budget);
        if (entry == null || isBehindBound(entry)) {
            return;
        }
        if (sorts() && measured() + order.bytes(entry) > mostBytes) {
            found.clear();
            throw new QueryTooLargeException(
                    "sort_too_large",
                    "What the rows are sorted by takes more than " + mostBytes
                            + " bytes in all; sort by smaller values, or register a feed in this order.");
        }
        if (sorts() && found.size() >= 2L * most) {
            found.putPending(budget);
            found.cut(most);
            bound = found.list(most - 1, most).get(0);
        }
        if (!isBehindBound(entry)) {
            found.add(entry, budget);
        }
    }

    private boolean isBehindBound(E entry) {
        E last = bound;
        return last != null && entry.compareTo(last) > 0;
    }
}
