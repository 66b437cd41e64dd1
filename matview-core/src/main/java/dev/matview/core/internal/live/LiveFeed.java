package dev.matview.core.internal.live;

import dev.matview.core.event.Subscription;
import dev.matview.core.internal.search.ParsedChanges;
import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.internal.view.RowChanges;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live queries of one feed. For each new generation there is one pass over the rows that differ from the one before, each
 * of which is parsed once; those queries that it concerns are asked again. Where generations follow each other closely, one
 * pass does for several. Thread-safe: one pass is under way at any time.
 */
final class LiveFeed implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(LiveFeed.class);

    /** So many rows that differ are read from a store for one pass. */
    private static final int MOST_READ = 10_000;

    private final Supplier<Optional<Served>> served;
    private final Executor threads;
    private final Set<LiveQuery> queries = ConcurrentHashMap.newKeySet();
    private Subscription listening = () -> {};

    /** What all queries were asked of, or a later generation; null for nothing. Read and written by the pass under way. */
    private volatile @Nullable View last;

    /** What a pass has to know of a generation, when the next is there. */
    record View(Generation generation, boolean hasRuledRows) {

        static @Nullable View of(@Nullable Served served) {
            return served == null ? null : new View(served.generation(), served.hasRuledRows());
        }
    }

    /** Guarded by this. */
    private State state = State.IDLE;

    private enum State {
        IDLE,
        PASSING,
        /** There is a newer generation than the pass under way goes to. */
        PASSING_AND_AGAIN
    }

    LiveFeed(Supplier<Optional<Served>> served, Executor threads) {
        this.served = served;
        this.threads = threads;
    }

    /** What tells this of new generations. */
    void listening(Subscription subscription) {
        listening = subscription;
    }

    /** Before the query is asked for the first time. */
    void add(LiveQuery query) {
        if (last == null) {
            last = View.of(served.get().orElse(null));
        }
        queries.add(query);
    }

    boolean remove(LiveQuery query) {
        return queries.remove(query);
    }

    boolean isEmpty() {
        return queries.isEmpty();
    }

    void close() {
        listening.close();
    }

    /** There may be a new generation. */
    @Override
    public void run() {
        synchronized (this) {
            if (state != State.IDLE) {
                state = State.PASSING_AND_AGAIN;
                return;
            }
            state = State.PASSING;
        }
        try {
            threads.execute(this::passes);
        } catch (RejectedExecutionException closing) {
            log.trace("Nobody is told of a generation any more");
        }
    }

    private void passes() {
        boolean ended = false;
        try {
            do {
                passOrAskAll();
            } while (isToPassAgain());
            ended = true;
        } finally {
            if (!ended) {
                // Whatever it was: the next generation is looked at.
                idle();
            }
        }
    }

    private void passOrAskAll() {
        try {
            pass();
        } catch (RuntimeException e) {
            log.warn("What a generation changes was not found out, all who follow the feed are asked again", e);
            queries.forEach(LiveQuery::ask);
        }
    }

    private synchronized void idle() {
        state = State.IDLE;
        last = null;
    }

    private synchronized boolean isToPassAgain() {
        state = state == State.PASSING_AND_AGAIN ? State.PASSING : State.IDLE;
        return state == State.PASSING;
    }

    private void pass() {
        View before = last;
        Served now = served.get().orElse(null);
        last = View.of(now);
        if (before == null || now == null || !RowChanges.areComparable(before.generation(), now.generation())) {
            queries.forEach(LiveQuery::ask);
            return;
        }
        int most = now.generation().isInHeap() ? Integer.MAX_VALUE : MOST_READ;
        RowChanges between = RowChanges.between(now.feed(), before.generation(), now.generation(), most);
        if (between == null) {
            queries.forEach(LiveQuery::ask);
            return;
        }
        ParsedChanges changes = ParsedChanges.of(between);
        queries.forEach(query -> query.changed(changes, before, now));
    }
}
