package dev.matview.core.paged;

import dev.matview.core.event.Subscription;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.PagedViewStore;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewFormatException;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves pages from sorted sets, of which each generation has copies of its own: slow, and easily seen to be right. Counts what it
 * is asked. All else a store in memory does. Thread-safe: one call at a time.
 */
public final class PagedInMemoryStore implements PagedViewStore {

    private final InMemoryViewStore inner = new InMemoryViewStore();
    private final InstantSource clock;
    /** By view, the oldest first; the last is current. */
    private final Map<String, List<SortedGeneration>> kept = new HashMap<>();

    /** Under which keys rows are found that are aside. */
    private final Map<String, Map<Row, List<IndexKey>>> aside = new HashMap<>();

    private Duration time = Duration.ZERO;
    private int asked;
    private int failing;

    public PagedInMemoryStore(InstantSource clock) {
        this.clock = clock;
    }

    /** How often it was asked for anything that a generation has, since the last time that this was asked. */
    public synchronized int asked() {
        int last = asked;
        asked = 0;
        return last;
    }

    /** Has so many of the next portions that are to be put aside fail. */
    public synchronized void failPortions(int count) {
        failing = count;
    }

    synchronized void failIfToldTo() {
        if (failing > 0) {
            failing--;
            throw new ViewStoreException("the store is away");
        }
    }

    synchronized void count() {
        asked++;
    }

    @Override
    public int longestKey() {
        return LEAST_KEY;
    }

    @Override
    public synchronized void keepFor(Duration least) {
        time = time.compareTo(least) < 0 ? least : time;
    }

    private synchronized List<SortedGeneration> kept(String view) {
        List<SortedGeneration> all = kept.computeIfAbsent(view, name -> new ArrayList<>());
        Instant now = clock.instant();
        all.removeIf(one -> one.isPast(now.minus(time)));
        return all;
    }

    synchronized void requireKept(SortedGeneration generation) {
        if (!kept(generation.view()).contains(generation)) {
            throw new PastGenerationException(
                    generation.view(), generation.head().generation());
        }
    }

    synchronized void requireCurrent(SortedGeneration generation) {
        List<SortedGeneration> all = kept(generation.view());
        if (all.isEmpty() || all.get(all.size() - 1) != generation) {
            throw new PastGenerationException(
                    generation.view(), generation.head().generation());
        }
    }

    @Override
    public synchronized Optional<PagedGeneration> current(String view) {
        requireKnown(view);
        List<SortedGeneration> all = kept(view);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    private void requireKnown(String view) {
        Optional<ViewHead> head = inner.head(view);
        if (head.isPresent() && head.get().format() > ViewHead.FORMAT) {
            throw new ViewFormatException(view, head.get().format(), ViewHead.FORMAT);
        }
    }

    @Override
    public synchronized Optional<PagedGeneration> generation(String view, long number) {
        return kept(number, view).map(one -> one);
    }

    synchronized Optional<SortedGeneration> kept(long number, String view) {
        requireKnown(view);
        return kept(view).stream()
                .filter(one -> one.head().generation() == number)
                .findFirst();
    }

    @Override
    public synchronized boolean commit(ViewDelta delta, Indexing indexing) {
        SortedGeneration before = last(delta.view());
        if (!inner.commit(delta)) {
            return false;
        }
        committed(
                before,
                before == null || delta.whole()
                        ? SortedGeneration.whole(this, delta, indexing)
                        : before.next(delta, indexing));
        return true;
    }

    private @Nullable SortedGeneration last(String view) {
        List<SortedGeneration> all = kept(view);
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    private void committed(@Nullable SortedGeneration before, SortedGeneration next) {
        if (before != null) {
            before.replaced(clock.instant());
        }
        kept(next.view()).add(next);
    }

    @Override
    public synchronized Optional<PagedViewStage> pagedStage(String view, long base, String fingerprint) {
        return inner.stage(view, base, fingerprint).map(stage -> new SortedStage(this, view, stage));
    }

    synchronized void aside(String view, Row row, List<IndexKey> keys) {
        aside.computeIfAbsent(view, name -> new HashMap<>()).put(row, keys);
    }

    synchronized List<IndexKey> asideKeys(String view, Row row) {
        return aside.getOrDefault(view, Map.of()).getOrDefault(row, List.of());
    }

    synchronized boolean committed(ViewDelta delta, boolean isCommitted, SortedGeneration next) {
        if (isCommitted) {
            committed(last(delta.view()), next);
        }
        return isCommitted;
    }

    @Override
    public Optional<ViewDelta> read(String view, long since) {
        return inner.read(view, since);
    }

    @Override
    public Optional<ViewHead> head(String view) {
        return inner.head(view);
    }

    @Override
    public List<ViewEntry> views() {
        return inner.views();
    }

    @Override
    public synchronized void drop(String view) {
        inner.drop(view);
        kept.remove(view);
    }

    @Override
    public Subscription watch(String view, LongConsumer listener) {
        return inner.watch(view, Objects.requireNonNull(listener));
    }

    @Override
    public StoreSecret secret() {
        return inner.secret();
    }

    @Override
    public StoreSecret rotateSecret() {
        return inner.rotateSecret();
    }

    @Override
    public void close() {
        inner.close();
    }
}
