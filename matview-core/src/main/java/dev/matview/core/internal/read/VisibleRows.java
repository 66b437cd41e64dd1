package dev.matview.core.internal.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;

/** The rows of a generation that a caller may read, in the feed's order. Thread-safe. */
final class VisibleRows {

    private static final int OVERHEAD = 1_000;

    /** How many rows the indexes of ACLs have together; each is a reference or two. */
    private static final long INDEXED_ROWS = 16_000_000;

    private final CertificateRules rules;
    private final Cache<Key, OrderedRows> visible;
    private final Cache<String, AclIndex> indexes;

    private record Key(String generation, Caller caller) {}

    VisibleRows(Settings settings, CertificateRules rules) {
        this.rules = rules;
        this.visible = Caffeine.newBuilder()
                .maximumWeight(settings.cacheBytes())
                .weigher((Key key, OrderedRows rows) -> 8 * rows.size() + OVERHEAD)
                .executor(Runnable::run)
                .build();
        this.indexes = Caffeine.newBuilder()
                .maximumWeight(INDEXED_ROWS)
                .weigher((String key, AclIndex index) -> index.rows() + 1)
                .executor(Runnable::run)
                .build();
    }

    OrderedRows of(Served read, Caller caller, Budget budget) {
        OrderedRows rows = read.generation().visible(read.feed());
        if (read.feed().access() == Access.PUBLIC) {
            return rows;
        }
        String generation = read.generation().view() + '/' + read.generation().tag();
        Key key = new Key(generation, caller);
        OrderedRows known = visible.getIfPresent(key);
        if (known != null) {
            return known;
        }
        AclIndex index = indexes.getIfPresent(generation);
        budget.spend(index == null ? rows.size() : 0);
        AclIndex built = indexes.get(generation, missing -> new AclIndex(rows));
        budget.spend(built.askedFor(caller));
        return visible.get(key, absent -> built.visible(caller, rules));
    }
}
