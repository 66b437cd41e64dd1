package dev.matview.couch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.AggregationException;
import dev.matview.core.Aggregator.Demand;
import dev.matview.core.Aggregator.Sink;
import dev.matview.core.FeedDefinition;
import dev.matview.core.Position;
import dev.matview.core.Slice;
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
final class Visit {

    private static final Logger log = LoggerFactory.getLogger(Visit.class);

    private final Map<CouchCluster, DatabaseCatalogue> clusters;
    private final Outages outages;
    private final Workers workers;
    private final List<Demand> demands;
    private final Sink sink;

    private final Map<String, Source> sources = new HashMap<>();
    private final SortedSet<String> doubled = new TreeSet<>();
    private final Map<FeedDefinition, Integer> covered = new HashMap<>();
    /** Clusters that did not answer now, and never listed what feeds may cover there. */
    private final Map<CouchCluster, CouchException> unlisted = new LinkedHashMap<>();
    /** Why a held database that was seen nowhere may be there all the same; null when all clusters answered. */
    private @Nullable CouchException unseen;

    /** A database: where it is, and its position or why that could not be read. */
    private record Source(
            CouchCluster cluster,
            @Nullable Position position,
            @Nullable CouchException failure) {}

    Visit(
            Map<CouchCluster, DatabaseCatalogue> clusters,
            Outages outages,
            Workers workers,
            List<Demand> demands,
            Sink sink) {
        this.clusters = clusters;
        this.outages = outages;
        this.workers = workers;
        this.demands = demands;
        this.sink = sink;
    }

    void run() throws InterruptedException {
        survey(Scope.of(demands.stream().map(Demand::feed).toList()));
        Map<String, List<Demand>> moved = compare();
        List<Workers.Job> jobs = new ArrayList<>();
        moved.forEach((database, due) -> jobs.add(() -> bring(database, due)));
        workers.run(jobs);
    }

    private void survey(Scope scope) throws InterruptedException {
        int failures = 0;
        for (Map.Entry<CouchCluster, DatabaseCatalogue> entry : clusters.entrySet()) {
            CouchCluster cluster = entry.getKey();
            try {
                Survey survey = entry.getValue().survey(scope, this::held);
                outages.over(cluster);
                survey.positions().forEach((name, position) -> place(name, new Source(cluster, position, null)));
                survey.failed().forEach((name, failure) -> place(name, new Source(cluster, null, failure)));
            } catch (CouchException e) {
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

    /** Reports what is known already, and gives the databases that must be read, with those who need them. */
    private Map<String, List<Demand>> compare() {
        Map<Demand, Set<String>> names = new LinkedHashMap<>();
        for (Demand demand : demands) {
            names.put(demand, namesOf(demand));
        }
        names.forEach((demand, covers) -> {
            covered.put(demand.feed(), covers.size());
            sink.covers(demand.feed(), covers.size());
        });
        Map<String, List<Demand>> moved = new LinkedHashMap<>();
        names.forEach((demand, covers) -> {
            for (String database : covers) {
                Source source = sources.get(database);
                Position position = source == null ? null : source.position();
                if (position == null) {
                    CouchException failure = source == null ? unseen : source.failure();
                    sink.failed(demand.feed(), database, failureOf(failure));
                } else if (position.equals(demand.held().get(database))) {
                    sink.unmoved(demand.feed(), database);
                } else {
                    moved.computeIfAbsent(database, name -> new ArrayList<>()).add(demand);
                }
            }
            reportGone(demand, covers);
            unlisted.forEach((cluster, failure) -> sink.failed(demand.feed(), cluster.url(), failure));
        });
        return moved;
    }

    private static CouchException failureOf(@Nullable CouchException failure) {
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

    private void reportGone(Demand demand, Set<String> covers) {
        for (String database : demand.held().keySet()) {
            if (!covers.contains(database)) {
                sink.gone(demand.feed(), database);
            }
        }
    }

    /** Reads one database and reports to all who need it. */
    private void bring(String database, List<Demand> due) throws InterruptedException {
        Source source = sources.get(database);
        if (source == null || source.position() == null) {
            throw new IllegalStateException("only a database with a position is read");
        }
        Optional<CouchException> away = outages.of(source.cluster());
        if (away.isPresent()) {
            due.forEach(demand -> sink.failed(demand.feed(), database, away.get()));
            return;
        }
        List<SliceMaker> slices =
                due.stream().map(demand -> new SliceMaker(demand, database)).toList();
        DatabaseCatalogue catalogue = clusters.get(source.cluster());
        boolean replicated = catalogue != null && catalogue.isReplicated();
        DatabaseReader reader = new DatabaseReader(
                source.cluster(), database, replicated, document -> slices.forEach(slice -> slice.add(document)));
        try {
            reader.read();
        } catch (CouchException e) {
            unreadable(source.cluster(), database, due, e);
            return;
        }
        Position position = source.position();
        if (catalogue != null && reader.updateSeq() != null) {
            position = catalogue.asRead(database, position, reader.updateSeq());
        }
        for (SliceMaker slice : slices) {
            slice.report(position, sink);
        }
    }

    private void unreadable(CouchCluster cluster, String database, List<Demand> due, CouchException cause)
            throws InterruptedException {
        if (isGone(cluster, database, cause)) {
            for (Demand demand : due) {
                vanished(demand, database);
            }
            return;
        }
        outages.failed(cluster, cause);
        due.forEach(demand -> sink.failed(demand.feed(), database, cause));
    }

    private void vanished(Demand demand, String database) {
        if (demand.held().containsKey(database)) {
            sink.gone(demand.feed(), database);
        } else {
            int left;
            synchronized (covered) {
                left = covered.merge(demand.feed(), -1, Integer::sum);
            }
            sink.covers(demand.feed(), left);
        }
    }

    private boolean isGone(CouchCluster cluster, String database, CouchException cause) throws InterruptedException {
        DatabaseCatalogue catalogue = clusters.get(cluster);
        if (!cause.isNotFound() || catalogue == null) {
            return false;
        }
        try {
            return !catalogue.exists(database);
        } catch (CouchException e) {
            return false;
        }
    }

    /** Makes the slice of one feed; what fails for it, such as a regular expression that costs too much, is its own. */
    private static final class SliceMaker {
        private final FeedDefinition feed;
        private final String database;
        private final @Nullable Position held;
        private final Slice.Builder slice;
        private @Nullable RuntimeException failure;

        SliceMaker(Demand demand, String database) {
            this.feed = demand.feed();
            this.database = database;
            this.held = demand.held().get(database);
            this.slice = Slice.builder(feed, database);
        }

        void add(ObjectNode document) {
            if (failure == null) {
                try {
                    slice.add(document);
                } catch (RuntimeException e) {
                    failure = e;
                }
            }
        }

        void report(Position position, Sink sink) {
            if (failure != null) {
                sink.failed(feed, database, failure);
            } else if (position.equals(held)) {
                // Other replicas have something newer; these have not got it yet.
                sink.unmoved(feed, database);
            } else {
                sink.moved(feed, slice.build(position));
            }
        }
    }
}
