package dev.matview.core.internal.view;

import dev.matview.core.internal.view.RowsBut.Cursor;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Some of a generation's rows, read as the few parts they are in. None is in two parts, so that a number of rows is the sum of
 * the parts' numbers. A page is merged of them; where it begins behind many others, that place is searched for by these sums.
 */
final class MergedRows implements OrderedRows {

    /** How many rows are passed over one by one: as many as take about as long as a search. */
    private static final int WALKED = 1_000;

    /** What a search in a part costs: a comparison is quick. */
    private static final int SEARCH = 5;

    private final OrderedRows generation;
    private final List<RowsBut> parts;
    private final int size;

    /** @param generation has all of their rows, and others */
    MergedRows(OrderedRows generation, List<RowsBut> parts) {
        this.generation = generation;
        this.parts = parts.stream().filter(part -> part.size() > 0).toList();
        this.size = parts.stream().mapToInt(RowsBut::size).sum();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int place(Row row) {
        int place = 0;
        for (RowsBut part : parts) {
            place += part.before(row);
        }
        return place;
    }

    private int upTo(Row row) {
        int place = 0;
        for (RowsBut part : parts) {
            place += part.upTo(row);
        }
        return place;
    }

    @Override
    public boolean contains(Row row) {
        for (RowsBut part : parts) {
            if (part.contains(row)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        return page(after, skip, limit, Budget.unlimited());
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit, Budget budget) {
        budget.spend(searches());
        if (limit == 0) {
            return List.of();
        }
        if (skip > WALKED) {
            long number = (long) skip + (after == null ? 0 : upTo(after));
            if (number >= size) {
                return List.of();
            }
            Row first = get((int) number, budget);
            return page(cursors(part -> part.from(first, budget)), 0, limit);
        }
        return page(cursors(part -> after == null ? part.fromFirst(budget) : part.after(after, budget)), skip, limit);
    }

    private int searches() {
        return 2 * SEARCH * parts.size();
    }

    private List<Cursor> cursors(Function<RowsBut, Cursor> cursor) {
        return parts.stream().map(cursor).toList();
    }

    private static List<Row> page(List<Cursor> cursors, int skip, int limit) {
        List<Row> page = new ArrayList<>();
        int skipped = 0;
        for (Cursor next = first(cursors); next != null && page.size() < limit; next = first(cursors)) {
            if (skipped < skip) {
                skipped++;
            } else {
                page.add(Objects.requireNonNull(next.row()));
            }
            next.next();
        }
        return Collections.unmodifiableList(page);
    }

    /** The cursor at the first row of all; null when all are behind the last. */
    private static @Nullable Cursor first(List<Cursor> cursors) {
        Cursor first = null;
        Row firstRow = null;
        for (Cursor cursor : cursors) {
            Row row = cursor.row();
            if (row != null && (firstRow == null || row.compareTo(firstRow) < 0)) {
                first = cursor;
                firstRow = row;
            }
        }
        return first;
    }

    /** The row of that number, which there is: the last of the generation's with no more of these before it. */
    private Row get(int number, Budget budget) {
        int low = 0;
        int high = generation.size();
        while (high - low > 1) {
            budget.spend(searches());
            int middle = (low + high) >>> 1;
            if (place(generationRow(middle)) <= number) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return generationRow(low);
    }

    private Row generationRow(int number) {
        return generation.page(null, number, 1).get(0);
    }
}
