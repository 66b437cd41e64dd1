package dev.matview.core.internal.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.Query;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.internal.plan.Candidates;
import dev.matview.core.internal.plan.Plan;
import dev.matview.core.internal.plan.Planner;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
        Search search = new Search(read, query, source, budget);
        if (held != null) {
            return reading.apply(search.rows(() -> held));
        }
        Key key = new Key(
                read.generation().view(),
                read.feed().access() == Access.PUBLIC ? null : query.caller(),
                query.selector().toString(),
                query.sort().toString());
        try {
            return reading.apply(search.rows(() -> selections.get(key, absent -> new SelectionLine())));
        } finally {
            // It has another weight now, if it was asked for.
            SelectionLine line = selections.getIfPresent(key);
            if (line != null) {
                selections.put(key, line);
            }
        }
    }

    /** Finds more rows than the query's page has, where few are left. */
    void refill(Served read, Query query, HeldSelection held, Budget budget) {
        Search search = new Search(read, query, visible.of(read, query.caller(), budget), budget);
        held.refill(read, search.unchanging(), search::anew, search.candidates(), budget);
    }

    /** How one query is answered from one generation. For one thread. */
    private final class Search {

        private final Served read;
        private final Query query;
        private final OrderedRows source;
        private final Budget budget;
        private final Optional<Plan> plan;

        /** @param source all rows that the caller is shown */
        Search(Served read, Query query, OrderedRows source, Budget budget) {
            this.read = read;
            this.query = query;
            this.source = source;
            this.budget = budget;
            this.plan = Planner.plan(
                    query, read.indexes().listed().all(), read.generation().size(), budget);
        }

        /** @param kept where what is searched for is kept, if something is */
        RowList rows(Supplier<? extends Selections> kept) {
            return plan.filter(Plan::isOrdered)
                    .<RowList>map(ordered ->
                            new IndexedRows(ordered, query.selector(), shown(), () -> selected(kept.get(), source)))
                    .orElseGet(() -> selected(kept.get(), candidates()));
        }

        private RowList selected(Selections kept, OrderedRows from) {
            return kept.of(read, unchanging(), this::anew, budget).over(from);
        }

        Selection<?> anew() {
            return Selection.of(query, settings.searchBytes());
        }

        /** The rows that are looked at, in the feed's order: all that match are among them. */
        OrderedRows candidates() {
            return plan.filter(way -> !way.isOrdered())
                    .<OrderedRows>map(way -> new Candidates(way, shown(), budget))
                    .orElse(source);
        }

        /** Whether the caller is shown a row of the generation; null where all are shown. */
        private @Nullable Predicate<Row> shown() {
            if (read.feed().access() == Access.ACL) {
                return source::contains;
            }
            Row last = source.size() == read.generation().size() ? null : source.last();
            return last == null ? null : row -> row.compareTo(last) <= 0;
        }

        /** The same of rows that have changed; null where others may be shown now though they have not. */
        @Nullable
        Predicate<Row> unchanging() {
            if (read.feed().access() == Access.PUBLIC) {
                return row -> true;
            }
            return read.hasRuledRows() ? null : source::contains;
        }
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
