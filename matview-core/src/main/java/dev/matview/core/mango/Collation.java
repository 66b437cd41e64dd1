package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/** CouchDB's order of JSON values. */
public final class Collation implements Comparator<JsonNode> {
    private static final Collation COUCHDB = new Collation();

    private Collation() {}

    /** Returns CouchDB's collation. */
    public static Collation couchdb() {
        return COUCHDB;
    }

    @Override
    public int compare(JsonNode a, JsonNode b) {
        throw new UnsupportedOperationException();
    }
}
