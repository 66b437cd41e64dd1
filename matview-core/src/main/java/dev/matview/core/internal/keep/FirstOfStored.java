package dev.matview.core.internal.keep;

import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first of a stored generation's rows: what a feed with a limit shows. Which row is the last the store is asked once for a
 * generation.
 *
 * @param most fewer than the generation has
 */
record FirstOfStored(StoredGeneration all, int most) implements OrderedRows {

    @Override
    public int size() {
        return most;
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        if (most == 0) {
            return List.of();
        }
        Row last = all.last(most);
        List<Row> page = all.page(after, skip, limit);
        int shown = page.size();
        while (shown > 0 && page.get(shown - 1).compareTo(last) > 0) {
            shown--;
        }
        return page.subList(0, shown);
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit, Budget budget) {
        List<Row> page = StoredGeneration.ask(budget, () -> page(after, skip, limit));
        budget.spend(page.size());
        return page;
    }

    @Override
    public int place(Row row) {
        return Math.min(most, all.place(row));
    }

    @Override
    public boolean contains(Row row) {
        return most > 0 && row.compareTo(all.last(most)) <= 0 && all.contains(row);
    }

    @Override
    public @Nullable Row last() {
        return most == 0 ? null : all.last(most);
    }
}
