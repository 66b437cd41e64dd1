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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rows that a query sees of a generation, by whatever finds them with the least work. Thread-safe. */
final class QueriedRows {

    private static final int OVERHEAD = 1_000;

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
        Key key = new Key(
                read.generation().view() + '/' + read.generation().tag(),
                read.feed().access() == Access.ACL ? query.caller() : null,
                query.shape());
        Selection selection = selections.get(key, absent -> new Selection(query, source, settings.searchBytes()));
        try {
            return reading.apply(selection);
        } finally {
            // It has another weight now.
            selections.put(key, selection);
        }
    }
}
