package dev.matview.core.internal.read;

import dev.matview.core.QueryTooLargeException;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The first rows of those that come: at most so many, and at most about so many bytes. Rows behind those that fill an
 * answer are let go, since it will end before them. For one thread.
 */
public final class FirstRows {

    /** What keys may take also where answers are small. */
    private static final int KEYS = 1 << 20;

    private final int most;
    private final int mostBytes;
    /** The last on top; or, where they come in order, as they came. */
    private final PriorityQueue<Row> best = new PriorityQueue<>(Collections.reverseOrder());

    private final ArrayDeque<Row> appended = new ArrayDeque<>();
    private long bytes;
    private long keyBytes;
    /** Whether rows were let go, and so none behind the last is wanted. */
    private boolean full;

    /**
     * @param most rows
     * @param mostBytes of their documents, which one row may pass; and of their keys
     */
    public FirstRows(int most, int mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** Adds a row that is after all others. */
    public void append(Row row) {
        appended.add(row);
        bytes += row.document().length;
    }

    /** Whether no answer can hold more than is here. */
    public boolean isFull() {
        return bytes >= mostBytes && appended.size() > 1;
    }

    /** Whether a row with that key may be among the first; paid for. */
    public boolean wants(byte[] key, Budget budget) {
        budget.spend(1 + Integer.SIZE - Integer.numberOfLeadingZeros(best.size()) + key.length / Budget.TEXT);
        return !full || Arrays.compareUnsigned(key, best.element().sortKey()) < 0;
    }

    /** @throws QueryTooLargeException when the keys are too large to be held */
    public void keep(Row row) {
        best.add(row);
        bytes += row.document().length;
        keyBytes += row.sortKey().length;
        // Two stay: the second is what tells the answer that it ends early.
        while (best.size() > most || best.size() > 2 && bytes - best.element().document().length >= mostBytes) {
            Row last = best.remove();
            bytes -= last.document().length;
            keyBytes -= last.sortKey().length;
            full = true;
        }
        if (keyBytes > Math.max(mostBytes, KEYS)) {
            throw new QueryTooLargeException(
                    "sort_too_large",
                    "What the documents are sorted by takes more than " + Math.max(mostBytes, KEYS)
                            + " bytes in all; sort by smaller values, or ask for fewer.");
        }
    }

    public List<Row> inOrder() {
        if (best.isEmpty()) {
            return new ArrayList<>(appended);
        }
        List<Row> rows = new ArrayList<>(best);
        Collections.sort(rows);
        return rows;
    }
}
