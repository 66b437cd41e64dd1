package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.SliceMaker;
import dev.matview.core.spi.VisitReport;
import dev.matview.couch.internal.client.ChangesReader;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.DatabaseReader;
import dev.matview.couch.internal.client.ReaderThreads;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one database for those demands that do not hold it as it is, and reports to them:
 *
 * <ol>
 *   <li>What changed since they hold it, with one {@link ChangesReader} for those who hold it at one position.
 *   <li>All of it, with one {@link DatabaseReader} for all others: for those who hold nothing, or another database of the
 *       name, or one in which documents were purged since; where changes cannot be had or believed; and where they are not
 *       enough for a slice. If one has to have it read whole from the start, that serves all.
 * </ol>
 *
 * <p>A slice is never said to be at a position that was not read. On a single node that is the one which was surveyed
 * before. In a cluster with replicas, which lag behind each other, it is the one that the answer gives: see {@link
 * ReplicaPositions}.
 *
 * <p>Not thread-safe.
 */
final class SliceReading {

    private final Place place;
    private final CouchClient cluster;
    private final String database;
    private final Standing standing;
    private final SourceVisit.Faults faults;
    private final VisitReport report;
    private final RollingReread rereads;
    private final boolean replicated;
    private int requests;

    /** Which database. @param catalogue the cluster's */
    record Place(CouchClient cluster, DatabaseCatalogue catalogue, String database) {}

    SliceReading(Place place, Standing standing, SourceVisit.Faults faults, VisitReport report, RollingReread rereads) {
        this.place = place;
        this.cluster = place.cluster();
        this.database = place.database();
        this.standing = standing;
        this.faults = faults;
        this.report = report;
        this.rereads = rereads;
        this.replicated = place.catalogue().isReplicated();
    }

    CouchClient cluster() {
        return cluster;
    }

    /** How many requests it took so far. */
    int requests() {
        return requests;
    }

    /** Reads what changed for those who are behind, or all of it. */
    void bringForward(List<Demand> behind) throws InterruptedException {
        List<Demand> left = new ArrayList<>(behind);
        attempt(left, () -> {
            tellChanges(left);
            if (!left.isEmpty()) {
                tellWhole(left, true);
            }
        });
    }

    /** Reads all of it for those who are behind. */
    void readWhole(List<Demand> behind) throws InterruptedException {
        attempt(behind, () -> tellWhole(behind, true));
    }

    /** Reads all of it for those who hold it as it is. */
    void reread(List<Demand> holding) throws InterruptedException {
        attempt(holding, () -> tellWhole(holding, false));
    }

    /** @param open those who wait to be told, at the moment when reading fails */
    private void attempt(List<Demand> open, ReaderThreads.Job reading) throws InterruptedException {
        Optional<CouchFailure> away =
                faults.outages().of(cluster).or(() -> faults.late().of(cluster, database));
        if (away.isPresent()) {
            report.failed(database, open, away.get());
            return;
        }
        Instant began = cluster.scheduler().instant();
        try {
            reading.run();
            faults.late().read(cluster, database);
        } catch (CouchFailure e) {
            faults.late().failed(cluster, database, e, began);
            unreadable(List.copyOf(open), e);
        }
    }

    /** Takes those away who are told, and leaves those for whom the database is to be read whole. */
    private void tellChanges(List<Demand> behind) throws InterruptedException {
        if (!behind.stream().allMatch(this::canBeToldChanges)) {
            return;
        }
        for (Map.Entry<Position, List<Demand>> group :
                VisitReport.byHeld(database, behind).entrySet()) {
            List<Demand> told = new ArrayList<>(group.getValue());
            told.removeAll(tellChanges(group.getKey(), group.getValue()));
            behind.removeAll(told);
        }
    }

    /** One document, or none: nothing is gained then, and a database made again could not be told from this one. */
    private boolean canBeToldChanges(Demand demand) {
        Position held = demand.held().get(database);
        if (held == null || !standing.telling() || standing.documents() <= 1) {
            return false;
        }
        Position now = standing.position();
        return replicated
                ? ReplicaPositions.isOfSameHistory(held, now)
                : held.instance().equals(now.instance()) && held.purgeSeq().equals(now.purgeSeq());
    }

    /** @return those for whom that is not enough */
    private List<Demand> tellChanges(Position since, List<Demand> demands) throws InterruptedException {
        SliceMaker slices = report.changes(database, since, demands);
        ChangesReader reader = new ChangesReader(cluster, database, standing.documents(), new ForSlices(slices));
        @Nullable String lastSeq;
        try {
            lastSeq = reader.read(ReplicaPositions.sequences(since));
        } finally {
            requests += reader.requests();
        }
        if (lastSeq == null) {
            return demands;
        }
        if (reader.changes() > 0) {
            Position read = replicated ? asChanged(lastSeq) : standing.position();
            return slices.report(standing.position(), read);
        }
        if (!replicated) {
            // Something changed it: such an answer is not to be believed.
            return demands;
        }
        // It only looks different, or the replicas that are read have not got yet what others have.
        place.catalogue().rename(database, standing.position(), since);
        report.unmoved(database, demands);
        return List.of();
    }

    private Position asChanged(String lastSeq) {
        Position read = ReplicaPositions.asChanged(standing.position(), lastSeq);
        place.catalogue().rename(database, standing.position(), read);
        return read;
    }

    /** @param moved whether the database is somewhere else from now on */
    private void tellWhole(List<Demand> wanting, boolean moved) throws InterruptedException {
        SliceMaker slices = report.slices(database, wanting);
        DatabaseReader reader = new DatabaseReader(cluster, database, new ForSlices(slices));
        try {
            reader.read();
        } finally {
            requests += reader.requests();
        }
        slices.report(standing.position(), asRead(reader.updateSeq(), moved));
        // By identity: a demand is as large as what it holds.
        Set<Demand> asHeld = Collections.newSetFromMap(new IdentityHashMap<>());
        asHeld.addAll(slices.asHeld());
        wanting.forEach(demand -> rereads.read(demand, database, asHeld.contains(demand)));
    }

    /** Of a database that did not move the catalogue keeps what it knows: should the slice differ, it is read again. */
    private Position asRead(@Nullable String updateSeq, boolean moved) {
        if (updateSeq == null || !replicated) {
            return standing.position();
        }
        Position read = ReplicaPositions.asRead(standing.position(), updateSeq);
        if (moved) {
            place.catalogue().rename(database, standing.position(), read);
        }
        return read;
    }

    private record ForSlices(SliceMaker slices) implements ChangesReader.Documents {

        @Override
        public void document(String id, ObjectNode document) {
            slices.add(document);
        }

        @Override
        public void unreadable(String id, Reason reason) {
            slices.leaveOut(id, reason);
        }

        @Override
        public void deleted(String id) {
            slices.remove(id);
        }

        @Override
        public void forget() {
            slices.forget();
        }
    }

    private void unreadable(List<Demand> open, CouchFailure cause) throws InterruptedException {
        if (isGone(cause)) {
            report.vanished(database, open);
            return;
        }
        faults.outages().failed(cluster, cause);
        report.failed(database, open, cause);
    }

    private boolean isGone(CouchFailure cause) throws InterruptedException {
        if (!cause.isNotFound()) {
            return false;
        }
        try {
            return !place.catalogue().exists(database);
        } catch (CouchFailure e) {
            return false;
        }
    }
}
