package dev.matview.core.paged;

import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is aside: the deltas, and what they make. */
final class SortedStage implements PagedViewStage {

    private final PagedInMemoryStore store;
    private final String view;
    private final ViewStage inner;
    private @Nullable SortedGeneration aside;

    SortedStage(PagedInMemoryStore store, String view, ViewStage inner) {
        this.store = store;
        this.view = view;
        this.inner = inner;
        if (inner.head().isPresent()) {
            // Whoever had it said under which keys its rows are found.
            aside = SortedGeneration.whole(store, inner.read(), row -> store.asideKeys(view, row));
        }
    }

    @Override
    public Optional<ViewHead> head() {
        return inner.head();
    }

    @Override
    public ViewDelta read() {
        return inner.read();
    }

    @Override
    public boolean add(ViewDelta delta, Indexing indexing) {
        synchronized (store) {
            store.failIfToldTo();
            boolean added = inner.add(delta);
            if (added) {
                aside = built(delta, indexing);
                delta.slices().forEach(slice -> slice.put().forEach(row -> store.aside(view, row, indexing.keys(row))));
            }
            return added;
        }
    }

    private SortedGeneration built(ViewDelta delta, Indexing indexing) {
        return aside == null ? SortedGeneration.whole(store, delta, indexing) : aside.next(delta, indexing);
    }

    @Override
    public boolean commit(ViewDelta delta, Indexing indexing) {
        synchronized (store) {
            SortedGeneration next = built(delta, indexing);
            return store.committed(delta, inner.commit(delta), next);
        }
    }

    private SortedGeneration aside() {
        store.count();
        SortedGeneration held = aside;
        if (held == null || inner.head().isEmpty()) {
            throw new PastGenerationException(view, 0);
        }
        return held;
    }

    @Override
    public long rows() {
        return aside == null ? 0 : aside().rows();
    }

    @Override
    public List<Row> page(@Nullable Row after, int limit) {
        return aside().pageOf(after, limit);
    }

    @Override
    public List<SliceState> slices(long since, @Nullable String after, int limit) {
        return aside().states(0, after, limit);
    }

    @Override
    public List<Row> slice(String database) {
        return aside().rowsOf(database);
    }

    @Override
    public List<Row> find(Collection<RowId> rows) {
        return aside().found(rows);
    }
}
