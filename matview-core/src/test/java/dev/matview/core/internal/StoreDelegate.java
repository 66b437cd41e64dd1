package dev.matview.core.internal;

import dev.matview.core.StoreSecret;
import dev.matview.core.Subscription;
import dev.matview.core.ViewDelta;
import dev.matview.core.ViewStore;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A store that does what another one does. */
abstract class StoreDelegate implements ViewStore {

    private final ViewStore store;

    StoreDelegate(ViewStore store) {
        this.store = store;
    }

    @Override
    public Optional<ViewDelta> read(String view, long since) {
        return store.read(view, since);
    }

    @Override
    public boolean commit(ViewDelta delta) {
        return store.commit(delta);
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
