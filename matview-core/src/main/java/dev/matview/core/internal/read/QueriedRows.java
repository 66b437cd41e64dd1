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
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The rows that a query sees of a generation, by whatever finds them with the least work. Thread-safe. */
final class QueriedRows {

    private static final int OVERHEAD = 1_000;

    /** How many rows that an index gives are put into the feed's order for a step. */
    private static final int GATHERED = 4;

    private final Settings settings;
    private final VisibleRows visible;
    private final Cache<Key, Selection> selections;

    /** @param caller null where every caller sees the same */
    private record Key(String generation, @Nullable Caller caller, String shape) {}

    QueriedRows(Settings settings, VisibleRows visible) {
        this.settings = settings;
        this.visible = visible;
        this.selections = Caffeine.newBuilder()
                .maximumWeight(settings.searchBytes())
                .weigher((Key key, Selection selection) -> (int) Math.min(
                        Integer.MAX_VALUE, selection.bytes() + 2 * key.shape().length() + OVERHEAD))
                .executor(Runnable::run)
                .build();
    }

    /** Reads them; what is found on the way is kept, also where the reading fails. */
    <T> T read(Served read, Query query, Budget budget, Function<RowList, T> reading) {
        OrderedRows source = visible.of(read, query.caller(), budget);
        if (query.selector().isAll() && query.sort().isNone()) {
            return reading.apply(RowList.of(source));
        }
        Optional<Plan> plan =
                Planner.plan(query, read.indexes().all(), read.generation().size(), budget);
        Predicate<Row> shown = plan.isEmpty() ? null : shown(read, source);
        OrderedRows searched =
                plan.isEmpty() || plan.get().isOrdered() ? source : candidates(plan.get(), shown, budget);
        Searched search = new Searched(read, query, searched);
        try {
            return reading.apply(
                    plan.isPresent() && plan.get().isOrdered()
                            ? new IndexedRows(plan.get(), query.selector(), shown, search)
                            : search.get());
        } finally {
            search.keep();
        }
    }

    private static OrderedRows candidates(Plan plan, @Nullable Predicate<Row> shown, Budget budget) {
        budget.spend(plan.rows() / GATHERED);
        return new Candidates(plan, shown == null ? row -> true : shown);
    }

    /** Whether the caller is shown a row of the generation; null where all are shown. */
    private static @Nullable Predicate<Row> shown(Served read, OrderedRows source) {
        if (read.feed().access() == Access.ACL) {
            return source::contains;
        }
        Row last = source.size() == read.generation().size() ? null : source.last();
        return last == null ? null : row -> row.compareTo(last) <= 0;
    }

    /** What is searched for a query, once that is asked for. For one thread. */
    private final class Searched implements Supplier<RowList> {

        private final Key key;
        private final Query query;
        private final OrderedRows source;
        private @Nullable Selection selection;

        Searched(Served read, Query query, OrderedRows source) {
            this.key = new Key(
                    read.generation().view() + '/' + read.generation().tag(),
                    read.feed().access() == Access.ACL ? query.caller() : null,
                    query.shape());
            this.query = query;
            this.source = source;
        }

        @Override
        public RowList get() {
            Selection found = selections.get(key, absent -> new Selection(query, source, settings.searchBytes()));
            selection = found;
            return found;
        }

        /** It has another weight now. */
        void keep() {
            if (selection != null) {
                selections.put(key, selection);
            }
        }
    }
}
