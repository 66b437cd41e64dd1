package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.spi.Position;
import dev.matview.couch.internal.client.Changes;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.client.ReaderThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Positions in a cluster whose databases have replicas. There the same state has many: which replicas answered is part of
 * {@code update_seq} and {@code purge_seq}, and each counts by itself. But {@code _changes} understands them all. So a
 * database with another position than before is asked whether anything changed since, and if not, keeps the one it had:
 * then positions can be compared as anywhere else.
 *
 * <p>The position of a slice has two sequences: what was surveyed, which tells a database from one made again under its
 * name, and what the replicas had that were read, which may be less. Thread-safe.
 */
final class ReplicaPositions {

    private static final String SEPARATOR = " ";

    private final CouchClient cluster;
    private final ReaderThreads workers;

    ReplicaPositions(CouchClient cluster, ReaderThreads workers) {
        this.cluster = cluster;
        this.workers = workers;
    }

    /**
     * The survey, in which a database that has not changed since an earlier position has that one.
     *
     * @param earlier by the name of the database
     */
    Survey keep(Survey survey, Function<String, Set<Position>> earlier) throws InterruptedException {
        Map<String, Standing> kept = new ConcurrentHashMap<>(survey.standings());
        List<ReaderThreads.Job> jobs = new ArrayList<>();
        survey.standings().forEach((name, standing) -> {
            Set<Position> before = earlier.apply(name);
            if (!before.isEmpty() && !before.contains(standing.position())) {
                jobs.add(() -> keep(name, standing, before, kept));
            }
        });
        workers.run(jobs);
        return new Survey(kept, survey.failed());
    }

    private void keep(String name, Standing now, Set<Position> earlier, Map<String, Standing> kept)
            throws InterruptedException {
        for (Position before : earlier) {
            if (isSame(name, before, now.position())) {
                kept.put(name, now.at(before));
                return;
            }
        }
    }

    private boolean isSame(String name, Position before, Position now) throws InterruptedException {
        if (!isOfSameHistory(before, now)) {
            return false;
        }
        try {
            for (String sequence : sequences(before)) {
                CouchPath path = CouchPath.database(name, "_changes")
                        .with("since", sequence)
                        .with("limit", 1);
                JsonNode results =
                        cluster.json(CouchRequest.get(path), Changes::require).path("results");
                if (!results.isEmpty()) {
                    return false;
                }
            }
            return true;
        } catch (CouchFailure e) {
            // Then it is read, and fails there if it must.
            return false;
        }
    }

    /** The position of a slice that was read from replicas which had the state of that sequence. */
    static Position asRead(Position surveyed, String updateSeq) {
        return new Position(
                sequences(surveyed).get(0) + SEPARATOR + updateSeq, surveyed.purgeSeq(), surveyed.instance());
    }

    /** The same, of one that was read with {@code _changes}: their sequences tell databases and copies apart themselves. */
    static Position asChanged(Position surveyed, String lastSeq) {
        return new Position(lastSeq, surveyed.purgeSeq(), surveyed.instance());
    }

    /** The sequences that a position is made of, the last of which says what was read. */
    static List<String> sequences(Position position) {
        return List.of(position.updateSeq().split(SEPARATOR));
    }

    /** Whether it is the same database, in which nothing was purged in between. */
    static boolean isOfSameHistory(Position before, Position now) {
        return before.instance().equals(now.instance()) && purges(before).equals(purges(now));
    }

    /** Sequences begin with how much there was in all, to which every replica comes sooner or later. */
    private static String purges(Position position) {
        return position.purgeSeq().split("-", 2)[0];
    }
}
