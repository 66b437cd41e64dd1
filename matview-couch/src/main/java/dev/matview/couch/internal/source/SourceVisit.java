package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Aggregator.Sink;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.SliceMaker;
import dev.matview.core.spi.VisitReport;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.DatabaseReader;
import dev.matview.couch.internal.client.ReaderThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One visit: looks at where the databases stand, and reads those that are not where a demand holds them, each once for all
 * demands. A position is always read before the documents, so that a write in between shows as another position later.
 */
public final class SourceVisit {

    private static final Logger log = LoggerFactory.getLogger(SourceVisit.class);

    private final Map<CouchClient, DatabaseCatalogue> clusters;
    private final Faults faults;
    private final RollingReread rereads;
    private final ReaderThreads workers;
    private final List<Demand> demands;
    private final VisitReport report;

    private final Map<String, Source> sources = new HashMap<>();
    private final SortedSet<String> doubled = new TreeSet<>();
    private final Map<String, List<Demand>> moved = new LinkedHashMap<>();
    private final Map<String, List<Demand>> due = new LinkedHashMap<>();
    /** Held, and not to be seen any more. */
    private final Map<String, List<Demand>> missing = new LinkedHashMap<>();
    /** Clusters that did not answer now, and never listed what feeds may cover there. */
    private final Map<CouchClient, CouchFailure> unlisted = new LinkedHashMap<>();
    /** Why a held database that was seen nowhere may be there all the same; null when all clusters answered. */
    private @Nullable CouchFailure unseen;

    /** A database: where it is, and its position or why that could not be read. */
    private record Source(
            CouchClient cluster,
            @Nullable Position position,
            @Nullable CouchFailure failure) {}

    /** A database that can be read: where it is, and its position. */
    private record Located(CouchClient cluster, Position position) {}

    /** What is known of clusters and databases that did not answer as they should. */
    public record Faults(Outages outages, LateDatabases late) {}

    public SourceVisit(
            Map<CouchClient, DatabaseCatalogue> clusters,
            Faults faults,
            RollingReread rereads,
            ReaderThreads workers,
            List<Demand> demands,
            Sink sink) {
        this.clusters = clusters;
        this.faults = faults;
        this.rereads = rereads;
        this.workers = workers;
        this.demands = demands;
        this.report = new VisitReport(demands, sink);
    }

    public void run() throws InterruptedException {
        survey(Scope.of(demands.stream().map(Demand::feed).toList()));
        compare();
        List<ReaderThreads.Job> jobs = new ArrayList<>();
        if (!due.isEmpty()) {
            // One after the other, beside the others: what nobody waits for takes one connection.
            jobs.add(this::rereadDue);
        }
        moved.forEach((database, wanting) -> jobs.add(() -> read(database, wanting, true)));
        missing.forEach((database, holding) -> jobs.add(() -> confirmGone(database, holding)));
        workers.run(jobs);
    }

    private void survey(Scope scope) throws InterruptedException {
        int failures = 0;
        for (Map.Entry<CouchClient, DatabaseCatalogue> entry : clusters.entrySet()) {
            CouchClient cluster = entry.getKey();
            try {
                Survey survey = entry.getValue().survey(scope, this::held);
                faults.outages().over(cluster);
                survey.positions().forEach((name, position) -> place(name, new Source(cluster, position, null)));
                survey.failed().forEach((name, failure) -> place(name, new Source(cluster, null, failure)));
            } catch (CouchFailure e) {
                failures++;
                unseen = e;
                if (!entry.getValue().knows(scope)) {
                    unlisted.put(cluster, e);
                }
                entry.getValue().lastKnown().forEach(name -> place(name, new Source(cluster, null, e)));
            }
        }
        if (!doubled.isEmpty()) {
            log.warn(
                    "{} databases are in several clusters, such as {}: the one in the first cluster is read",
                    doubled.size(),
                    doubled.first());
        }
        if (unseen != null && failures == clusters.size()) {
            throw new AggregationException("cannot list the user databases: " + unseen.getMessage(), unseen);
        }
    }

    private Set<Position> held(String database) {
        Set<Position> held = new LinkedHashSet<>();
        for (Demand demand : demands) {
            Position position = demand.held().get(database);
            if (position != null) {
                held.add(position);
            }
        }
        return held;
    }

    private void place(String database, Source source) {
        if (sources.putIfAbsent(database, source) != null) {
            doubled.add(database);
        }
    }

    /** Reports what is known already, and finds what is to be read, and for whom. */
    private void compare() {
        Map<Demand, Set<String>> names = new LinkedHashMap<>();
        for (Demand demand : demands) {
            names.put(demand, namesOf(demand));
        }
        names.forEach((demand, covers) -> report.begin(demand, covers.size()));
        names.forEach(this::compare);
        // Whoever has it read anyway has it read for all.
        due.keySet().removeAll(moved.keySet());
    }

    private void compare(Demand demand, Set<String> covers) {
        Set<String> turn = rereads.due(demand, covers, now());
        for (String database : covers) {
            Source source = sources.get(database);
            Position position = source == null ? null : source.position();
            if (position == null) {
                CouchFailure failure = source == null ? unseen : source.failure();
                report.failed(database, List.of(demand), failureOf(failure));
            } else if (turn.contains(database) && VisitReport.holds(demand, database, position)) {
                due.computeIfAbsent(database, name -> new ArrayList<>()).add(demand);
            } else {
                report.compare(database, position, List.of(demand))
                        .forEach(behind -> moved.computeIfAbsent(database, name -> new ArrayList<>())
                                .add(behind));
            }
        }
        for (String database : report.missing(demand, covers)) {
            missing.computeIfAbsent(database, name -> new ArrayList<>()).add(demand);
        }
        unlisted.forEach((cluster, failure) -> report.failed(cluster.url(), List.of(demand), failure));
    }

    private Instant now() {
        return clusters.keySet().iterator().next().scheduler().instant();
    }

    private static CouchFailure failureOf(@Nullable CouchFailure failure) {
        if (failure == null) {
            throw new IllegalStateException("a database without a position has a failure");
        }
        return failure;
    }

    /** What the feed covers; with a cluster that did not answer, what is held, or named, may be there. */
    private Set<String> namesOf(Demand demand) {
        Set<String> names = new TreeSet<>();
        for (String name : sources.keySet()) {
            if (demand.feed().covers(name)) {
                names.add(name);
            }
        }
        if (unseen != null) {
            Set<String> perhaps = new TreeSet<>(demand.held().keySet());
            perhaps.addAll(Scope.of(List.of(demand.feed())).names());
            perhaps.removeIf(name -> !demand.feed().covers(name));
            names.addAll(perhaps);
        }
        return names;
    }

    /** A list that lacks a database is not believed by itself: the rows would be gone for all who read. */
    private void confirmGone(String database, List<Demand> holding) throws InterruptedException {
        Exception doubt = null;
        for (Map.Entry<CouchClient, DatabaseCatalogue> cluster : clusters.entrySet()) {
            try {
                if (cluster.getValue().exists(database)) {
                    holding.forEach(demand -> report.coversMore(demand, 1));
                    doubt = new AggregationException(
                            database + " is there, and " + cluster.getKey().url() + " does not list it");
                }
            } catch (CouchFailure e) {
                doubt = e;
            }
        }
        if (doubt == null) {
            report.gone(database, holding);
        } else {
            report.failed(database, holding, doubt);
        }
    }

    private void rereadDue() throws InterruptedException {
        for (Map.Entry<String, List<Demand>> turn : due.entrySet()) {
            String database = turn.getKey();
            CouchClient cluster = located(database).cluster();
            RollingReread.Allowance allowance = rereads.allowance(cluster);
            Instant began = cluster.scheduler().instant();
            if (allowance.isLeft(began)) {
                int requests = read(database, turn.getValue(), false);
                allowance.spend(
                        requests, Duration.between(began, cluster.scheduler().instant()));
            } else {
                report.unmoved(database, turn.getValue());
            }
        }
    }

    private Located located(String database) {
        Source source = sources.get(database);
        Position position = source == null ? null : source.position();
        if (source == null || position == null) {
            throw new IllegalStateException("only a database with a position is read");
        }
        return new Located(source.cluster(), position);
    }

    /**
     * Reads one database and reports to all who need it.
     *
     * @param moved whether it is somewhere else from now on
     * @return the number of requests
     */
    private int read(String database, List<Demand> wanting, boolean moved) throws InterruptedException {
        Located source = located(database);
        CouchClient cluster = source.cluster();
        Optional<CouchFailure> away =
                faults.outages().of(cluster).or(() -> faults.late().of(cluster, database));
        if (away.isPresent()) {
            report.failed(database, wanting, away.get());
            return 0;
        }
        SliceMaker slices = report.slices(database, wanting);
        DatabaseReader reader = new DatabaseReader(cluster, database, new ForSlices(slices));
        Instant began = cluster.scheduler().instant();
        try {
            reader.read();
        } catch (CouchFailure e) {
            faults.late().failed(cluster, database, e, began);
            unreadable(cluster, database, wanting, e);
            return reader.requests();
        }
        faults.late().read(cluster, database);
        Position position = positionOf(database, source, reader, moved);
        slices.report(source.position(), position);
        wanting.forEach(demand -> rereads.read(demand, database));
        return reader.requests();
    }

    private record ForSlices(SliceMaker slices) implements DatabaseReader.Documents {

        @Override
        public void document(String id, ObjectNode document) {
            slices.add(document);
        }

        @Override
        public void unreadable(String id, Reason reason) {
            slices.leaveOut(id, reason);
        }

        @Override
        public void forget() {
            slices.forget();
        }
    }

    /** Of a database that did not move the catalogue keeps what it knows: should the slice differ, it is read again. */
    private Position positionOf(String database, Located source, DatabaseReader reader, boolean moved) {
        DatabaseCatalogue catalogue = clusters.get(source.cluster());
        Position position = source.position();
        String updateSeq = reader.updateSeq();
        if (updateSeq == null || catalogue == null || !catalogue.isReplicated()) {
            return position;
        }
        return moved ? catalogue.asRead(database, position, updateSeq) : ReplicaPositions.asRead(position, updateSeq);
    }

    private void unreadable(CouchClient cluster, String database, List<Demand> due, CouchFailure cause)
            throws InterruptedException {
        if (isGone(cluster, database, cause)) {
            report.vanished(database, due);
            return;
        }
        faults.outages().failed(cluster, cause);
        report.failed(database, due, cause);
    }

    private boolean isGone(CouchClient cluster, String database, CouchFailure cause) throws InterruptedException {
        DatabaseCatalogue catalogue = clusters.get(cluster);
        if (!cause.isNotFound() || catalogue == null) {
            return false;
        }
        try {
            return !catalogue.exists(database);
        } catch (CouchFailure e) {
            return false;
        }
    }
}
