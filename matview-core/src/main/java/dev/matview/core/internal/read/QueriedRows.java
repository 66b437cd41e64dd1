package dev.matview.core.internal.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.Query;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The rows that a query sees of a generation, by whatever finds them with the least work. Thread-safe. */
final class QueriedRows {

    private static final int OVERHEAD = 1_000;

    private final Settings settings;
    private final VisibleRows visible;
    private final Cache<Key, SelectionLine> selections;

    /**
     * Queries that see the same rows of a generation in the same order.
     *
     * @param caller null where every caller sees the same
     */
    private record Key(String view, @Nullable Caller caller, String selector, String sort) {

        int bytes() {
            return 2 * (selector.length() + sort.length()) + OVERHEAD;
        }
    }

    QueriedRows(Settings settings, VisibleRows visible, InstantSource clock) {
        this.settings = settings;
        this.visible = visible;
        this.selections = Caffeine.newBuilder()
                .maximumWeight(settings.searchBytes())
                .weigher((Key key, SelectionLine line) -> (int) Math.min(Integer.MAX_VALUE, line.bytes() + key.bytes()))
                // Beyond that nobody has a bookmark that leads there, and what it found may be of rows that are long
                // gone.
                .expireAfterAccess(settings.bookmarkGrace())
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build();
    }

    /**
     * Reads them; what is found on the way is kept, also where the reading fails.
     *
     * @param held where what is found is kept; null for where it is for all queries
     */
    <T> T read(Served read, Query query, @Nullable HeldSelection held, Budget budget, Function<RowList, T> reading) {
        OrderedRows source = visible.of(read, query.caller(), budget);
        if (query.selector().isAll() && query.sort().isNone()) {
            return reading.apply(RowList.of(source));
        }
        if (held != null) {
            return reading.apply(selection(held, read, query, source, budget).over(source));
        }
        Key key = new Key(
                read.generation().view(),
                read.feed().access() == Access.PUBLIC ? null : query.caller(),
                query.selector().toString(),
                query.sort().toString());
        SelectionLine line = selections.get(key, absent -> new SelectionLine());
        try {
            return reading.apply(selection(line, read, query, source, budget).over(source));
        } finally {
            // It has another weight now.
            selections.put(key, line);
        }
    }

    private Selection<?> selection(Selections kept, Served read, Query query, OrderedRows source, Budget budget) {
        return kept.of(read, shown(read, source), () -> anew(query), budget);
    }

    private static @Nullable Predicate<Row> shown(Served read, OrderedRows source) {
        if (read.feed().access() == Access.PUBLIC) {
            return row -> true;
        }
        return read.hasRuledRows() ? null : source::contains;
    }

    private Selection<?> anew(Query query) {
        return Selection.of(query, settings.searchBytes());
    }

    /** Finds more rows than the query's page has, where few are left. */
    void refill(Served read, Query query, HeldSelection held, Budget budget) {
        OrderedRows source = visible.of(read, query.caller(), budget);
        held.refill(read, shown(read, source), () -> anew(query), source, budget);
    }

    long selections() {
        return selections.estimatedSize();
    }

    long selectionBytes() {
        return selections.asMap().values().stream()
                .mapToLong(SelectionLine::bytes)
                .sum();
    }
}
