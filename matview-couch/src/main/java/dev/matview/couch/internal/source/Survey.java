package dev.matview.couch.internal.source;

import dev.matview.couch.internal.client.CouchFailure;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where databases stood when they were looked at. A name in neither map belongs to no database.
 *
 * @param standings of the databases that could be looked at
 * @param failed why others could not
 * @param place in the feed of updates, which names what has changed since; null where that is not known
 * @param asOf all that was written before then shows; null for all that was written before they were looked at
 */
record Survey(
        Map<String, Standing> standings,
        Map<String, CouchFailure> failed,
        UpdatesFeed.@Nullable Place place,
        @Nullable Instant asOf) {

    /** One that does not say how to go on from it. */
    Survey(Map<String, Standing> standings, Map<String, CouchFailure> failed) {
        this(standings, failed, null, null);
    }
}
