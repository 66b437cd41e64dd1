package dev.matview.core.internal.refresh;

import dev.matview.core.event.Subscription;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One node's way to a store that several share. A test makes it fail, holds it up, or keeps commits from being told. */
final class NodeStore implements ViewStore {

    private final ViewStore shared;
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger drops = new AtomicInteger();
    /** How often it was asked while it was away. */
    final AtomicInteger refused = new AtomicInteger();

    volatile boolean away;
    volatile boolean deaf;
    volatile Runnable beforeRead = () -> {};
    volatile Runnable beforeCommit = () -> {};
    private volatile @Nullable LongConsumer listener;

    NodeStore(ViewStore shared) {
        this.shared = shared;
    }

    private void ask() {
        if (away) {
            refused.incrementAndGet();
            throw new ViewStoreException("connection refused");
        }
    }

    @Override
    public Optional<ViewDelta> read(String view, long since) {
        reads.incrementAndGet();
        beforeRead.run();
        ask();
        return shared.read(view, since);
    }

    @Override
    public Optional<ViewHead> head(String view) {
        beforeRead.run();
        ask();
        return shared.head(view);
    }

    @Override
    public List<ViewEntry> views() {
        ask();
        return shared.views();
    }

    @Override
    public boolean commit(ViewDelta delta) {
        beforeCommit.run();
        ask();
        return shared.commit(delta);
    }

    @Override
    public Optional<ViewStage> stage(String view, long base, String fingerprint) {
        ask();
        return shared.stage(view, base, fingerprint);
    }

    @Override
    public void drop(String view) {
        drops.incrementAndGet();
        ask();
        shared.drop(view);
    }

    @Override
    public Subscription watch(String view, LongConsumer listener) {
        this.listener = listener;
        return shared.watch(view, generation -> {
            if (!deaf) {
                listener.accept(generation);
            }
        });
    }

    /** Tells whoever watched last of a generation, as a message does that comes late. */
    void tell(long generation) {
        listener.accept(generation);
    }

    @Override
    public StoreSecret secret() {
        ask();
        return shared.secret();
    }

    @Override
    public StoreSecret rotateSecret() {
        ask();
        return shared.rotateSecret();
    }

    /** The shared store stays open. */
    @Override
    public void close() {}
}
