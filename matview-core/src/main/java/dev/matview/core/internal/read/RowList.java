package dev.matview.core.internal.read;

import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows that a query sees of one generation, in its order; found as far as they are asked for. */
interface RowList {

    /** The number of the first row after that one, which is of the generation and need not be in the list itself. */
    int after(Row row, Budget budget);

    /** The rows from that number on; none when there are no more. */
    List<Row> page(int from, int limit, Budget budget);

    /** The row before that number, or the last of those found when they are fewer; null when there is none. */
    @Nullable
    Row before(int number, Budget budget);

    /** All of them, which are ordered as rows are. */
    static RowList of(List<Row> rows) {
        return new RowList() {
            @Override
            public int after(Row row, Budget budget) {
                int place = Collections.binarySearch(rows, row);
                return place < 0 ? -place - 1 : place + 1;
            }

            @Override
            public List<Row> page(int from, int limit, Budget budget) {
                int begin = Math.min(from, rows.size());
                return rows.subList(begin, (int) Math.min((long) begin + limit, rows.size()));
            }

            @Override
            public @Nullable Row before(int number, Budget budget) {
                int end = Math.min(number, rows.size());
                return end == 0 ? null : rows.get(end - 1);
            }
        };
    }
}
