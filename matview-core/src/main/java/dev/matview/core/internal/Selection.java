package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Query;
import dev.matview.core.QueryTimeoutException;
import dev.matview.core.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one generation that a query's selector and sort leave, found as far as pages have asked for them. All
 * askers of one query share one selection, so that it is searched once; a search that runs out of time keeps what it
 * found, and the next asker goes on from there. Thread-safe.
 *
 * <p>Selector and sort see the projected document, never the one it was made from: a field that the feed does not list
 * must not be guessable through what matches.
 */
final class Selection implements RowList {

    private static final int ROWS_BETWEEN_LOOKS_AT_THE_CLOCK = 64;

    private final Query query;
    private final List<Row> source;
    private final InstantSource clock;
    private final Duration time;

    private final List<Row> found = new ArrayList<>();
    private final List<Sorted> unsorted = new ArrayList<>();
    private int searched;
    private boolean complete;

    private record Sorted(byte[] key, Row row) implements Comparable<Sorted> {
        @Override
        public int compareTo(Sorted other) {
            int order = Arrays.compareUnsigned(key, other.key);
            return order != 0 ? order : row.compareTo(other.row);
        }
    }

    Selection(Query query, List<Row> source, InstantSource clock, Duration time) {
        this.query = query;
        this.source = source;
        this.clock = clock;
        this.time = time;
    }

    /** The most memory the rows can take: a reference each. */
    int mostBytes() {
        return 4 * source.size();
    }

    /** @throws QueryTimeoutException when the rows are not found in time */
    @Override
    public synchronized List<Row> page(int offset, int limit) {
        long end = (long) offset + limit;
        searchUntil(() -> found.size() >= end);
        int from = Math.min(offset, found.size());
        return List.copyOf(found.subList(from, (int) Math.min(end, found.size())));
    }

    /** @throws QueryTimeoutException when it is not found in time */
    @Override
    public synchronized int after(Row row) {
        searchUntil(() -> !found.isEmpty() && found.get(found.size() - 1).compareTo(row) > 0);
        int place = query.sort().isNone()
                ? Collections.binarySearch(found, row)
                : Collections.binarySearch(found, row, Comparator.comparing(this::sorted));
        return place < 0 ? -place - 1 : place + 1;
    }

    private Sorted sorted(Row row) {
        byte[] key = query.sort().key(Json.parseObject(row.document()));
        // A row that lacks the field is in no list: a place after it is a place before all.
        return new Sorted(key == null ? new byte[0] : key, row);
    }

    @Override
    public synchronized @Nullable Row before(int number) {
        int end = Math.min(number, found.size());
        return end == 0 ? null : found.get(end - 1);
    }

    private void searchUntil(BooleanSupplier enough) {
        Instant deadline = clock.instant().plus(time);
        boolean sorts = !query.sort().isNone();
        while (!complete && (sorts || !enough.getAsBoolean())) {
            search(deadline, sorts);
        }
    }

    private void search(Instant deadline, boolean sorts) {
        int until = Math.min(source.size(), searched + ROWS_BETWEEN_LOOKS_AT_THE_CLOCK);
        while (searched < until) {
            Row row = source.get(searched++);
            ObjectNode document = Json.parseObject(row.document());
            if (query.selector().matches(document)) {
                keep(row, document, sorts);
            }
        }
        if (searched == source.size()) {
            finish();
        } else if (clock.instant().isAfter(deadline)) {
            throw new QueryTimeoutException();
        }
    }

    private void keep(Row row, ObjectNode document, boolean sorts) {
        if (!sorts) {
            found.add(row);
            return;
        }
        byte[] key = query.sort().key(document);
        if (key != null) {
            unsorted.add(new Sorted(key, row));
        }
    }

    private void finish() {
        Collections.sort(unsorted);
        unsorted.forEach(sorted -> found.add(sorted.row()));
        unsorted.clear();
        complete = true;
    }
}
