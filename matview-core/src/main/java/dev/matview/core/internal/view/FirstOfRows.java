package dev.matview.core.internal.view;

import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first of some rows: what a feed with a limit shows of a generation.
 *
 * @param most fewer than {@code all} has
 */
record FirstOfRows(OrderedRows all, int most) implements OrderedRows {

    @Override
    public int size() {
        return most;
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        if (after == null) {
            return all.page(null, skip, Math.max(0, Math.min(limit, most - skip)));
        }
        // Cut at the limit by the place of the page's first row: one look-up, and none where the page is empty.
        List<Row> page = all.page(after, skip, limit);
        int left = page.isEmpty() ? 0 : most - all.place(page.get(0));
        return left < page.size() ? page.subList(0, Math.max(0, left)) : page;
    }

    @Override
    public int place(Row row) {
        return Math.min(most, all.place(row));
    }
}
