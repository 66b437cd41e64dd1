package dev.matview.core;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds the user database of a DID, for references of the form {@code {"did": …, "ref": …}}. Thread-safe and quick; the
 * same DID always has the same database.
 */
@FunctionalInterface
public interface DidResolver {

    /** The name of the user's database; empty for a DID that has none. */
    Optional<String> database(String did);

    /**
     * Takes the last part of the DID for the instance id: {@code did:vibe:4711} is the user of {@code userdb-4711}, and so
     * is {@code 4711}. A DID whose last part CouchDB would not take in a name has no database.
     */
    static DidResolver lastPart() {
        Pattern legal = Pattern.compile("[a-z0-9_$()+/-]{1,200}");
        return did -> {
            String part = did.substring(did.lastIndexOf(':') + 1);
            return legal.matcher(part).matches() ? Optional.of("userdb-" + part) : Optional.empty();
        };
    }
}
