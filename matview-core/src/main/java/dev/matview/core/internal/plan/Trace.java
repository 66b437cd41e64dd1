package dev.matview.core.internal.plan;

import dev.matview.core.Explanation;
import dev.matview.core.Explanation.Source;
import dev.matview.core.Page;
import dev.matview.core.mango.SortOrder;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes down what an answer takes, for who asks for it. For one thread. */
public final class Trace {

    private final boolean isWanted;
    private Source source = Source.VIEW;
    private @Nullable Plan<?> plan;
    private int looked;
    private int tested;
    private @Nullable IntSupplier search;
    private int searchedBefore;
    private Supplier<Optional<SortOrder>> helpful = Optional::empty;

    /** @param isWanted whether anybody will ask for it */
    public Trace(boolean isWanted) {
        this.isWanted = isWanted;
    }

    /** An index is gone by. */
    public void indexed(Plan<?> by) {
        source = Source.INDEX;
        plan = by;
    }

    /**
     * Rows are searched: what an index leaves, or all.
     *
     * @param looked tells how many were looked at
     */
    public void searched(@Nullable Plan<?> by, IntSupplier looked) {
        if (!isWanted) {
            return;
        }
        source = by == null ? Source.SEARCH : Source.INDEX;
        plan = by;
        search = looked;
        searchedBefore = looked.getAsInt();
    }

    /** All rows are searched, and what is looked at is told row by row; nothing of it is kept. */
    public void searched() {
        source = Source.SEARCH;
    }

    /** Rows were looked at, some of which were compared with the selector. */
    public void looked(int rows, int comparedRows) {
        looked += rows;
        tested += comparedRows;
    }

    /** Such an index would be of help. */
    public void helpful(Supplier<Optional<SortOrder>> index) {
        helpful = index;
    }

    /** All of it, with the answer. */
    public Explanation of(Page page) {
        int searched = search == null ? 0 : Math.max(0, search.getAsInt() - searchedBefore);
        return new Explanation(
                page,
                source,
                Optional.ofNullable(plan).map(by -> by.index().order()),
                looked + searched,
                tested + searched,
                search != null,
                helpful.get());
    }
}
