package dev.matview.core.internal.keep;

import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Base;
import dev.matview.core.internal.view.Generation;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.PagedViewStore;
import dev.matview.core.spi.PagedViewStore.IndexKey;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewStoreException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Leaves the rows to a store that serves pages, with the entries that they are found by. */
public final class PagedKeeping implements Keeping {

    private final PagedViewStore store;
    private final String view;
    private final UserDatabases users;

    /** @param users says which documents references lead to */
    public PagedKeeping(PagedViewStore store, String view, UserDatabases users) {
        this.store = store;
        this.view = view;
        this.users = users;
    }

    /** How the rows of the feed are found. */
    public RowIndexing indexing(FeedDefinition feed) {
        return new RowIndexing(feed, users);
    }

    @Override
    public Found read(String collection, Base.@Nullable Committed held) {
        PagedGeneration current = store.current(view).orElse(null);
        if (current == null) {
            return Found.NOTHING;
        }
        long number = current.head().generation();
        if (HeldKeeping.isOlder(view, current.head())) {
            return new Found(number, null);
        }
        return new Found(
                number,
                held != null && held.head().equals(current.head()) ? held : after((StoredGeneration) held, current));
    }

    /** What is known is gone on from where it is of the same view, and not of one of its name that was forgotten. */
    private StoredGeneration after(@Nullable StoredGeneration held, PagedGeneration current) {
        boolean isSame = held != null
                && store.generation(view, held.head().generation())
                        .filter(kept -> kept.head().equals(held.head()))
                        .isPresent();
        return held != null && isSame ? held.next(current) : StoredGeneration.of(current);
    }

    @Override
    public @Nullable StoredGeneration commit(FeedDefinition feed, Base.@Nullable Committed before, ViewDelta delta) {
        return store.commit(delta, indexing(feed)) ? committed(before, delta) : null;
    }

    /** What a delta has led to that is committed. */
    public StoredGeneration committed(Base.@Nullable Committed before, ViewDelta delta) {
        PagedGeneration next = store.generation(view, delta.head().generation())
                .orElseThrow(() -> new ViewStoreException("view " + view + " has gone on past generation "
                        + delta.head().generation() + ", which was just committed"));
        return before == null || delta.whole() ? StoredGeneration.of(next) : ((StoredGeneration) before).next(next);
    }

    /** What is aside. */
    public Optional<PagedViewStage> stage(long base, FeedDefinition feed) {
        return store.pagedStage(view, base, feed.fingerprint());
    }

    @Override
    public Optional<Base.Committed> kept(FeedDefinition feed, String tag) {
        return Generation.number(tag).stream()
                .mapToObj(number -> store.generation(view, number))
                .flatMap(Optional::stream)
                .filter(kept -> kept.head().fingerprint().equals(feed.fingerprint()))
                .<Base.Committed>map(StoredGeneration::of)
                .filter(kept -> kept.tag().equals(tag))
                .findFirst();
    }

    @Override
    public boolean isInHeap() {
        return false;
    }

    @Override
    public boolean fits(FeedDefinition feed, Row row) {
        int longest = store.longestKey() - row.sortKey().length;
        if (longest < 0) {
            return false;
        }
        for (IndexKey key : indexing(feed).keys(row)) {
            if (key.key().length > longest) {
                return false;
            }
        }
        return true;
    }
}
