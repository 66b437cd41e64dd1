package dev.matview.core.memory;

import dev.matview.core.event.Listeners;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewFormatException;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps views in memory, for as long as the process lives. Thread-safe; readers never wait for a commit.
 *
 * <p>A commit makes the next generation of the one before, with which it shares all that stays: it costs what the delta
 * names, not what the view holds. Of the last generations the store keeps a few, up to a fixed number of rows that are in none
 * after them: from such a one it tells a reader who is a little behind just the difference.
 */
public final class InMemoryViewStore implements ViewStore {

    /** Views made again after their store was closed have rows with the same keys, while the process lives. */
    private static final StoreSecret OF_THE_PROCESS = StoreSecret.random();

    private final Map<String, StoredView> views = new ConcurrentHashMap<>();
    private final Map<String, Listeners<Long>> listeners = new ConcurrentHashMap<>();
    private final AtomicLong commits = new AtomicLong();
    /** What is aside; of a view only ever touched while its entry in {@link #views} is computed. */
    private final Map<String, StagedView> stages = new ConcurrentHashMap<>();

    private volatile StoreSecret secret = OF_THE_PROCESS;
    private volatile boolean closed;

    /** There are no views yet. */
    public InMemoryViewStore() {}

    @Override
    public Optional<ViewDelta> read(String view, long since) {
        requireOpen(view);
        return stored(view).map(stored -> stored.since(since));
    }

    private Optional<StoredView> stored(String view) {
        StoredView stored = views.get(view);
        requireKnown(view, stored, ViewHead.FORMAT);
        return Optional.ofNullable(stored);
    }

    private static void requireKnown(String view, @Nullable StoredView stored, int format) {
        if (stored != null && stored.head().format() > format) {
            throw new ViewFormatException(view, stored.head().format(), format);
        }
    }

    @Override
    public Optional<ViewHead> head(String view) {
        requireOpen(view);
        return Optional.ofNullable(views.get(view)).map(StoredView::head);
    }

    @Override
    public List<ViewEntry> views() {
        requireOpen();
        return views.entrySet().stream()
                .map(view -> new ViewEntry(
                        view.getKey(),
                        view.getValue().head(),
                        view.getValue().current().size()))
                .sorted(Comparator.comparing(ViewEntry::view))
                .toList();
    }

    @Override
    public boolean commit(ViewDelta delta) {
        return commit(delta, null, () -> Snapshot.of(delta));
    }

    /**
     * @param stage what the delta changes; null when it stands for itself
     * @param whole what it leads to where that is not the generation before with the delta applied
     */
    boolean commit(ViewDelta delta, @Nullable StagedView stage, Supplier<Snapshot> whole) {
        requireOpen(delta.view());
        long generation = delta.head().generation();
        if (generation != delta.base() + 1) {
            throw new IllegalArgumentException("a commit leads to the next generation, not from " + delta.base()
                    + " to " + generation + ": view " + delta.view());
        }
        long order = swap(delta, stage, whole);
        if (order == 0) {
            return false;
        }
        Listeners<Long> interested = listeners.get(delta.view());
        if (interested != null) {
            interested.tellLatest(order, generation);
        }
        return true;
    }

    /** Swaps the next generation in; zero when the delta's base is not the current one, else the order of the commit. */
    private long swap(ViewDelta delta, @Nullable StagedView stage, Supplier<Snapshot> whole) {
        long[] order = {0};
        views.compute(delta.view(), (view, current) -> {
            requireKnown(view, current, delta.head().format());
            if (generation(current) != delta.base() || (stage != null && stages.get(view) != stage)) {
                return current;
            }
            StoredView next = current == null || delta.whole() ? StoredView.first(whole.get()) : current.next(delta);
            stages.remove(view);
            // Numbers are given in here, so that they order the commits of a view even if it is dropped in between.
            order[0] = commits.incrementAndGet();
            return next;
        });
        return order[0];
    }

    private static long generation(@Nullable StoredView stored) {
        return stored == null ? 0 : stored.generation();
    }

    @Override
    public Optional<ViewStage> stage(String view, long base, String fingerprint) {
        requireOpen(view);
        StagedView[] opened = {null};
        views.compute(view, (name, current) -> {
            requireKnown(name, current, ViewHead.FORMAT);
            if (generation(current) == base) {
                opened[0] = StagedView.after(stages.get(name), this, name, fingerprint);
                stages.put(name, opened[0]);
            }
            return current;
        });
        return Optional.ofNullable(opened[0]);
    }

    /** Has the stage do it, if it is the view's and nobody has opened it again or committed since. */
    boolean whileOpen(StagedView stage, Runnable change) {
        requireOpen(stage.view());
        boolean[] done = {false};
        views.compute(stage.view(), (view, current) -> {
            if (stages.get(view) == stage) {
                change.run();
                done[0] = true;
            }
            return current;
        });
        return done[0];
    }

    @Override
    public void drop(String view) {
        requireOpen(view);
        views.compute(view, (name, stored) -> {
            requireKnown(name, stored, ViewHead.FORMAT);
            stages.remove(name);
            return null;
        });
    }

    @Override
    public Subscription watch(String view, LongConsumer listener) {
        requireOpen(view);
        Objects.requireNonNull(listener, "listener");
        Subscription[] added = new Subscription[1];
        listeners.compute(view, (name, known) -> {
            Listeners<Long> all = known == null ? new Listeners<>() : known;
            added[0] = all.add(listener::accept);
            return all;
        });
        return () -> listeners.computeIfPresent(view, (name, all) -> {
            added[0].close();
            return all.isEmpty() ? null : all;
        });
    }

    @Override
    public StoreSecret secret() {
        requireOpen();
        return secret;
    }

    @Override
    public synchronized StoreSecret rotateSecret() {
        requireOpen();
        secret = secret.rotated();
        return secret;
    }

    private void requireOpen(String view) {
        Objects.requireNonNull(view, "view");
        requireOpen();
    }

    private void requireOpen() {
        if (closed) {
            throw new ViewStoreException("the view store is closed");
        }
    }

    /** Forgets all views. */
    @Override
    public void close() {
        closed = true;
        views.clear();
        stages.clear();
        listeners.clear();
    }
}
