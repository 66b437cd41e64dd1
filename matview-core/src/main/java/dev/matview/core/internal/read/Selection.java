package dev.matview.core.internal.read;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.QueryTooLargeException;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.MangoException;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one generation that a query's selector and sort leave, found as far as pages have asked for them. All
 * askers of one query share one selection, so that it is searched once; a budget that ends keeps what was found, and the
 * next asker goes on from there. Thread-safe: one searches, others wait.
 *
 * <p>A row that takes more steps than an asker has, all by itself, is remembered with what it took: who has no more than
 * that fails at once. So such a row fails everybody whose page leads past it, each time, and costs its steps once. One
 * whose regular expressions cost too much does likewise.
 *
 * <p>Selector and sort see the projected document, never the one it was made from: a field that the feed does not list
 * must not be guessable through what matches.
 */
final class Selection implements RowList {

    /** How many rows are taken from the source together. */
    private static final int AHEAD = 128;

    private final Query query;
    private final OrderedRows source;
    private final long mostBytes;
    private final boolean sorts;

    private final ReentrantLock searching = new ReentrantLock();

    /** Guarded by the lock, as is all that follows. */
    private final List<Row> found = new ArrayList<>();

    private SortedRows unsorted = new SortedRows();
    /** The last row that was looked at. */
    private @Nullable Row searched;
    /** Rows around it: those from that number on are to be looked at. */
    private List<Row> ahead = List.of();

    private int next;
    private boolean complete;
    /** The row to be looked at next takes more steps than this. */
    private long tooFew;

    private @Nullable RuntimeException refusal;

    private volatile long bytes;

    /** @param mostBytes how much memory this may take */
    Selection(Query query, OrderedRows source, long mostBytes) {
        this.query = query;
        this.source = source;
        this.mostBytes = mostBytes;
        this.sorts = !query.sort().isNone();
        this.bytes = measured();
    }

    /** How much memory this takes now, or will when all is found: a reference for each row, and while it sorts their keys. */
    long bytes() {
        return bytes;
    }

    private long measured() {
        return 4L * source.size() + unsorted.bytes();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Here and while the rows are gone through:
     *
     * @throws BudgetSpentException when the budget ends before they are found
     * @throws MangoException when a row on the way costs too much for the selector's regular expressions
     * @throws QueryTooLargeException when what is sorted by takes too much memory
     */
    @Override
    public Run after(@Nullable Row after, int skip, Budget budget) {
        return new FoundRun(after, skip, after == null ? 0 : follower(after, budget));
    }

    /** Goes through what is found by its number. */
    private final class FoundRun implements Run {

        private final @Nullable Row after;
        private final int first;
        private int next;

        private FoundRun(@Nullable Row after, int skip, int follower) {
            this.after = after;
            this.first = follower;
            this.next = (int) Math.min(Integer.MAX_VALUE, (long) follower + skip);
        }

        @Override
        public List<Row> next(int limit, Budget budget) {
            List<Row> rows = found(next, limit, budget);
            next += rows.size();
            return rows;
        }

        @Override
        public @Nullable Row passed(Budget budget) {
            return next == first ? after : before(next, budget);
        }
    }

    private List<Row> found(int from, int limit, Budget budget) {
        long end = (long) from + limit;
        lock(budget);
        try {
            searchUntil(() -> found.size() >= end, budget);
            int begin = Math.min(from, found.size());
            return List.copyOf(found.subList(begin, (int) Math.min(end, found.size())));
        } finally {
            bytes = measured();
            searching.unlock();
        }
    }

    /** The number of the first row after that one. */
    private int follower(Row row, Budget budget) {
        lock(budget);
        try {
            searchUntil(() -> !found.isEmpty() && found.get(found.size() - 1).compareTo(row) > 0, budget);
            int place = sorts
                    ? Collections.binarySearch(
                            found, row, Comparator.comparing(one -> new SortedRows.Entry(key(one, budget), one)))
                    : Collections.binarySearch(found, row);
            return place < 0 ? -place - 1 : place + 1;
        } finally {
            bytes = measured();
            searching.unlock();
        }
    }

    private byte[] key(Row row, Budget budget) {
        byte[] key = query.sort().key(Json.parseObject(row.document(), budget), budget);
        // A row that lacks the field is in no list: a place after it is a place before all.
        return key == null ? new byte[0] : key;
    }

    /** The row before that number, or the last of those found when they are fewer; null when there is none. */
    private @Nullable Row before(int number, Budget budget) {
        lock(budget);
        try {
            int end = Math.min(number, found.size());
            return end == 0 ? null : found.get(end - 1);
        } finally {
            searching.unlock();
        }
    }

    private void searchUntil(BooleanSupplier enough, Budget budget) {
        while (!complete && (sorts || !enough.getAsBoolean())) {
            search(budget);
        }
    }

    private void lock(Budget budget) {
        if (searching.tryLock()) {
            return;
        }
        try {
            long patience = budget.waitLeft().toMillis();
            if (!budget.await(() -> searching.tryLock(patience, TimeUnit.MILLISECONDS))) {
                throw BudgetSpentException.ofTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryStoppedException();
        }
    }

    private void search(Budget budget) {
        if (next == ahead.size()) {
            ahead = source.page(searched, 0, AHEAD);
            next = 0;
        }
        if (!ahead.isEmpty()) {
            look(ahead.get(next), budget);
            searched = ahead.get(next);
            next++;
            tooFew = 0;
            return;
        }
        unsorted.end(budget);
        while (!unsorted.isEmpty()) {
            found.add(unsorted.take(budget));
        }
        complete = true;
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
            ObjectNode document = Json.parseObject(row.document(), budget);
            if (query.selector().matches(document, budget)) {
                keep(row, document, budget);
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

    private void keep(Row row, ObjectNode document, Budget budget) {
        if (!sorts) {
            found.add(row);
            return;
        }
        byte[] key = query.sort().key(document, budget);
        if (key == null) {
            return;
        }
        if (measured() + key.length > mostBytes) {
            unsorted = new SortedRows();
            throw new QueryTooLargeException(
                    "sort_too_large",
                    "What the rows are sorted by takes more than " + mostBytes
                            + " bytes in all; sort by smaller values, or register a feed in this order.");
        }
        unsorted.add(key, row, budget);
    }
}
