package dev.matview.core.internal.read;

import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Puts rows into the order of their keys, in pieces that can be paid for one by one: rows are sorted in runs as they come,
 * and the runs are merged as rows are taken. Whatever a budget ends in, nothing is lost, and what was done is done. Equal
 * keys order as the rows do. Not thread-safe.
 */
final class SortedRows {

    private static final int RUN = 4_096;

    /** What a row takes here beside the bytes of its key, about. */
    private static final int OVERHEAD = 56;

    /** How many comparisons cost a step: they are quick. */
    private static final int COMPARED = 4;

    /** How many bytes of keys do, for each time that they may be compared: seldom is much of a long one looked at. */
    private static final int KEY_BYTES = 1_024;

    private static final Entry[] NONE = {};

    private final List<Entry> filling = new ArrayList<>();
    private final List<Run> runs = new ArrayList<>();
    private final PriorityQueue<Run> merging = new PriorityQueue<>();
    private long fillingBytes;
    private long bytes;
    private boolean ended;

    /** A row and its key, in the order of such. */
    record Entry(byte[] key, Row row) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int order = Arrays.compareUnsigned(key, other.key);
            return order != 0 ? order : row.compareTo(other.row);
        }
    }

    /** A sorted array, taken from its front. */
    private static final class Run implements Comparable<Run> {
        private final Entry[] entries;
        private int next;

        Run(Entry[] entries) {
            this.entries = entries;
        }

        Entry head() {
            return entries[next];
        }

        @Override
        public int compareTo(Run other) {
            return head().compareTo(other.head());
        }
    }

    void add(byte[] key, Row row, Budget budget) {
        if (filling.size() == RUN) {
            endRun(budget);
        }
        filling.add(new Entry(key, row));
        fillingBytes += key.length;
        bytes += key.length + OVERHEAD;
    }

    /** All rows are there: from now on they can be taken. Nothing when that was said before. */
    void end(Budget budget) {
        if (!ended) {
            endRun(budget);
            merging.addAll(runs);
            runs.clear();
            ended = true;
        }
    }

    private void endRun(Budget budget) {
        if (filling.isEmpty()) {
            return;
        }
        // Paid first: nothing ends in the middle of a sort.
        long each = log2(filling.size());
        budget.spend(filling.size() * each / COMPARED + fillingBytes / KEY_BYTES * each);
        Entry[] run = filling.toArray(NONE);
        Arrays.sort(run);
        runs.add(new Run(run));
        filling.clear();
        fillingBytes = 0;
    }

    /** The first of the rows that were not taken yet, which is taken; only after the end was told, and while there are rows. */
    Row take(Budget budget) {
        budget.spend(1 + log2(merging.size()) / COMPARED);
        Run run = merging.remove();
        Entry first = run.head();
        run.entries[run.next++] = null;
        bytes -= first.key().length + OVERHEAD;
        if (run.next < run.entries.length) {
            merging.add(run);
        }
        return first.row();
    }

    boolean isEmpty() {
        return ended && merging.isEmpty();
    }

    /** How much memory the rows that are here take, about. */
    long bytes() {
        return bytes;
    }

    private static int log2(int count) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(count);
    }
}
