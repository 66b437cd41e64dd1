package dev.matview.core.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.Access;
import dev.matview.core.Caller;
import dev.matview.core.CertificateRules;
import dev.matview.core.FeedDefinition;
import dev.matview.core.GlobalFeeds.Settings;
import dev.matview.core.Query;
import dev.matview.core.Row;
import dev.matview.core.internal.Answer.CachedPage;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages from snapshots.
 *
 * <p>The plain page of a public feed is a run of the snapshot's rows, found by its offset. What a further selector or
 * sort, or an ACL, leaves of a view is searched once for a generation and then kept, as pages are, in caches bounded by
 * weight. Thread-safe.
 */
final class PageReader {

    /** What an entry of a cache weighs beside its rows, about. */
    private static final int OVERHEAD = 1_000;

    private final Settings settings;
    private final InstantSource clock;
    private final CertificateRules rules;
    private final PageRenderer renderer;
    private final Cache<PageKey, CachedPage> pages;
    private final Cache<SelectionKey, Selection> selections;
    private final Cache<VisibleKey, List<Row>> visible;
    private final Cache<GenerationKey, AclIndex> indexes;

    private record GenerationKey(String view, String tag) {}

    /** @param caller null where every caller sees the same */
    private record VisibleKey(
            GenerationKey generation, @Nullable Caller caller) {}

    private record SelectionKey(VisibleKey visible, String shape) {}

    /** @param caller null where every caller who sees the rows is shown the same of them */
    private record PageKey(
            SelectionKey selection,
            int offset,
            int limit,
            @Nullable Caller caller) {}

    PageReader(Settings settings, InstantSource clock, CertificateRules rules, PageRenderer renderer) {
        this.settings = settings;
        this.clock = clock;
        this.rules = rules;
        this.renderer = renderer;
        this.pages = Caffeine.newBuilder()
                .maximumWeight(settings.cacheBytes())
                .weigher((PageKey key, CachedPage page) ->
                        page.json().length + 32 * page.ids().size() + weight(key.selection()))
                .executor(Runnable::run)
                .build();
        this.selections = Caffeine.newBuilder()
                .maximumWeight(settings.cacheBytes())
                .weigher((SelectionKey key, Selection selection) -> selection.mostBytes() + weight(key))
                .executor(Runnable::run)
                .build();
        this.visible = Caffeine.newBuilder()
                .maximumWeight(settings.cacheBytes())
                .weigher((VisibleKey key, List<Row> rows) -> 8 * rows.size() + OVERHEAD)
                .executor(Runnable::run)
                .build();
        this.indexes = Caffeine.newBuilder()
                .maximumWeight(settings.pinnedRows())
                .weigher((GenerationKey key, AclIndex index) -> index.rows() + 1)
                .executor(Runnable::run)
                .build();
    }

    private static int weight(SelectionKey key) {
        return 2 * key.shape().length() + OVERHEAD;
    }

    /** How many rows of the snapshot the caller may read. */
    int visibleRows(FeedDefinition feed, Snapshot snapshot, Caller caller) {
        return visible(feed, snapshot, caller).size();
    }

    /** The page of the query's answer that starts at the offset. */
    CachedPage page(FeedDefinition feed, Snapshot snapshot, Query query, int offset, int limit) {
        GenerationKey generation = new GenerationKey(snapshot.view(), snapshot.tag());
        Caller reader = feed.access() == Access.ACL ? query.caller() : null;
        SelectionKey selection = new SelectionKey(new VisibleKey(generation, reader), query.shape());
        List<String> unlisted = query.expand().stream()
                .filter(field -> !feed.expand().contains(field))
                .toList();
        if (!unlisted.isEmpty()) {
            // Nobody tells when a document that only this query refers to changes: nothing of it is kept.
            return renderer.render(rows(feed, snapshot, query, selection, offset, limit), query, unlisted);
        }
        CachedPage cached = pages.getIfPresent(new PageKey(selection, offset, limit, null));
        if (cached == null || !cached.sameForAll()) {
            cached = pages.getIfPresent(new PageKey(selection, offset, limit, query.caller()));
        }
        if (cached == null) {
            // Not computed under the cache's lock: a slow search would hold up other pages of the same bin.
            cached = renderer.render(rows(feed, snapshot, query, selection, offset, limit), query, List.of());
            pages.put(new PageKey(selection, offset, limit, cached.sameForAll() ? null : query.caller()), cached);
        }
        return cached;
    }

    private List<Row> rows(
            FeedDefinition feed, Snapshot snapshot, Query query, SelectionKey key, int offset, int limit) {
        List<Row> source = visible(feed, snapshot, query.caller());
        if (query.selector().isAll() && query.sort().isNone()) {
            int from = Math.min(offset, source.size());
            return source.subList(from, (int) Math.min((long) from + limit, source.size()));
        }
        return selections
                .get(key, absent -> new Selection(query, source, clock, settings.queryTime()))
                .page(offset, limit);
    }

    private List<Row> visible(FeedDefinition feed, Snapshot snapshot, Caller caller) {
        List<Row> all = Collections.unmodifiableList(Arrays.asList(snapshot.rows()));
        List<Row> rows = all.subList(0, snapshot.visibleRows(feed));
        if (feed.access() == Access.PUBLIC) {
            return rows;
        }
        GenerationKey generation = new GenerationKey(snapshot.view(), snapshot.tag());
        return visible.get(
                new VisibleKey(generation, caller),
                absent -> indexes.get(generation, missing -> new AclIndex(rows)).visible(caller, rules));
    }
}
