package dev.matview.core.internal.view;

import dev.matview.core.Page;
import dev.matview.core.access.Access;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import java.time.Instant;
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
    private final ViewMemory memory;
    private volatile @Nullable Served served;

    /**
     * A generation and its coverage, as one page sees them.
     *
     * @param feed the definition the rows were made by, and by which they are read, also when the feed has another one
     */
    public record Served(FeedDefinition feed, Generation generation, ViewIndexes indexes, Coverage coverage) {

        /**
         * @param before what was served before; null for nothing
         * @param room how many bytes the indexes may take
         */
        static Served of(
                FeedDefinition feed, Generation generation, Coverage coverage, @Nullable Served before, long room) {
            if (!generation.isInHeap()) {
                return new Served(feed, generation, ViewIndexes.elsewhere(generation), coverage);
            }
            ViewIndexes last = before == null ? null : before.indexes();
            return new Served(feed, generation, ViewIndexes.of(feed, generation, last, room), coverage);
        }

        /** With no indexes that the other does not have. */
        Served withIndexesOf(Served other) {
            return new Served(feed, generation, indexes.also(other.indexes), coverage);
        }

        /** As it is when it is served no more. */
        private Served past() {
            return new Served(feed, generation, indexes, Coverage.of(generation.head()));
        }

        /** Whether certificate rules decide on some of the rows: what they say may change while the rows do not. */
        public boolean hasRuledRows() {
            // A store that keeps rows by their readers has none of these.
            return feed.access() == Access.ACL
                    && generation.isInHeap()
                    && indexes.acl().hasRuled();
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
     * @param memory says how much room there is for indexes
     */
    public LiveView(PinnedGenerations.Line pinned, List<Runnable> listeners, ViewMemory memory) {
        this.pinned = pinned;
        this.listeners = listeners;
        this.memory = memory;
    }

    public Optional<Served> served() {
        return Optional.ofNullable(served);
    }

    /** When the generation, served or not, was last known to match its sources. */
    public Instant verifiedAt(Generation generation) {
        return served().filter(current -> current.generation() == generation)
                .map(current -> current.coverage().verifiedAt())
                .orElse(generation.head().refreshedAt());
    }

    /** The generation of this tag, served or pinned. */
    public Optional<Served> generation(String tag) {
        // Served first: a generation is pinned before the next one is served, so it is in one of the two places.
        return served().filter(current -> current.generation().tag().equals(tag))
                .or(() -> pinned.find(tag));
    }

    /** An earlier generation as it is read that is kept elsewhere alone. */
    public static Served past(FeedDefinition feed, Generation generation) {
        return Served.of(feed, generation, Coverage.of(generation.head()), null, 0);
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
        // What refreshes collect is not counted: this one's are the rows that are served now.
        Served next = indexed(feed, generation, coverage, memory.roomBesideViews(generation.view()));
        synchronized (this) {
            Served before = served;
            if (before != null && before.generation() != generation) {
                pinned.replaced(before.past(), next);
            }
            served = next;
        }
        listeners.forEach(Runnable::run);
    }

    /** With the indexes that the definition lists, as far as there is room. */
    private Served indexed(FeedDefinition feed, Generation generation, Coverage coverage, long room) {
        Served next = Served.of(feed, generation, coverage, served, room);
        memory.holdIndexes(generation.view(), next.indexes().bytes());
        return next;
    }

    /**
     * Has what is served read by a definition that makes the same rows, with the indexes that it lists, as far as there is room
     * now. The generation stays the same, and nobody hears of it. Where another definition made the rows, the indexes of that
     * one are made anew: they may have to make room.
     */
    public void reindex(FeedDefinition wanted) {
        Served before = served;
        if (before == null) {
            return;
        }
        boolean isOfRows = before.feed().fingerprint().equals(wanted.fingerprint());
        FeedDefinition feed = isOfRows ? wanted : before.feed();
        long room = memory.roomForIndexes(before.generation().view());
        Served next = indexed(feed, before.generation(), before.coverage(), room);
        synchronized (this) {
            Served now = served;
            if (now != null && now.generation() == next.generation()) {
                served = new Served(feed, next.generation(), next.indexes(), now.coverage());
                pinned.redefined(served);
            }
        }
    }

    /** Serves nothing any more, neither a generation nor one that a bookmark pins. */
    public synchronized void withdraw() {
        served = null;
        pinned.clear();
    }

    /** The generation still matches its sources; it is served, if it was not. */
    public void verify(FeedDefinition feed, Generation generation, Coverage coverage) {
        Served now;
        synchronized (this) {
            now = served;
            if (now != null && now.generation() == generation) {
                // By the definition it has: another, with other indexes, may have come meanwhile.
                served = new Served(now.feed(), generation, now.indexes(), coverage);
            }
        }
        if (now == null || now.generation() != generation) {
            publish(feed, generation, coverage);
        } else if (!now.indexes().areComplete()) {
            reindex(now.feed());
        }
    }
}
