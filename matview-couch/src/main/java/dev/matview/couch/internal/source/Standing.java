package dev.matview.couch.internal.source;

import dev.matview.core.spi.Position;

/**
 * Where a database stood when it was looked at. Immutable.
 *
 * @param telling whether the position tells the database from one made again under its name, and tells purges: only then
 *     {@code _changes} since an earlier one can be believed
 * @param documents how many it had
 */
record Standing(Position position, boolean telling, long documents) {

    /** Of a database that was not looked at yet, and is held there. */
    static Standing held(Position position) {
        return new Standing(position, false, 0);
    }

    /** The same state, by another position of it. */
    Standing at(Position other) {
        return new Standing(other, telling, documents);
    }
}
