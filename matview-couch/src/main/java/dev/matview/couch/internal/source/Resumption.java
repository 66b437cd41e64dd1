package dev.matview.couch.internal.source;

import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Position;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a cluster's databases before any of them was looked at: where slices hold them, and how to tell which
 * have changed since. Immutable.
 *
 * @param place where the feed of updates stood when the oldest of the slices were made
 * @param asOf when that was
 * @param held the databases at the positions that slices are at
 */
record Resumption(UpdatesFeed.Place place, Instant asOf, Map<String, Position> held) {

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
        demands.forEach(demand -> held.putAll(demand.held()));
        return Optional.of(new Resumption(place, oldest, held));
    }
}
