package dev.matview.core.internal.refresh;

import dev.matview.core.internal.view.Base;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Expands the rows that are aside of a view that is being built, once all slices are known, and puts them aside again: a
 * bounded part at a time. All rows are, also those that an earlier build had expanded: what they refer to may have changed
 * while nobody looked. A slice with a row that cannot be expanded is left out of the view, behind. For one thread.
 */
final class AsideExpansion {

    /** Of so many rows at most, what they refer to is fetched before any of it is put aside. */
    static final int ROWS_AT_ONCE = 1_000;

    private final Findings visit;
    private final FoundSlices found;
    private final ReferredDocuments documents;

    private final List<Row> waiting = new ArrayList<>();
    /** Those that show something else now, by database. */
    private final Map<String, List<Row>> expanded = new HashMap<>();
    /** How much memory those take. */
    private long bytes;
    /** How much more that is than the rows in whose place they come. */
    private long more;

    AsideExpansion(Findings visit, ReferredDocuments documents) {
        this.visit = visit;
        this.found = visit.found();
        this.documents = documents;
    }

    void run() throws InterruptedException {
        found.putRestAside(visit.pace().covered());
        Base aside = found.aside();
        if (aside == null) {
            return;
        }
        for (String database : aside.positions().keySet()) {
            if (!visit.gone().contains(database)) {
                expand(aside.slice(database));
            }
        }
        expandWaiting();
        putAside();
    }

    private void expand(List<Row> rows) throws InterruptedException {
        for (Row row : rows) {
            if (!row.expansions().isEmpty() && !visit.isFull()) {
                waiting.add(row);
            }
            if (waiting.size() == ROWS_AT_ONCE) {
                expandWaiting();
            }
        }
    }

    private void expandWaiting() throws InterruptedException {
        Map<String, Set<String>> wanted = new HashMap<>();
        waiting.forEach(row -> documents.want(row, wanted));
        documents.fetch(wanted, visit);
        for (Row row : waiting) {
            Optional<AggregationException> failure = documents.failure(row);
            if (failure.isPresent()) {
                visit.setBack(row.database(), failure.get());
            } else {
                replace(row, documents.expand(row));
            }
        }
        waiting.clear();
    }

    private void replace(Row before, Row after) {
        if (after.equals(before)) {
            return;
        }
        expanded.computeIfAbsent(after.database(), database -> new ArrayList<>())
                .add(after);
        bytes += after.bytes();
        more += after.bytes() - before.bytes();
        if (found.isDue(bytes)) {
            putAside();
        }
    }

    private void putAside() {
        found.replaceAside(expanded, more, visit.pace().covered());
        expanded.clear();
        bytes = 0;
        more = 0;
    }
}
