package dev.matview.core.access;

import java.util.Optional;

/**
 * Finds the user database of a DID, for references of the form {@code {"did": …, "ref": …}}: the part of {@link
 * UserDatabases} that those who follow references need. Thread-safe and quick; the same DID always has the same database.
 */
@FunctionalInterface
public interface DidResolver {

    /** The name of the user's database; empty for a DID that has none. */
    Optional<String> database(String did);
}
