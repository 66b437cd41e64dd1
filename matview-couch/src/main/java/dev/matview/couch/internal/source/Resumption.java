package dev.matview.couch.internal.source;

import dev.matview.core.access.DatabasePattern;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Position;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a cluster's databases before any of them was looked at: where slices hold them, and how to tell which
 * have changed since. Immutable.
 *
 * @param place where the feed of updates stood when the oldest of the slices were made
 * @param asOf when that was
 * @param held the databases at the positions that slices are at
 * @param patterns of the databases that are all among these, unless they were made since
 */
record Resumption(UpdatesFeed.Place place, Instant asOf, Map<String, Position> held, Set<DatabasePattern> patterns) {

    /**
     * What demands know of the only cluster there is.
     *
     * @return empty unless all of them know where they stand
     */
    static Optional<Resumption> of(Collection<Demand> demands, String cluster) {
        Instant oldest = Instant.MAX;
        UpdatesFeed.Place place = null;
        for (Demand demand : demands) {
            Instant since = demand.heldSince();
            Optional<Checkpoint> checkpoint = Optional.ofNullable(demand.checkpoint())
                    .flatMap(Checkpoint::of)
                    .filter(known -> known.cluster().equals(cluster));
            if (since == null || checkpoint.isEmpty()) {
                return Optional.empty();
            }
            if (since.isBefore(oldest)) {
                oldest = since;
                place = checkpoint.get().place();
            }
        }
        if (place == null) {
            return Optional.empty();
        }
        Map<String, Position> held = new HashMap<>();
        Set<DatabasePattern> patterns = new HashSet<>();
        for (Demand demand : demands) {
            held.putAll(demand.held());
            patterns.addAll(demand.feed().databases());
        }
        return Optional.of(new Resumption(place, oldest, held, Set.copyOf(patterns)));
    }
}
