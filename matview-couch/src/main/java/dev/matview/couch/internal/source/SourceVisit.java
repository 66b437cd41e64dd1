package dev.matview.couch.internal.source;

import dev.matview.core.access.DatabasePattern;
import dev.matview.core.event.Episode;
import dev.matview.core.event.Scheduler;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Aggregator.Sink;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.VisitReport;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.ReaderThreads;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One visit: looks at where the databases stand, and {@linkplain SliceReading brings forward} the slices of those that are
 * not where a demand holds them, each once for all demands. A position is always read before the documents, so that a write
 * in between shows as another position later.
 */
public final class SourceVisit {

    private final Map<CouchClient, DatabaseCatalogue> clusters;
    private final Faults faults;
    private final RollingReread rereads;
    private final ReaderThreads workers;
    private final List<Demand> demands;
    private final Sink sink;
    private final VisitReport report;
    /** What all clusters were complete for; null for all that was written before. */
    private @Nullable Instant asOf;

    private final Map<String, Source> sources = new HashMap<>();
    private final SortedSet<String> doubled = new TreeSet<>();
    private final Map<String, List<Demand>> moved = new LinkedHashMap<>();
    private final Map<String, List<Demand>> due = new LinkedHashMap<>();
    /** Those that moved, and whose turn it is to be read whole. */
    private final Set<String> movedInTurn = new HashSet<>();
    /** Held, and not to be seen any more. */
    private final Map<String, List<Demand>> missing = new LinkedHashMap<>();
    /** Clusters that did not answer now, and never listed what feeds may cover there. */
    private final Map<CouchClient, CouchFailure> unlisted = new LinkedHashMap<>();
    /** Why a held database that was seen nowhere may be there all the same; null when all clusters answered. */
    private @Nullable CouchFailure unseen;

    /** A database: where it is, and where it stands or why that could not be read. */
    private record Source(
            CouchClient cluster,
            @Nullable Standing standing,
            @Nullable CouchFailure failure) {}

    /** What is known of clusters and databases that did not answer as they should. */
    public record Faults(Outages outages, LateDatabases late, Episode doubled) {
        public Faults(Outages outages, LateDatabases late, InstantSource clock) {
            this(outages, late, new Episode(SourceVisit.class, clock));
        }
    }

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
        this.sink = sink;
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
        moved.forEach((database, behind) -> jobs.add(() -> bringForward(database, behind)));
        missing.forEach((database, holding) -> jobs.add(() -> confirmGone(database, holding)));
        workers.run(jobs);
    }

    private void survey(Scope scope) throws InterruptedException {
        int failures = 0;
        for (Map.Entry<CouchClient, DatabaseCatalogue> entry : clusters.entrySet()) {
            CouchClient cluster = entry.getKey();
            try {
                Survey survey =
                        entry.getValue().survey(scope, patterns(), this::held, () -> resumption(cluster), isNoticed());
                tellCheckpoint(cluster, survey);
                asOf = earlier(asOf, survey.asOf());
                faults.outages().over(cluster);
                survey.standings().forEach((name, standing) -> place(name, new Source(cluster, standing, null)));
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
        Instant complete = asOf;
        if (complete != null) {
            demands.forEach(demand -> sink.asOf(demand.feed(), complete));
        }
        if (doubled.isEmpty()) {
            // Of a few by name nothing can be said of the others, nor where a cluster was not seen.
            if (failures == 0 && !scope.prefixes().isEmpty()) {
                faults.doubled().ends("No database is in several clusters any more");
            }
        } else {
            faults.doubled()
                    .begins(
                            "{} databases are in several clusters, such as {}: the one in the first cluster is read",
                            doubled.size(),
                            doubled.first());
        }
        if (unseen != null && failures == clusters.size()) {
            throw new AggregationException("cannot list the user databases: " + unseen.getMessage(), unseen);
        }
    }

    /** Whoever asks for more has the others given more too. */
    private boolean isNoticed() {
        return demands.stream().allMatch(Demand::isNoticed);
    }

    /** The earlier of two; null is later than any. */
    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }

    private Set<DatabasePattern> patterns() {
        return demands.stream()
                .flatMap(demand -> demand.feed().databases().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Which of several clusters a slice is from cannot be told. */
    private Optional<Resumption> resumption(CouchClient cluster) {
        return clusters.size() == 1 ? Resumption.of(demands, cluster.url()) : Optional.empty();
    }

    private void tellCheckpoint(CouchClient cluster, Survey survey) {
        UpdatesFeed.Place place = survey.place();
        if (place != null && clusters.size() == 1) {
            String checkpoint = new Checkpoint(cluster.url(), place).text();
            demands.forEach(demand -> sink.checkpoint(demand.feed(), checkpoint));
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
        // By identity: a demand is as large as what it holds.
        Map<Demand, Set<String>> names = new IdentityHashMap<>();
        for (Demand demand : demands) {
            names.put(demand, namesOf(demand));
        }
        names.forEach((demand, covers) -> report.begin(demand, covers.size()));
        names.forEach(this::compare);
        // Whose turn it is they stay, and the database is not read twice in one visit.
        moved.keySet().forEach(database -> {
            List<Demand> holding = due.remove(database);
            if (holding != null) {
                report.unmoved(database, holding);
            }
        });
    }

    private void compare(Demand demand, Set<String> covers) {
        Set<String> turn = rereads.due(demand, covers, now());
        for (String database : covers) {
            Source source = sources.get(database);
            Standing standing = source == null ? null : source.standing();
            if (standing == null) {
                CouchFailure failure = source == null ? unseen : source.failure();
                report.failed(database, List.of(demand), failureOf(failure));
            } else if (turn.contains(database) && VisitReport.holds(demand, database, standing.position())) {
                due.computeIfAbsent(database, name -> new ArrayList<>()).add(demand);
            } else {
                for (Demand behind : report.compare(database, standing.position(), List.of(demand))) {
                    moved.computeIfAbsent(database, name -> new ArrayList<>()).add(behind);
                    if (turn.contains(database)) {
                        movedInTurn.add(database);
                    }
                }
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
            SliceReading reading = readingOf(database);
            if (!readInTurn(reading, () -> reading.reread(turn.getValue()))) {
                report.unmoved(database, turn.getValue());
            }
        }
    }

    private void bringForward(String database, List<Demand> behind) throws InterruptedException {
        SliceReading reading = readingOf(database);
        boolean whole = movedInTurn.contains(database) && readInTurn(reading, () -> reading.readWhole(behind));
        if (!whole) {
            reading.bringForward(behind);
        }
    }

    /** @return false when no more may be read again for the moment */
    private boolean readInTurn(SliceReading reading, ReaderThreads.Job job) throws InterruptedException {
        Scheduler scheduler = reading.cluster().scheduler();
        RollingReread.Allowance allowance = rereads.allowance(reading.cluster());
        Instant began = scheduler.instant();
        if (!allowance.isLeft(began)) {
            return false;
        }
        job.run();
        allowance.spend(reading.requests(), Duration.between(began, scheduler.instant()));
        return true;
    }

    private SliceReading readingOf(String database) {
        Source source = sources.get(database);
        Standing standing = source == null ? null : source.standing();
        DatabaseCatalogue catalogue = source == null ? null : clusters.get(source.cluster());
        if (source == null || standing == null || catalogue == null) {
            throw new IllegalStateException("only a database with a position is read");
        }
        SliceReading.Place place = new SliceReading.Place(source.cluster(), catalogue, database);
        return new SliceReading(place, standing, faults, report, rereads);
    }
}
