package dev.matview.core.internal.view;

import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of which others are left out. How many there are up to a place is a matter of two searches, and those left out are
 * passed over in as many steps as their number has digits.
 *
 * @param but all of them are among {@code all}, as the same objects
 */
record RowsBut(RowRun<?> all, RowRun<?> but) {

    int size() {
        return all.size() - but.size();
    }

    int before(Row row) {
        return all.before(row) - but.before(row);
    }

    int upTo(Row row) {
        return all.upTo(row) - but.upTo(row);
    }

    boolean contains(Row row) {
        return all.contains(row) && !but.contains(row);
    }

    /** Begins with the first. */
    Cursor fromFirst(Budget budget) {
        return new Cursor(0, 0, budget);
    }

    /** Begins with the row, or with the first after it. */
    Cursor from(Row row, Budget budget) {
        return new Cursor(all.before(row), but.before(row), budget);
    }

    /** Begins with the first that is after the row. */
    Cursor after(Row row, Budget budget) {
        return new Cursor(all.upTo(row), but.upTo(row), budget);
    }

    /** Goes through the rows that are not left out. For one thread. */
    final class Cursor {

        /** How many rows are taken from the tree together. */
        private static final int CHUNK = 64;

        private final Budget budget;
        /** How many of all are passed, the current row not among them. */
        private int passed;
        /** How many of these are left out. */
        private int left;

        /** Those of all that begin with this number. */
        private List<Row> chunk = List.of();

        private int begin;
        private @Nullable Row row;

        private Cursor(int passed, int left, Budget budget) {
            this.passed = passed;
            this.left = left;
            this.budget = budget;
            this.row = find();
        }

        /** The row that it is at; null behind the last. */
        @Nullable
        Row row() {
            return row;
        }

        void next() {
            passed++;
            row = find();
        }

        private @Nullable Row find() {
            budget.spend(1);
            if (left < but.size() && passed < all.size() && but.get(left) == at(passed)) {
                int pass = passable();
                passed += pass;
                left += pass;
            }
            return passed < all.size() ? at(passed) : null;
        }

        private Row at(int number) {
            if (number < begin || number >= begin + chunk.size()) {
                begin = number;
                chunk = all.list(number, Math.min(all.size(), number + CHUNK));
            }
            return chunk.get(number - begin);
        }

        /**
         * How many are left out one after the other, the next of which one is. So many are when the last of so many is the
         * same row here and there: what is left out is in the same order.
         */
        private int passable() {
            int most = but.size() - left;
            int are = 1;
            int areNot = 2;
            while (areNot <= most && areLeftOut(areNot)) {
                are = areNot;
                areNot = (int) Math.min(Integer.MAX_VALUE, 2L * areNot);
            }
            areNot = Math.min(areNot, most + 1);
            while (areNot - are > 1) {
                int middle = (are + areNot) >>> 1;
                if (areLeftOut(middle)) {
                    are = middle;
                } else {
                    areNot = middle;
                }
            }
            return are;
        }

        private boolean areLeftOut(int next) {
            budget.spend(1);
            return all.get(passed + next - 1) == but.get(left + next - 1);
        }
    }
}
