package dev.matview.couch.internal.source;

import dev.matview.couch.internal.client.CouchFailure;
import java.util.Map;

/**
 * Where databases stood when they were looked at. A name in neither map belongs to no database.
 *
 * @param standings of the databases that could be looked at
 * @param failed why others could not
 */
record Survey(Map<String, Standing> standings, Map<String, CouchFailure> failed) {}
