package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.spi.Position;
import dev.matview.couch.internal.client.ChangesFeed;
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
        Map<String, Position> kept = new ConcurrentHashMap<>(survey.positions());
        List<ReaderThreads.Job> jobs = new ArrayList<>();
        survey.positions().forEach((name, position) -> {
            Set<Position> before = earlier.apply(name);
            if (!before.isEmpty() && !before.contains(position)) {
                jobs.add(() -> keep(name, position, before, kept));
            }
        });
        workers.run(jobs);
        return new Survey(kept, survey.failed());
    }

    private void keep(String name, Position now, Set<Position> earlier, Map<String, Position> kept)
            throws InterruptedException {
        for (Position before : earlier) {
            if (isSame(name, before, now)) {
                kept.put(name, before);
                return;
            }
        }
    }

    private boolean isSame(String name, Position before, Position now) throws InterruptedException {
        if (!before.instance().equals(now.instance()) || !purges(before).equals(purges(now))) {
            return false;
        }
        try {
            for (String sequence : before.updateSeq().split(SEPARATOR)) {
                CouchPath path = CouchPath.database(name, "_changes")
                        .with("since", sequence)
                        .with("limit", 1);
                JsonNode results = cluster.json(CouchRequest.get(path), ChangesFeed::require)
                        .path("results");
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
                surveyed.updateSeq().split(SEPARATOR)[0] + SEPARATOR + updateSeq,
                surveyed.purgeSeq(),
                surveyed.instance());
    }

    /** Sequences begin with how much there was in all, to which every replica comes sooner or later. */
    private static String purges(Position position) {
        return position.purgeSeq().split("-", 2)[0];
    }
}
