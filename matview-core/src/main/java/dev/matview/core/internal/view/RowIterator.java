package dev.matview.core.internal.view;

import dev.matview.core.spi.Row;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Goes through rows, a page after the other. For one thread. */
final class RowIterator implements Iterator<Row> {

    private static final int PAGE = 1_000;

    private final OrderedRows rows;
    private List<Row> page;
    private int next;
    private @Nullable Row passed;

    RowIterator(OrderedRows rows) {
        this.rows = rows;
        this.page = rows.page(null, 0, PAGE);
    }

    @Override
    public boolean hasNext() {
        if (next == page.size() && next == PAGE) {
            page = rows.page(passed, 0, PAGE);
            next = 0;
        }
        return next < page.size();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        passed = page.get(next++);
        return passed;
    }
}
