package dev.matview.core.internal.view;

import dev.matview.core.Page;
import dev.matview.core.access.Access;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What readers of one feed see: the served generation and how well it covers its sources, swapped as one; and the
 * earlier generations that bookmarks pin. Thread-safe.
 */
public final class LiveView {

    private final List<Runnable> listeners;

    private final PinnedGenerations.Line pinned;
    private volatile @Nullable Served served;

    /**
     * A generation and its coverage, as one page sees them.
     *
     * @param feed the definition the rows were made by, and by which they are read, also when the feed has another one
     */
    public record Served(FeedDefinition feed, Generation generation, ViewIndexes indexes, Coverage coverage) {

        /** @param before what was served before; null for nothing */
        static Served of(FeedDefinition feed, Generation generation, Coverage coverage, @Nullable Served before) {
            ViewIndexes indexes = ViewIndexes.of(feed, generation, before == null ? null : before.indexes());
            return new Served(feed, generation, indexes, coverage);
        }

        /** As it is when it is served no more. */
        private Served past() {
            return new Served(feed, generation, indexes, Coverage.of(generation.head()));
        }

        /** Whether certificate rules decide on some of the rows: what they say may change while the rows do not. */
        public boolean hasRuledRows() {
            return feed.access() == Access.ACL && indexes.acl().hasRuled();
        }

        public Page.View view(int visibleRows) {
            return new Page.View(
                    generation.head().generation(),
                    coverage.verifiedAt(),
                    visibleRows,
                    coverage.databases(),
                    coverage.behindCount());
        }
    }

    /**
     * @param pinned where the generations go that are served no more
     * @param listeners whoever wants to know of new generations; each is quick
     */
    public LiveView(PinnedGenerations.Line pinned, List<Runnable> listeners) {
        this.pinned = pinned;
        this.listeners = listeners;
    }

    public Optional<Served> served() {
        return Optional.ofNullable(served);
    }

    /** The generation of this tag, served or pinned. */
    public Optional<Served> generation(String tag) {
        // Served first: a generation is pinned before the next one is served, so it is in one of the two places.
        return served().filter(current -> current.generation().tag().equals(tag))
                .or(() -> pinned.find(tag));
    }

    /** Keeps the generation of this tag, served or pinned, until the result is closed. */
    public Subscription hold(String tag) {
        return pinned.hold(tag);
    }

    /** Keeps no earlier generations any more. */
    public void close() {
        pinned.close();
    }

    /** Serves the generation from now on; the one before is kept for the bookmarks that name it. */
    public void publish(FeedDefinition feed, Generation generation, Coverage coverage) {
        Served next = Served.of(feed, generation, coverage, served);
        synchronized (this) {
            Served before = served;
            if (before != null && before.generation() != generation) {
                pinned.replaced(before.past(), next);
            }
            served = next;
        }
        listeners.forEach(Runnable::run);
    }

    /** Serves nothing any more, neither a generation nor one that a bookmark pins. */
    public synchronized void withdraw() {
        served = null;
        pinned.clear();
    }

    /** The generation still matches its sources; it is served, if it was not. */
    public void verify(FeedDefinition feed, Generation generation, Coverage coverage) {
        synchronized (this) {
            if (served != null && served.generation() == generation) {
                served = new Served(feed, generation, served.indexes(), coverage);
                return;
            }
        }
        publish(feed, generation, coverage);
    }
}
