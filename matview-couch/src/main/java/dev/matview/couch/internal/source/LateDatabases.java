package dev.matview.couch.internal.source;

import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which databases did not come to an end in time. To wait for one again at each visit would make the others' changes wait:
 * it is left alone for some times as long as it took. Thread-safe.
 */
public final class LateDatabases {

    /** One that takes half a minute costs half a minute of every five and a half. */
    private static final int PAUSE = 10;

    /** The longest known are forgotten first, and cost a visit the time they take once more. */
    private static final int MAX = 10_000;

    private final Map<Place, Lateness> late = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Lateness> eldest) {
            return size() > MAX;
        }
    };

    private record Place(CouchClient cluster, String database) {}

    private record Lateness(CouchFailure cause, Instant until) {}

    /** Why the database is not to be waited for now; nothing when it may be. */
    public synchronized Optional<CouchFailure> of(CouchClient cluster, String database) {
        return Optional.ofNullable(late.get(new Place(cluster, database)))
                .filter(known -> cluster.scheduler().instant().isBefore(known.until()))
                .map(Lateness::cause);
    }

    /** Reading it, which began then, ended so. */
    public synchronized void failed(CouchClient cluster, String database, CouchFailure cause, Instant began) {
        if (cause.isLate()) {
            Instant now = cluster.scheduler().instant();
            Instant until = now.plus(Duration.between(began, now).multipliedBy(PAUSE));
            late.put(new Place(cluster, database), new Lateness(cause, until));
        }
    }

    synchronized void read(CouchClient cluster, String database) {
        late.remove(new Place(cluster, database));
    }
}
