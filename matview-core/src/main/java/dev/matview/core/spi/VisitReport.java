package dev.matview.core.spi;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Aggregator.Sink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells a {@link Sink} what one visit finds, by the rules that are the same for every {@link Aggregator}. A backend says
 * which databases there are and where they stand, and gives the documents of those that moved:
 *
 * <ol>
 *   <li>{@link #begin}: how many of the databases each feed covers.
 *   <li>For each database, {@link #compare}: those who hold its position are told that it did not move. For the others what
 *       changed since they hold it is read where the backend can, by {@link #changes}; and where it cannot, or that is not
 *       enough, all of it, by {@link #slices}. One that cannot be read has {@link #failed}.
 *   <li>{@link #end}: what is held and is no more, or no longer covered, is gone.
 * </ol>
 *
 * A visit may also go on with databases in several threads, in any order, once it has begun. Thread-safe.
 */
public final class VisitReport {

    private final List<Demand> demands;
    private final Sink sink;
    /** How many databases are covered, as last told. */
    private final Map<FeedDefinition, Integer> covered = new HashMap<>();

    public VisitReport(List<Demand> demands, Sink sink) {
        this.demands = List.copyOf(demands);
        this.sink = sink;
    }

    /** Whether the demand's slice of the database is at that position. */
    public static boolean holds(Demand demand, String database, Position position) {
        return position.equals(demand.held().get(database));
    }

    /** Begins, with the names of all databases there are. */
    public void begin(Set<String> databases) {
        for (Demand demand : demands) {
            begin(demand, (int) databases.stream().filter(demand.feed()::covers).count());
        }
    }

    /** Begins for one demand, where others may cover other databases. */
    public void begin(Demand demand, int databases) {
        synchronized (covered) {
            covered.put(demand.feed(), databases);
            sink.covers(demand.feed(), databases);
        }
    }

    /** The demands whose feeds cover the database. */
    public List<Demand> covering(String database) {
        return demands.stream().filter(demand -> demand.feed().covers(database)).toList();
    }

    /** Tells those who hold the position that nothing moved; gives the others. */
    public List<Demand> compare(String database, Position position, List<Demand> demands) {
        List<Demand> behind = new ArrayList<>();
        for (Demand demand : demands) {
            if (holds(demand, database, position)) {
                sink.unmoved(demand.feed(), database);
            } else {
                behind.add(demand);
            }
        }
        return behind;
    }

    /** Takes the documents of a database, for those who do not hold its position. */
    public SliceMaker slices(String database, List<Demand> demands) {
        return new SliceMaker(database, demands, sink);
    }

    /**
     * Takes what changed in a database since a position, for those who {@linkplain #holds hold} it.
     *
     * @see Sink#changed
     */
    public SliceMaker changes(String database, Position since, List<Demand> demands) {
        return new SliceMaker(database, since, demands, sink);
    }

    /** Those demands that hold the database, by the position they hold it at. */
    public static Map<Position, List<Demand>> byHeld(String database, List<Demand> demands) {
        Map<Position, List<Demand>> byHeld = new LinkedHashMap<>();
        for (Demand demand : demands) {
            Position held = demand.held().get(database);
            if (held != null) {
                byHeld.computeIfAbsent(held, position -> new ArrayList<>()).add(demand);
            }
        }
        return byHeld;
    }

    /** The database, or what is in its place, cannot be read: see {@link Sink#failed}. */
    public void failed(String database, List<Demand> demands, Exception cause) {
        demands.forEach(demand -> sink.failed(demand.feed(), database, cause));
    }

    /** The database is as it is held, and was not looked at. */
    public void unmoved(String database, List<Demand> demands) {
        demands.forEach(demand -> sink.unmoved(demand.feed(), database));
    }

    /** The database is no more, though these feeds were said to cover it. */
    public void vanished(String database, List<Demand> demands) {
        for (Demand demand : demands) {
            if (demand.held().containsKey(database)) {
                sink.gone(demand.feed(), database);
            } else {
                coversMore(demand, -1);
            }
        }
    }

    /** The demand's feed covers so many more than was told. */
    public void coversMore(Demand demand, int more) {
        synchronized (covered) {
            // Told in its turn: the last number told is the last counted.
            sink.covers(demand.feed(), covered.merge(demand.feed(), more, Integer::sum));
        }
    }

    /** Ends: what is held and not among the databases there are, or not covered, is gone. */
    public void end(Set<String> databases) {
        for (Demand demand : demands) {
            missing(demand, databases).forEach(database -> gone(database, List.of(demand)));
        }
    }

    /** Tells of what is held and no longer covered, and gives what is held and not among these. */
    public List<String> missing(Demand demand, Set<String> databases) {
        List<String> missing = new ArrayList<>();
        for (String database : demand.held().keySet()) {
            if (!demand.feed().covers(database)) {
                sink.gone(demand.feed(), database);
            } else if (!databases.contains(database)) {
                missing.add(database);
            }
        }
        return missing;
    }

    /** A held database is no more. */
    public void gone(String database, List<Demand> holding) {
        holding.forEach(demand -> sink.gone(demand.feed(), database));
    }
}
