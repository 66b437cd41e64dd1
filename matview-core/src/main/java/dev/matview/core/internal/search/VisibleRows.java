package dev.matview.core.internal.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.ReadStatus;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.internal.keep.ReadableRows;
import dev.matview.core.internal.keep.StoredGeneration;
import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.internal.view.AclIndex;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.internal.work.CacheUse;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * The rows of a generation that a caller may read, in the feed's order. Only of rows with certificate rules something is
 * kept: what the rules said to the caller, for as long as the generation is read. Thread-safe.
 */
public final class VisibleRows {

    private static final int OVERHEAD = 1_000;

    /** What it costs to find where a caller's rows are. */
    private static final int LOOK_UP = 50;

    private final CertificateRules rules;
    private final Cache<Key, OrderedTree<Row>> ruled;

    private record Key(String view, String generation, Caller caller) {}

    public VisibleRows(Settings settings, CertificateRules rules, InstantSource clock) {
        this.rules = rules;
        this.ruled = Caffeine.newBuilder()
                .maximumWeight(settings.cacheBytes())
                .weigher((Key key, OrderedTree<Row> rows) ->
                        (int) Math.min(Integer.MAX_VALUE, 5L * rows.size() + OVERHEAD))
                .expireAfterAccess(settings.bookmarkGrace())
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    /** Of what the rules said. */
    ReadStatus.Cache use() {
        return CacheUse.of("rules", ruled);
    }

    public OrderedRows of(Served read, Caller caller, Budget budget) {
        if (read.feed().access() == Access.PUBLIC) {
            return read.generation().visible(read.feed());
        }
        if (read.generation() instanceof StoredGeneration stored) {
            return new ReadableRows(stored, caller, stored.visibleRows(read.feed()), budget);
        }
        AclIndex index = read.indexes().acl();
        budget.spend(LOOK_UP);
        return index.visible(caller, index.hasRuled() ? ruled(read, index, caller, budget) : OrderedTree.empty());
    }

    private OrderedTree<Row> ruled(Served read, AclIndex index, Caller caller, Budget budget) {
        Key key = new Key(read.generation().view(), read.generation().tag(), caller);
        OrderedTree<Row> known = ruled.getIfPresent(key);
        if (known == null) {
            // Not computed under the cache's lock: rules that take their time would hold up other callers.
            known = index.ruledFor(caller, rules, budget);
            ruled.put(key, known);
        }
        return known;
    }
}
