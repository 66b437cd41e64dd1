package dev.matview.core;

import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Goes from page to page by their bookmarks. For one thread. */
final class Pages implements Spliterator<Page> {

    private final Function<Query, Page> read;
    /** Null after the last page. */
    private @Nullable Query next;

    Pages(Function<Query, Page> read, Query first) {
        this.read = read;
        this.next = first;
    }

    @Override
    public boolean tryAdvance(Consumer<? super Page> action) {
        if (next == null) {
            return false;
        }
        Page page = read.apply(next);
        if (page.size() == 0) {
            next = null;
            return false;
        }
        next = next.toBuilder().bookmark(page.bookmark()).skip(0).build();
        action.accept(page);
        return true;
    }

    /** A page is known only when the one before is. */
    @Override
    public @Nullable Spliterator<Page> trySplit() {
        return null;
    }

    @Override
    public long estimateSize() {
        return Long.MAX_VALUE;
    }

    @Override
    public int characteristics() {
        return ORDERED | NONNULL;
    }
}
