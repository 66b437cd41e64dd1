package dev.matview.core.memory;

import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.internal.view.SnapshotStage;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is aside for one view, as whoever opened it last has it: the rows are those of the deltas. Thread-safe. */
final class StagedView implements SnapshotStage {

    private final InMemoryViewStore store;
    private final String view;
    private volatile @Nullable Snapshot aside;

    private StagedView(InMemoryViewStore store, String view, @Nullable Snapshot aside) {
        this.store = store;
        this.view = view;
        this.aside = aside;
    }

    /** The next one's, who takes over what is of use. */
    static StagedView after(@Nullable StagedView before, InMemoryViewStore store, String view, String fingerprint) {
        Snapshot left = before == null ? null : before.aside;
        boolean ofUse = left != null
                && left.head().fingerprint().equals(fingerprint)
                && left.head().format() == ViewHead.FORMAT;
        return new StagedView(store, view, ofUse ? left : null);
    }

    String view() {
        return view;
    }

    @Override
    public Optional<ViewHead> head() {
        return Optional.ofNullable(aside).map(Snapshot::head);
    }

    @Override
    public ViewDelta read() {
        Snapshot held = aside;
        if (held == null) {
            throw new IllegalStateException("nothing is aside for " + view);
        }
        return held.whole();
    }

    @Override
    public boolean add(ViewDelta delta) {
        return store.whileOpen(this, () -> aside = Snapshot.built(aside, delta));
    }

    @Override
    public boolean hold(Snapshot all) {
        return store.whileOpen(this, () -> aside = all);
    }

    @Override
    public boolean commit(ViewDelta delta) {
        return store.commit(delta, this, () -> Snapshot.built(aside, delta));
    }

    @Override
    public boolean commit(ViewDelta delta, Snapshot whole) {
        return store.commit(delta, this, () -> whole);
    }
}
