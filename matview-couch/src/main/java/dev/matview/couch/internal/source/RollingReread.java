package dev.matview.couch.internal.source;

import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.couch.internal.client.CouchClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to be read whole though nothing tells of a change: what nobody noticed, a wrong answer that looked right
 * or a change that was never told, is mended then.
 *
 * <ol>
 *   <li>Every name has a time of its own in each round, by its hash: rounds go on where they were after a restart, and
 *       servers need not agree.
 *   <li>A feed's databases whose time has come since its last visit are due. After a restart that is since its view's
 *       last generation, so that no time is missed because a server was down.
 *   <li>Databases that are due are read one after the other, as far as the {@link Allowance} goes, the rest by later visits.
 *       What was found in one and not committed is looked for again.
 * </ol>
 *
 * Thread-safe.
 */
public final class RollingReread {

    private final Duration round;
    private final Map<String, Turn> turns = new HashMap<>();
    private final Map<CouchClient, Allowance> allowances = new HashMap<>();

    /** What is due for one feed, and until when that was looked for. */
    private static final class Turn {
        private Instant until;
        private final Set<String> due = new LinkedHashSet<>();
        /** Those that were read, and were not as they were held: due again, if that came to nothing. */
        private final Set<String> found = new HashSet<>();
        /** When what was held then was read. */
        private @Nullable Instant heldSince;

        private Turn(Instant since) {
            until = since;
        }
    }

    /**
     * @param round how long it takes to read every database once; zero for never
     * @param clusters where the databases are
     */
    public RollingReread(Duration round, List<CouchClient> clusters) {
        this.round = round;
        for (CouchClient cluster : clusters) {
            allowances.put(
                    cluster,
                    new Allowance(
                            cluster.requestsPerSecond(), cluster.scheduler().instant()));
        }
    }

    Allowance allowance(CouchClient cluster) {
        return Objects.requireNonNull(allowances.get(cluster), "a cluster of the aggregator");
    }

    /**
     * The databases of the demand whose turn it is; until {@link #read} they are told again.
     *
     * @param covers all of its databases
     */
    synchronized Set<String> due(Demand demand, Collection<String> covers, Instant now) {
        if (round.isZero() || demand.held().isEmpty()) {
            return Set.of();
        }
        Instant earliest = now.minus(round);
        String collection = demand.feed().collection();
        // Feeds that are no more; of one that comes back all databases are due.
        turns.entrySet()
                .removeIf(turn -> turn.getValue().until.isBefore(earliest)
                        && !turn.getKey().equals(collection));
        Instant since = demand.heldSince() == null ? now : demand.heldSince();
        Turn turn = turns.computeIfAbsent(collection, name -> new Turn(since.isBefore(now) ? since : now));
        Instant from = turn.until.isBefore(earliest) ? earliest : turn.until;
        if (demand.heldSince() != null && demand.heldSince().equals(turn.heldSince)) {
            turn.due.addAll(turn.found);
        }
        turn.found.clear();
        turn.heldSince = demand.heldSince();
        turn.due.retainAll(covers);
        for (String name : covers) {
            if (comes(name, from, now)) {
                turn.due.add(name);
            }
        }
        turn.until = now;
        return Set.copyOf(turn.due);
    }

    /** Whether the name's time in a round is after {@code from} and not after {@code to}. */
    private boolean comes(String name, Instant from, Instant to) {
        long length = round.toMillis();
        long phase = Math.floorMod(spread(name.hashCode()), length);
        return Math.floorDiv(from.toEpochMilli() - phase, length) < Math.floorDiv(to.toEpochMilli() - phase, length);
    }

    private static long spread(int hash) {
        long spread = hash * 0x9e3779b97f4a7c15L;
        return (spread ^ (spread >>> 32)) * 0xff51afd7ed558ccdL;
    }

    /** The database was read whole for the demand. @param asHeld whether it was found to be what is held */
    synchronized void read(Demand demand, String database, boolean asHeld) {
        Turn turn = turns.get(demand.feed().collection());
        if (turn != null && turn.due.remove(database) && !asHeld) {
            turn.found.add(database);
        }
    }

    /** How many feeds it keeps something of. */
    synchronized int feeds() {
        return turns.size();
    }

    /**
     * How much may be read again: a twentieth of the requests that a cluster allows, and of the time, so that visits take
     * that much longer at most. What one database takes too much, later ones wait for. Thread-safe.
     */
    static final class Allowance {

        private static final double SHARE = 0.05;

        /** What was not used is not kept for longer. */
        private static final Duration KEPT = Duration.ofHours(1);

        private final int requestsPerSecond;
        private Instant asOf;
        private double requests = 1;
        private double millis = 1;

        Allowance(int requestsPerSecond, Instant now) {
            this.requestsPerSecond = requestsPerSecond;
            this.asOf = now;
        }

        /** Whether something may be read at the moment. */
        synchronized boolean isLeft(Instant now) {
            long passed = Math.max(0, Duration.between(asOf, now).toMillis());
            double kept = KEPT.toMillis() * SHARE;
            millis = Math.min(kept, millis + passed * SHARE);
            requests =
                    Math.min(kept / 1_000 * requestsPerSecond, requests + passed * SHARE / 1_000 * requestsPerSecond);
            asOf = now;
            return millis > 0 && requests > 0;
        }

        synchronized void spend(int made, Duration taken) {
            requests -= made;
            millis -= taken.toMillis();
        }
    }
}
