package dev.matview.testkit;

import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import java.util.List;
import java.util.Optional;

/**
 * A store as a server of some version meets it. What the server takes for its own format is kept as one so many lower: to a
 * server behind by one, what others write is of a later version, and what it writes is older to them.
 */
final class StoreOfVersion extends DelegatingViewStore {

    private final int behind;

    /**
     * @param shared stays open when this is closed
     * @param behind by how many formats the server is behind the present one
     */
    StoreOfVersion(ViewStore shared, int behind) {
        super(shared);
        this.behind = behind;
    }

    private static ViewHead shifted(ViewHead head, int by) {
        return new ViewHead(
                head.generation(),
                head.fingerprint(),
                head.refreshedAt(),
                head.databases(),
                head.behind(),
                head.documentsLeftOut(),
                head.bytes(),
                head.format() + by,
                head.checkpoint());
    }

    private static ViewDelta shifted(ViewDelta delta, int by) {
        return new ViewDelta(
                delta.view(), delta.base(), delta.whole(), shifted(delta.head(), by), delta.slices(), delta.dropped());
    }

    @Override
    public Optional<ViewDelta> read(String view, long since) {
        return super.read(view, since).map(delta -> shifted(delta, behind));
    }

    @Override
    public Optional<ViewHead> head(String view) {
        return super.head(view).map(head -> shifted(head, behind));
    }

    @Override
    public List<ViewEntry> views() {
        return super.views().stream()
                .map(entry -> new ViewEntry(entry.view(), shifted(entry.head(), behind), entry.rows()))
                .toList();
    }

    @Override
    public boolean commit(ViewDelta delta) {
        return super.commit(shifted(delta, -behind));
    }

    @Override
    public void close() {}
}
