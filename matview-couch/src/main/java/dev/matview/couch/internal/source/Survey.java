package dev.matview.couch.internal.source;

import dev.matview.core.spi.Position;
import dev.matview.couch.internal.client.CouchFailure;
import java.util.Map;

/**
 * Where databases stood when they were looked at. A name in neither map belongs to no database.
 *
 * @param positions of the databases that could be looked at
 * @param failed why others could not
 */
record Survey(Map<String, Position> positions, Map<String, CouchFailure> failed) {}
