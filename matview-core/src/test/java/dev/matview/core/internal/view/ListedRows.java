package dev.matview.core.internal.view;

import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows in whatever order a list has them in. */
public record ListedRows(List<Row> rows) implements OrderedRows {

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        int begin = Math.min(rows.size(), (after == null ? 0 : rows.indexOf(after) + 1) + skip);
        return rows.subList(begin, Math.min(rows.size(), begin + limit));
    }

    @Override
    public int place(Row row) {
        return rows.indexOf(row);
    }
}
