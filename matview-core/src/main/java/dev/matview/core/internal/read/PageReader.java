package dev.matview.core.internal.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.ConcurrentStatsCounter;
import com.github.benmanes.caffeine.cache.stats.StatsCounter;
import dev.matview.core.Query;
import dev.matview.core.ReadStatus;
import dev.matview.core.Settings;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.internal.keep.ReadableRows;
import dev.matview.core.internal.keep.StoredGeneration;
import dev.matview.core.internal.plan.Trace;
import dev.matview.core.internal.read.ServedPage.CachedPage;
import dev.matview.core.internal.read.ServedPage.RowId;
import dev.matview.core.internal.search.HeldSelection;
import dev.matview.core.internal.search.QueriedRows;
import dev.matview.core.internal.search.RowList;
import dev.matview.core.internal.search.VisibleRows;
import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.internal.work.CacheUse;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages from generations.
 *
 * <p>The plain page of a public feed is a page of the generation's rows, found by the row that it begins after; that of an
 * ACL feed is one of those that the caller may read ({@link VisibleRows}). What a further selector or sort leaves of a view is
 * kept, as pages are, in caches bounded by weight. Of a generation that is served no more, what may not be read now is passed
 * over while a page is read: what is kept does not depend on it. Thread-safe.
 */
public final class PageReader {

    /** What an entry of a cache weighs beside its rows, about. */
    private static final int OVERHEAD = 1_000;

    private static final long RIGHTS_BYTES = 10_000L * OVERHEAD;

    /** How many rows are looked at together while some are passed over. */
    private static final int CHUNK = 128;

    private final PageRenderer renderer;
    private final VisibleRows visible;
    private final QueriedRows queried;
    private final Cache<PageKey, KeptPage> pages;
    private final Cache<RightsKey, Integer> hidden = Caffeine.newBuilder()
            .maximumWeight(RIGHTS_BYTES)
            .weigher((RightsKey key, Integer rows) -> OVERHEAD)
            .executor(Runnable::run)
            .recordStats()
            .build();
    /** A page is looked for in two places, and counted once. */
    private final StatsCounter looks = new ConcurrentStatsCounter();

    private final Cache<VisibleKey, Integer> counted =
            Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();

    private record GenerationKey(String view, String tag) {}

    /** @param caller null where every caller sees the same */
    private record VisibleKey(
            GenerationKey generation, @Nullable Caller caller) {}

    /** @param now the tag of the generation that decides on rights */
    private record RightsKey(VisibleKey visible, String now) {}

    private record SelectionKey(VisibleKey visible, String shape) {}

    /**
     * @param after the row that the page begins after; null for the first page
     * @param now the tag of the generation that decides on rights; null where it is the one that is read
     * @param caller null where every caller who sees the rows is shown the same of them
     */
    private record PageKey(
            SelectionKey selection,
            @Nullable RowId after,
            int skip,
            int limit,
            @Nullable String now,
            @Nullable Caller caller) {}

    /** The rows of a page, and the last that was looked at for it; null when none was. */
    private record Cut(List<Row> rows, @Nullable Row last) {}

    public PageReader(Settings settings, CertificateRules rules, PageRenderer renderer, InstantSource clock) {
        this.renderer = renderer;
        this.visible = new VisibleRows(settings, rules, clock);
        this.queried = new QueriedRows(settings, visible, clock);
        this.pages = Caffeine.newBuilder()
                .maximumWeight(settings.cacheBytes())
                .weigher((PageKey key, KeptPage page) -> page.bytes() + weight(key.selection()))
                .executor(Runnable::run)
                .recordStats(() -> looks)
                .build();
    }

    /** What is kept here and by whatever this reads from. */
    public List<ReadStatus.Cache> caches() {
        List<ReadStatus.Cache> all = new ArrayList<>();
        all.add(CacheUse.of("pages", pages));
        all.add(CacheUse.of("rights", hidden));
        all.addAll(queried.caches());
        all.add(renderer.referrals());
        return all;
    }

    /** How many queries' selections are kept for whoever asks next. */
    public long selections() {
        return queried.selections();
    }

    /** How much memory they take, about. */
    public long selectionBytes() {
        return queried.selectionBytes();
    }

    private static int weight(SelectionKey key) {
        return 2 * key.shape().length() + OVERHEAD;
    }

    /**
     * How many rows of the generation the caller may read; {@link ReadableRows#UNKNOWN} where they are too many to be counted.
     *
     * @param rights null where the generation itself decides on them
     */
    public int visibleRows(Served read, @Nullable CurrentRights rights, Caller caller, Budget budget) {
        OrderedRows rows = visible.of(read, caller, budget);
        int all = size(read, caller, rows, budget);
        if (rights == null || all == ReadableRows.UNKNOWN) {
            return all;
        }
        RightsKey key = new RightsKey(key(read, caller), rights.tag());
        Integer known = hidden.getIfPresent(key);
        if (known == null) {
            known = rights.hidden(rows, budget);
            hidden.put(key, known);
        }
        return known == CurrentRights.UNKNOWN ? ReadableRows.UNKNOWN : all - known;
    }

    /** Counted once for a caller and a generation, where they have to be counted. */
    private int size(Served read, Caller caller, OrderedRows rows, Budget budget) {
        if (!(rows instanceof ReadableRows)) {
            return rows.size();
        }
        VisibleKey key = key(read, caller);
        Integer known = counted.getIfPresent(key);
        if (known == null) {
            known = StoredGeneration.ask(budget, rows::size);
            counted.put(key, known);
        }
        return known;
    }

    private static VisibleKey key(Served read, Caller caller) {
        Generation generation = read.generation();
        return new VisibleKey(
                new GenerationKey(generation.view(), generation.tag()),
                read.feed().access() == Access.ACL ? caller : null);
    }

    /**
     * The page of a query's answer.
     *
     * @param held where what the query finds is kept; null for where it is for all queries
     * @throws dev.matview.core.mango.BudgetSpentException when the budget does not suffice; what was found is kept
     */
    public KeptPage page(PageRequest request, @Nullable HeldSelection held, Budget budget) {
        Served read = request.read();
        Query query = request.query();
        List<String> unlisted = query.expand().stream()
                .filter(field -> !read.feed().expand().contains(field))
                .toList();
        if (!unlisted.isEmpty()) {
            // Nobody tells when a document that only this query refers to changes: nothing of it is kept.
            return render(read, cut(request, held, new Trace(false), budget), query, unlisted, budget);
        }
        SelectionKey selection = new SelectionKey(key(read, query.caller()), query.shape());
        Row after = request.after();
        CurrentRights rights = request.rights();
        int limit = request.limit();
        RowId afterId = after == null ? null : new RowId(after.database(), after.id());
        String now = rights == null ? null : rights.tag();
        PageKey forAll = new PageKey(selection, afterId, query.skip(), limit, now, null);
        // By the map: such a look is not counted.
        KeptPage cached = pages.asMap().get(forAll);
        PageKey forCaller = new PageKey(selection, afterId, query.skip(), limit, now, query.caller());
        if (cached == null) {
            cached = pages.asMap().get(forCaller);
        }
        if (cached == null) {
            looks.recordMisses(1);
            // Not computed under the cache's lock: a slow search would hold up other pages of the same bin.
            cached = render(read, cut(request, held, new Trace(false), budget), query, List.of(), budget);
            pages.put(cached.sameForAll() ? forAll : forCaller, cached);
        } else {
            looks.recordHits(1);
        }
        return cached;
    }

    /** Finds more rows than the query's page has, where few are left behind it. */
    public void refill(Served read, Query query, HeldSelection held, Budget budget) {
        queried.refill(read, query, held, budget);
    }

    private KeptPage render(Served read, Cut cut, Query query, List<String> unlisted, Budget budget) {
        CachedPage page = renderer.render(cut.rows(), query, unlisted, budget);
        Generation generation = read.generation();
        Row last = cut.last();
        if (page.ids().size() < cut.rows().size()) {
            // It ended early: what was not rendered is looked at again by the next page.
            last = cut.rows().get(page.ids().size() - 1);
        }
        return new KeptPage(generation.view(), page, last == null ? Place.START : Place.at(last, generation));
    }

    /** Takes down what it takes to find the page, of which nothing that is ready is made use of but what was searched. */
    public void trace(PageRequest request, Trace trace, Budget budget) {
        Query query = request.query();
        Cut cut = cut(request, null, trace, budget);
        if (query.selector().isAll() && query.sort().isNone()) {
            trace.looked(cut.rows().size(), 0);
        }
    }

    private Cut cut(PageRequest request, @Nullable HeldSelection held, Trace trace, Budget budget) {
        return queried.read(
                request.read(),
                request.query(),
                held,
                trace,
                budget,
                rows -> cut(rows, request.rights(), request.query().skip(), request.after(), request.limit(), budget));
    }

    private static Cut cut(
            RowList rows, @Nullable CurrentRights rights, int skip, @Nullable Row after, int limit, Budget budget) {
        if (rights != null) {
            return readable(rows, rights, skip, limit, after, budget);
        }
        RowList.Run run = rows.after(after, skip, budget);
        return new Cut(run.next(limit, budget), run.passed(budget));
    }

    /** Goes on until the page is full: what may not be read takes no place on it. */
    private static Cut readable(
            RowList rows, CurrentRights rights, int skip, int limit, @Nullable Row after, Budget budget) {
        RowList.Run run = rows.after(after, 0, budget);
        List<Row> page = new ArrayList<>();
        Row last = after;
        int skipped = 0;
        while (page.size() < limit || skipped < skip) {
            List<Row> chunk = run.next(CHUNK, budget);
            budget.spend(2 * chunk.size());
            if (chunk.isEmpty()) {
                break;
            }
            rights.lookAhead(chunk, budget);
            for (Row row : chunk) {
                if (skipped == skip && page.size() == limit) {
                    break;
                }
                last = row;
                Row shown = rights.shown(row);
                if (shown != null && skipped < skip) {
                    skipped++;
                } else if (shown != null) {
                    page.add(shown);
                }
            }
        }
        return new Cut(page, last);
    }
}
