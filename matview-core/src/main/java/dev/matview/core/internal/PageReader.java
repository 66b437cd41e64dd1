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
import java.io.ByteArrayOutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
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

    /** A selection's rows weigh a reference each; the search itself is of a fixed, small size. */
    private static final int SELECTION_OVERHEAD = 1_000;

    private final Settings settings;
    private final InstantSource clock;
    private final Cache<PageKey, CachedPage> pages;
    private final Cache<SelectionKey, Selection> selections;
    private final Cache<VisibleKey, List<Row>> visible;

    /** @param caller null where every caller sees the same */
    private record VisibleKey(
            String view, String tag, @Nullable Caller caller) {}

    private record SelectionKey(VisibleKey visible, String shape) {}

    private record PageKey(SelectionKey selection, int offset, int limit) {}

    PageReader(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.pages = Caffeine.newBuilder()
                .maximumWeight(settings.cacheBytes())
                .weigher((PageKey key, CachedPage page) ->
                        page.json().length + 2 * key.selection().shape().length() + 200)
                .executor(Runnable::run)
                .build();
        // At most all rows of the view, by reference; in bytes, so that one bound holds for all caches.
        this.selections = Caffeine.newBuilder()
                .maximumWeight(settings.cacheBytes())
                .weigher((SelectionKey key, Selection selection) ->
                        selection.mostBytes() + 2 * key.shape().length() + SELECTION_OVERHEAD)
                .executor(Runnable::run)
                .build();
        this.visible = Caffeine.newBuilder()
                .maximumWeight(settings.cacheBytes())
                .weigher((VisibleKey key, List<Row> rows) -> 4 * rows.size() + SELECTION_OVERHEAD)
                .executor(Runnable::run)
                .build();
    }

    /** How many rows of the snapshot the caller may read. */
    int visibleRows(FeedDefinition feed, Snapshot snapshot, Caller caller) {
        return visible(feed, snapshot, caller).size();
    }

    /** The page of the query's answer that starts at the offset. */
    CachedPage page(FeedDefinition feed, Snapshot snapshot, Query query, int offset, int limit) {
        Caller caller = feed.access() == Access.ACL ? query.caller() : null;
        VisibleKey visibleKey = new VisibleKey(snapshot.view(), snapshot.tag(), caller);
        SelectionKey selectionKey = new SelectionKey(visibleKey, query.shape());
        PageKey key = new PageKey(selectionKey, offset, limit);
        CachedPage cached = pages.getIfPresent(key);
        if (cached == null) {
            // Not computed under the cache's lock: a slow search would hold up other pages of the same bin.
            cached = render(rows(feed, snapshot, query, selectionKey, offset, limit), query);
            pages.put(key, cached);
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
        List<Row> rows = Collections.unmodifiableList(Arrays.asList(snapshot.rows()));
        List<Row> first = rows.subList(0, Math.min(rows.size(), feed.limit().orElse(Integer.MAX_VALUE)));
        if (feed.access() == Access.ACL) {
            VisibleKey key = new VisibleKey(snapshot.view(), snapshot.tag(), caller);
            return visible.get(key, absent -> readable(first, caller));
        }
        return first;
    }

    /** A row without an ACL was made while the feed was public; under an ACL nobody may see it until it is made anew. */
    private static List<Row> readable(List<Row> rows, Caller caller) {
        List<Row> readable = new ArrayList<>();
        for (Row row : rows) {
            if (row.acl() != null && row.acl().allows(caller, row.database(), CertificateRules.denied())) {
                readable.add(row);
            }
        }
        return readable;
    }

    private static CachedPage render(List<Row> rows, Query query) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        json.write('[');
        for (Row row : rows) {
            if (json.size() > 1) {
                json.write(',');
            }
            byte[] document = query.fields().isAll()
                    ? row.document()
                    : Json.bytes(query.fields().apply(Json.parseObject(row.document())));
            json.write(document, 0, document.length);
        }
        json.write(']');
        return new CachedPage(json.toByteArray(), rows.size());
    }
}
