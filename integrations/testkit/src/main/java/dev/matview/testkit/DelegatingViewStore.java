package dev.matview.testkit;

import dev.matview.core.event.Subscription;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStore;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A store that does what another one does, but for what a test has it do otherwise. Thread-safe as that one is. */
public abstract class DelegatingViewStore implements ViewStore {

    private final ViewStore store;

    protected DelegatingViewStore(ViewStore store) {
        this.store = store;
    }

    @Override
    public Optional<ViewDelta> read(String view, long since) {
        return store.read(view, since);
    }

    @Override
    public Optional<ViewHead> head(String view) {
        return store.head(view);
    }

    @Override
    public boolean commit(ViewDelta delta) {
        return store.commit(delta);
    }

    @Override
    public Optional<ViewStage> stage(String view, long base, String fingerprint) {
        return store.stage(view, base, fingerprint);
    }

    @Override
    public List<ViewEntry> views() {
        return store.views();
    }

    @Override
    public void drop(String view) {
        store.drop(view);
    }

    @Override
    public Subscription watch(String view, LongConsumer listener) {
        return store.watch(view, listener);
    }

    @Override
    public StoreSecret secret() {
        return store.secret();
    }

    @Override
    public StoreSecret rotateSecret() {
        return store.rotateSecret();
    }

    @Override
    public void close() {
        store.close();
    }
}
