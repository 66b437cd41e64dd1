package dev.matview.couch.internal.source;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Whose turn it is to be looked at although nothing tells of a change: every database once in each interval, a part of
 * them at a time, so that no visit has to wait for all. Not thread-safe.
 */
final class GradualSweep {

    /** As many positions as one request reads; fewer are not worth one. */
    static final int FEWEST = 100;

    private final Duration interval;
    private Instant last;
    /** Of the round under way; the first {@link #done} of them have had their turn. */
    private List<String> names = List.of();

    private int done;

    /** @param began when all databases were looked at */
    GradualSweep(Duration interval, Instant began) {
        this.interval = interval;
        this.last = began;
    }

    /** Lists what a new round goes through. */
    @FunctionalInterface
    interface Names {
        Collection<String> list() throws InterruptedException;
    }

    /** The names whose turn it is, of so many; the same again until {@link #looked} says that it is over. */
    List<String> turn(Instant now, int known, Names all) throws InterruptedException {
        double share = (double) Duration.between(last, now).toMillis() / Math.max(1, interval.toMillis());
        int count = (int) Math.min(Integer.MAX_VALUE, known * share);
        if (share < 1 && count < FEWEST) {
            return List.of();
        }
        if (share >= 1 || done == names.size()) {
            names = List.copyOf(all.list());
            done = 0;
        }
        return share >= 1 ? names : names.subList(done, Math.min(names.size(), done + count));
    }

    /** All of the turn, which was not empty, were looked at, as of that time. */
    void looked(Instant asOf, List<String> turn) {
        last = asOf;
        done += turn.size();
    }
}
