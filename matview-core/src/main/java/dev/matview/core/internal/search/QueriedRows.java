package dev.matview.core.internal.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.Query;
import dev.matview.core.ReadStatus;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.internal.keep.StoredGeneration;
import dev.matview.core.internal.plan.Candidates;
import dev.matview.core.internal.plan.Plan;
import dev.matview.core.internal.plan.Plan.Order;
import dev.matview.core.internal.plan.Planner;
import dev.matview.core.internal.plan.RowsOfKey;
import dev.matview.core.internal.plan.Suggestion;
import dev.matview.core.internal.plan.Trace;
import dev.matview.core.internal.view.Index;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.internal.work.CacheUse;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The rows that a query sees of a generation, by whatever finds them with the least work. Thread-safe. */
public final class QueriedRows {

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

    public QueriedRows(Settings settings, VisibleRows visible, InstantSource clock) {
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
                .recordStats()
                .build();
    }

    /**
     * Reads them; what is found on the way is kept, also where the reading fails.
     *
     * @param held where what is found is kept; null for where it is for all queries
     * @param trace takes down what it takes
     */
    public <T> T read(
            Served read,
            Query query,
            @Nullable HeldSelection held,
            Trace trace,
            Budget budget,
            Function<RowList, T> reading) {
        OrderedRows source = visible.of(read, query.caller(), budget);
        if (read.generation() instanceof StoredGeneration stored) {
            return reading.apply(
                    new StoredRows(stored, read, query, source, settings.searchBytes(), budget).list(trace));
        }
        if (query.selector().isAll() && query.sort().isNone()) {
            return reading.apply(RowList.of(source));
        }
        Optional<Plan<Index>> plan = plan(read, query, budget);
        trace.helpful(() -> Suggestion.of(query, read.feed(), plan.orElse(null)));
        if (held != null) {
            return reading.apply(rows(() -> held, read, query, plan, source, trace, budget));
        }
        Key key = new Key(
                read.generation().view(),
                read.feed().access() == Access.PUBLIC ? null : query.caller(),
                query.selector().toString(),
                query.sort().toString());
        try {
            return reading.apply(rows(() -> kept(key), read, query, plan, source, trace, budget));
        } finally {
            // It has another weight now, if it was asked.
            selections.asMap().computeIfPresent(key, (same, line) -> line);
        }
    }

    /** Straight from an index that has them in their order, or else searched. */
    private RowList rows(
            Supplier<? extends Selections> kept,
            Served read,
            Query query,
            Optional<Plan<Index>> plan,
            OrderedRows source,
            Trace trace,
            Budget budget) {
        Supplier<RowList> searched = () -> searched(kept.get(), read, query, plan, source, trace, budget);
        if (plan.isEmpty() || !plan.get().isOrdered()) {
            return searched.get();
        }
        trace.indexed(plan.get());
        return new IndexedRows(plan.get(), query.selector(), indexed(read, source), trace, searched);
    }

    private static Optional<Plan<Index>> plan(Served read, Query query, Budget budget) {
        return Planner.plan(
                query, read.indexes().all(), read.feed(), read.generation().size(), budget);
    }

    /** Whether a row that an index has is shown to the caller; null where all are. */
    private static @Nullable Predicate<Row> indexed(Served read, OrderedRows source) {
        if (read.feed().access() == Access.ACL) {
            return source::contains;
        }
        Row last = source.size() == read.generation().size() ? null : source.last();
        return last == null ? null : row -> row.compareTo(last) <= 0;
    }

    private SelectionLine kept(Key key) {
        return selections.get(key, absent -> new SelectionLine());
    }

    /** What was found of them, and the rest as far as it is asked for. */
    private RowList searched(
            Selections kept,
            Served read,
            Query query,
            Optional<Plan<Index>> plan,
            OrderedRows source,
            Trace trace,
            Budget budget) {
        Selection<?> selection = selection(kept, read, query, source, budget);
        Optional<Plan<Index>> way = plan.filter(one -> isOfUse(one, source));
        trace.searched(way.orElse(null), () -> selection.looked(budget));
        return selection.over(selection.hasMore() ? candidates(way, read, source, budget) : source);
    }

    /** Whether an index leaves rows to be searched in their order, or few. */
    private static boolean isOfUse(Plan<?> plan, OrderedRows source) {
        // A caller may see fewer rows of an ACL feed than an index leaves.
        boolean isLess = plan.rows() <= source.size();
        return isLess && (plan.order() == Order.OF_FEED || Planner.areFew(plan.rows(), source.size()));
    }

    /** The rows to search: those that an index leaves. */
    private static OrderedRows candidates(Optional<Plan<Index>> plan, Served read, OrderedRows source, Budget budget) {
        if (plan.isEmpty()) {
            return source;
        }
        Predicate<Row> indexed = indexed(read, source);
        Predicate<Row> shown = indexed == null ? row -> true : indexed;
        return plan.get().order() == Order.OF_FEED
                ? new RowsOfKey(plan.get(), shown)
                : new Candidates(plan.get(), shown, budget);
    }

    private Selection<?> selection(Selections kept, Served read, Query query, OrderedRows source, Budget budget) {
        return kept.of(read, shown(read, source), () -> anew(query, kept), budget);
    }

    private static @Nullable Predicate<Row> shown(Served read, OrderedRows source) {
        if (read.feed().access() == Access.PUBLIC) {
            return row -> true;
        }
        return read.hasRuledRows() ? null : source::contains;
    }

    private Selection<?> anew(Query query, Selections kept) {
        return Selection.of(query, kept.most(), settings.searchBytes());
    }

    /** Finds more rows than the query's page has, where few are left. */
    public void refill(Served read, Query query, HeldSelection held, Budget budget) {
        if (!read.generation().isInHeap()) {
            // Nothing is held of what a store serves.
            return;
        }
        OrderedRows source = visible.of(read, query.caller(), budget);
        OrderedRows searched =
                candidates(plan(read, query, budget).filter(one -> isOfUse(one, source)), read, source, budget);
        held.refill(read, shown(read, source), () -> anew(query, held), searched, budget);
    }

    public List<ReadStatus.Cache> caches() {
        return List.of(CacheUse.of("selections", selections), visible.use());
    }

    public long selections() {
        return selections.estimatedSize();
    }

    public long selectionBytes() {
        return selections.asMap().values().stream()
                .mapToLong(SelectionLine::bytes)
                .sum();
    }
}
