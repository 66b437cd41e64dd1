package dev.matview.core.memory;

import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import java.util.ArrayList;
import java.util.List;

/**
 * The current generation of a view, and the last few before it, which share with it what stayed. Immutable.
 *
 * @param earlier the latest first, without a gap
 */
record StoredView(Snapshot current, List<Earlier> earlier) {

    /** How many commits a reader may be behind and still get a difference. */
    static final int MAX_EARLIER = 64;

    /** How many rows the earlier generations may keep that are in none after them. */
    static final int MAX_EARLIER_ROWS = 50_000;

    /**
     * A generation before the current one.
     *
     * @param rows how many it keeps that the next one does not share
     */
    record Earlier(Snapshot generation, int rows) {}

    static StoredView first(Snapshot generation) {
        return new StoredView(generation, List.of());
    }

    ViewHead head() {
        return current.head();
    }

    long generation() {
        return head().generation();
    }

    /** @param delta one that is not whole */
    StoredView next(ViewDelta delta) {
        Snapshot next = current.apply(delta);
        List<Earlier> kept = new ArrayList<>();
        kept.add(new Earlier(current, current.notSharedWith(next).size()));
        kept.addAll(earlier);
        int rows = 0;
        for (int i = 0; i < kept.size(); i++) {
            rows += kept.get(i).rows();
            if (i == MAX_EARLIER || rows > MAX_EARLIER_ROWS) {
                return new StoredView(next, List.copyOf(kept.subList(0, i)));
            }
        }
        return new StoredView(next, List.copyOf(kept));
    }

    /** What leads from that generation to this one. */
    ViewDelta since(long generation) {
        long behind = generation() - generation;
        if (behind == 0) {
            return current.since(current);
        }
        return generation <= 0 || behind < 0 || behind > earlier.size()
                ? current.whole()
                : current.since(earlier.get((int) behind - 1).generation());
    }
}
