package dev.matview.core.internal.keep;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.view.Base;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.ViewMemory;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewFormatException;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Holds generations in the heap: the first is read whole, and each next one made of the one before and what differs. */
public final class HeldKeeping implements Keeping {

    private final ViewStore store;
    private final ViewMemory memory;
    private final String view;

    public HeldKeeping(ViewStore store, ViewMemory memory, String view) {
        this.store = store;
        this.memory = memory;
        this.view = view;
    }

    @Override
    public Found read(String collection, Base.@Nullable Committed held) {
        if (held == null) {
            // What was dropped, or an earlier version made, is built anew by the next refresh, and served until then.
            Optional<ViewHead> head = store.head(view);
            if (head.isEmpty() || isOlder(head.get())) {
                return head.map(older -> new Found(older.generation(), null)).orElse(Found.NOTHING);
            }
            memory.requireRoom(collection, view, head.get().bytes());
        }
        Snapshot before = (Snapshot) held;
        Optional<ViewDelta> current = before == null ? store.read(view, 0) : since(before);
        if (current.isEmpty()) {
            return Found.NOTHING;
        }
        ViewDelta delta = current.get();
        long generation = delta.head().generation();
        if (isOlder(delta.head())) {
            return new Found(generation, null);
        }
        if (before != null && delta.isEmpty() && delta.head().equals(before.head())) {
            return new Found(generation, before);
        }
        memory.requireRoom(collection, view, delta.head().bytes());
        return new Found(generation, before == null || delta.whole() ? Snapshot.of(delta) : before.apply(delta));
    }

    private boolean isOlder(ViewHead head) {
        return isOlder(view, head);
    }

    /** @throws ViewFormatException when it is of a newer format */
    static boolean isOlder(String view, ViewHead head) {
        if (head.format() > ViewHead.FORMAT) {
            throw new ViewFormatException(view, head.format(), ViewHead.FORMAT);
        }
        return head.format() < ViewHead.FORMAT;
    }

    private Optional<ViewDelta> since(Snapshot before) {
        long held = before.head().generation();
        Optional<ViewDelta> current = store.read(view, held);
        // One number and two heads are two views: a store that goes by the number cannot tell the difference.
        boolean another = current.isPresent()
                && !current.get().whole()
                && current.get().head().generation() == held
                && !current.get().head().equals(before.head());
        return another ? store.read(view, 0) : current;
    }

    @Override
    public @Nullable Snapshot commit(FeedDefinition feed, Base.@Nullable Committed before, ViewDelta delta) {
        // Made before anything is written.
        Snapshot next = before == null || delta.whole() ? Snapshot.of(delta) : ((Snapshot) before).apply(delta);
        return store.commit(delta) ? next : null;
    }

    @Override
    public Optional<Base.Committed> kept(FeedDefinition feed, String tag) {
        return Optional.empty();
    }

    @Override
    public boolean isInHeap() {
        return true;
    }

    @Override
    public boolean fits(FeedDefinition feed, Row row) {
        return true;
    }
}
