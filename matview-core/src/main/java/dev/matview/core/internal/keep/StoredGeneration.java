package dev.matview.core.internal.keep;

import dev.matview.core.QueryStoppedException;
import dev.matview.core.internal.view.Base;
import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.OrderedRows;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedSlices;
import dev.matview.core.spi.PagedSlices.RowId;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewHead;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A generation of which a store serves the pages. In the heap there is what it says of itself, and where its slices stand once a
 * refresh has asked for that; the next one's is made of this by what changed. Thread-safe.
 *
 * <p>Who asks with a budget waits with it, so that a budget that must not wait ends before the store is asked.
 */
public final class StoredGeneration extends StoredSlices implements Base.Committed {

    private final PagedGeneration pages;

    /** Every page that is read asks for it. */
    private final String tag;

    /** What is known of the slices of an earlier generation, whose number follows; 0 for none. */
    private final KnownSlices earlier;

    private final long earlierNumber;

    /** Guarded by this. */
    private @Nullable KnownSlices known;

    /** The last row that is shown where so many are. */
    private volatile @Nullable Shown shown;

    private record Shown(int rows, Row last) {}

    private StoredGeneration(PagedGeneration pages, KnownSlices earlier, long earlierNumber) {
        this.pages = pages;
        this.earlier = earlier;
        this.earlierNumber = earlierNumber;
        this.tag = Committed.super.tag();
    }

    /** One that nothing is known of. */
    public static StoredGeneration of(PagedGeneration pages) {
        return new StoredGeneration(pages, KnownSlices.NONE, 0);
    }

    /** A later generation of the same view. */
    synchronized StoredGeneration next(PagedGeneration later) {
        KnownSlices own = known;
        return own == null
                ? new StoredGeneration(later, earlier, earlierNumber)
                : new StoredGeneration(later, own, head().generation());
    }

    /** What the store serves. */
    public PagedGeneration pages() {
        return pages;
    }

    @Override
    synchronized KnownSlices known() {
        KnownSlices own = known;
        if (own == null) {
            own = read();
            known = own;
        }
        return own;
    }

    private KnownSlices read() {
        if (earlierNumber > 0) {
            try {
                return earlier.after(pages, earlierNumber);
            } catch (PastGenerationException notKept) {
                // It is too long ago, or all was made anew meanwhile; if not, the other way fails as well.
                return KnownSlices.NONE.after(pages, 0);
            }
        }
        return KnownSlices.NONE.after(pages, 0);
    }

    @Override
    PagedSlices stored() {
        return pages;
    }

    /** Asks the store, waiting as long as the budget may. */
    public static <T extends @Nullable Object> T ask(Budget budget, Supplier<T> question) {
        try {
            return budget.await(question::get);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryStoppedException();
        }
    }

    @Override
    public String view() {
        return pages.view();
    }

    @Override
    public ViewHead head() {
        return pages.head();
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, pages.rows());
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit) {
        return limit == 0 ? List.of() : pages.page(after, skip, limit);
    }

    @Override
    public List<Row> page(@Nullable Row after, int skip, int limit, Budget budget) {
        List<Row> page = ask(budget, () -> page(after, skip, limit));
        budget.spend(page.size());
        return page;
    }

    @Override
    public int place(Row row) {
        return (int) Math.min(Integer.MAX_VALUE, pages.place(row));
    }

    @Override
    public boolean contains(Row row) {
        Row there = find(row.database(), row.id());
        return there != null && there.compareTo(row) == 0;
    }

    @Override
    public OrderedRows first(int most) {
        return most >= size() ? this : new FirstOfStored(this, most);
    }

    /** The last row of so many; looked up once. */
    Row last(int rows) {
        Shown known = shown;
        if (known == null || known.rows() != rows) {
            known = new Shown(rows, page(null, rows - 1, 1).get(0));
            shown = known;
        }
        return known.last();
    }

    /** The same, which a budget that must not wait is enough for where it is known. */
    Row last(int rows, Budget budget) {
        Shown known = shown;
        return known != null && known.rows() == rows ? known.last() : ask(budget, () -> last(rows));
    }

    @Override
    public @Nullable Row find(String database, String id) {
        List<Row> found = pages.find(List.of(new RowId(database, id)));
        return found.isEmpty() ? null : found.get(0);
    }

    @Override
    public @Nullable Row find(String database, String id, Budget budget) {
        return ask(budget, () -> find(database, id));
    }

    @Override
    public @Nullable List<Row> notSharedWith(Generation other, int most) {
        return pages.notIn(other.head().generation(), most);
    }

    @Override
    public LeftOut leftOut() {
        return pages.leftOut();
    }

    @Override
    public synchronized long bytes() {
        return known == null ? earlier.bytes() : known.bytes();
    }

    @Override
    public boolean shares(Row row) {
        return row.equals(find(row.database(), row.id()));
    }

    /** What both know of slices is shared, and all else is the store's. */
    @Override
    public long referencesNotSharedWith(Generation other) {
        return 0;
    }

    @Override
    public int rowsOf(String database) {
        KnownSlices.Known held = known().find(database);
        return held == null ? 0 : held.rows();
    }
}
